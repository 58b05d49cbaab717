"""Commands as processes of their own that need not import everything anew: a server that has, and forks for each.

Most of a short command's time is importing. What is forked has its own arguments, folder, environment, files and exit
code, and ends as any process does. Whoever tests how a process starts, is limited or is spoken to by signals runs a
real one instead (`processes.Leadnurture.start`).
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_LONGEST = 120  # seconds that a command may take
_READY = "listening\n"
# What a process looks at when it starts (PATH: by what it was started); with another value a real one is needed.
FIXED = ("PYTHON", "LANG", "LC_", "PATH")


def run(words: Sequence[str], given: bytes, cwd: Path, environment: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """Run a command to its end; return its exit code (negative for a signal), and what it wrote to both streams."""
    order = json.dumps(
        {"words": [os.fsdecode(word) for word in words], "cwd": str(cwd), "environment": dict(environment)}
    ).encode()
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
        socket.socket(socket.AF_UNIX) as line,
    ):
        stdin.write(given)
        stdin.seek(0)
        line.settimeout(_LONGEST)
        line.connect(_server())
        socket.send_fds(line, [order], [stdin.fileno(), stdout.fileno(), stderr.fileno()])
        line.shutdown(socket.SHUT_WR)
        code = int(line.recv(16))
        stdout.seek(0)
        stderr.seek(0)
        return code, stdout.read(), stderr.read()


@cache
def _server() -> str:
    """Start the server of this test process; return where it listens."""
    from processes import ENVIRONMENT

    folder = tempfile.TemporaryDirectory(prefix="warm-")
    place = f"{folder.name}/line"
    command = [sys.executable, __file__, place]
    server = subprocess.Popen(
        command, env=ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    atexit.register(folder.cleanup)
    atexit.register(server.kill)
    assert server.stdout is not None
    assert server.stdout.readline() == _READY, "the server that starts commands has ended"
    return place


def serve(place: str) -> None:
    """Fork for each order; the child that is to be the command returns from here, with its words in `sys.argv`."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen(16)
    print(_READY, end="", flush=True)
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _attend(line)
            return
        line.close()
        _reap()


def _attend(line: socket.socket) -> None:
    """Fork once more for the command, wait for it and report; only the command returns."""
    order, files, *_ = socket.recv_fds(line, 1 << 20, 3)
    command = os.fork()
    if command == 0:
        line.close()
        _become(files, **json.loads(order))
        return
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    line.sendall(str(code).encode())
    os._exit(0)


def _become(files: list[int], words: list[str], cwd: str, environment: dict[str, str]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = ["leadnurture", *words]


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _load() -> None:
    """Import all that commands may need."""
    import leadnurture

    for module in pkgutil.walk_packages(leadnurture.__path__, "leadnurture."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.freeze()  # so that the children's memory stays shared


if __name__ == "__main__":
    _load()
    serve(sys.argv[1])
    from leadnurture.cli.main import main

    main()
