// Measures what users feel: how late the event loop is.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

// region probe
export function startLoopProbe(report, everyMs = 10_000) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let before = performance.eventLoopUtilization();
  const read = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    report({ p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6, utilization });
    delay.reset();
  };
  const timer = setInterval(read, everyMs);
  timer.unref(); // the probe must not keep the process alive
  return () => { clearInterval(timer); delay.disable(); };
}
// endregion
