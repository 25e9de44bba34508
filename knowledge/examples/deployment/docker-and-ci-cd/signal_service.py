"""A service that drains on SIGTERM. Run directly it gets the signal; behind a shell it may not."""

import signal
import sys
import threading

# region handler
stop = threading.Event()
if "--deaf" not in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: stop.set())  # as PID 1 this line is what makes SIGTERM work at all

print("ready", flush=True)
stop.wait(timeout=20)
print("drained" if stop.is_set() else "timed out", flush=True)
# endregion handler
