"""A process for what can take too long or too much memory: it can be killed, and is then replaced."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import IO, Any

START_SECONDS = 120.0
"""How long loading its libraries may take on a busy machine before the first request."""

WALL = 20
"""A request whose process waits for its turn may take this many times its limit before it is given up."""


TIMER = -signal.SIGPROF if hasattr(signal, "SIGPROF") else None
"""The exit status of a process whose processor time ran out."""


class WorkerFailed(Exception):
    """The message says why there is no result: timed out, or the process ended."""


class Worker:
    """One process of a module that calls `isolated.serve`, started when first needed and replaced after a failure.

    Calls from several threads take turns. The process has a fixed hash seed, so that what it makes of a request does
    not depend on the order of a set.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str] = queue.Queue()
        self._status = 0
        """The exit status of the last process that ended; -N when signal N ended it."""

    def ask(self, request: Any, seconds: float) -> Any:
        """JSON in, JSON out. Raises WorkerFailed after `seconds` of processor time, or out of memory."""
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps([request, seconds]) + "\n")
                process.stdin.flush()
            except OSError:  # it ended since the last call; the reply is the end of its output
                pass
            reply = self._reply(WALL * seconds)
            if reply is None or (not reply and self._status == TIMER):
                raise WorkerFailed(f"timed out after {seconds:g} s")
            if not reply:
                raise WorkerFailed("the process ran out of memory or crashed")
            return json.loads(reply)

    def close(self) -> None:
        """Ends the process; the next request starts another."""
        with self._lock:
            if self._process is not None:
                assert self._process.stdin is not None
                self._process.kill()
                self._process.wait()
                self._process.stdin.close()
                self._process = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[str]:
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        assert process.stdout is not None
        self._replies = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, self._replies), daemon=True).start()
        if not self._reply(START_SECONDS):
            raise WorkerFailed(f"the process of {self._module} does not start")
        return process

    def _reply(self, seconds: float) -> str | None:
        """The next line; "" when the process ended, None when it has to be ended now."""
        assert self._process is not None
        try:
            reply = self._replies.get(timeout=seconds)
        except queue.Empty:
            self._process.kill()
            reply = None
        if not reply:
            self._status = self._process.wait()
            self._process = None
        return reply


def _read(lines: IO[str], replies: queue.Queue[str]) -> None:
    """Moves lines to the queue, so that waiting for them can have a deadline; "" at the end."""
    for line in lines:
        replies.put(line)
    replies.put("")
    lines.close()
