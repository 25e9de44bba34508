import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SERVICE = str(Path(__file__).with_name("signal_service.py"))


def start(*command: str) -> subprocess.Popen:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


# region shell
def test_a_shell_in_front_swallows_the_signal() -> None:
    process = start("sh", "-c", f"{sys.executable} {SERVICE}; true")  # what CMD in shell form or npm start does
    try:
        process.terminate()
        process.wait(timeout=2)  # the shell dies …
        os.killpg(process.pid, 0)  # … and the service lives on, undrained: no ProcessLookupError
    finally:
        end(process)


def test_exec_replaces_the_shell() -> None:
    process = start("sh", "-c", f"exec {sys.executable} {SERVICE}")
    process.terminate()
    assert process.communicate(timeout=2)[0] == "drained\n"
    assert process.returncode == 0
# endregion shell


def pid_namespace_works() -> bool:
    try:
        return subprocess.run(["unshare", "--fork", "--pid", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not pid_namespace_works(), reason="needs the right to create a PID namespace")
@pytest.mark.parametrize(("flags", "ends"), [([], True), (["--deaf"], False)])
def test_pid_1_without_handler_ignores_sigterm(flags: list[str], ends: bool) -> None:
    process = start("unshare", "--fork", "--pid", "--kill-child", sys.executable, SERVICE, *flags)
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)  # this process is PID 1 of its namespace
        deadline = time.monotonic() + (2 if ends else 0.3)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (process.poll() is not None) is ends
    finally:
        end(process)
