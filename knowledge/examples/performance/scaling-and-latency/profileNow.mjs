// region profile
import { Session } from 'node:inspector/promises';

let running = false;

/** CPU profile of this process for a few seconds, for an internal, authenticated endpoint. */
export async function profileNow(seconds = 10) {
  if (running) throw new Error('a profile is already being taken');
  running = true;
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 1000 }); // microseconds
    await session.post('Profiler.start');
    await new Promise((done) => setTimeout(done, Math.min(seconds, 60) * 1000));
    const { profile } = await session.post('Profiler.stop');
    return profile; // JSON.stringify it into a .cpuprofile file and open it in Chrome DevTools
  } finally {
    session.disconnect();
    running = false;
  }
}

export function hottest(profile, count = 5) {
  const samples = new Map();
  for (const id of profile.samples) samples.set(id, (samples.get(id) ?? 0) + 1);
  const self = new Map();
  for (const node of profile.nodes) {
    const { functionName, url, lineNumber } = node.callFrame;
    const name = `${functionName || '(anonymous)'} ${url.split('/').at(-1)}:${lineNumber + 1}`;
    self.set(name, (self.get(name) ?? 0) + (samples.get(node.id) ?? 0));
  }
  return [...self].sort((a, b) => b[1] - a[1]).slice(0, count);
}
// endregion
