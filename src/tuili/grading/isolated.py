"""The inside of a worker's process: answers requests one by one, within limits of time and memory.

It writes the line "ready", then reads one JSON list [request, seconds] a line and writes one JSON reply a line. The
system ends the process after so many seconds of its own processor time, however busy the machine is.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 4 << 30
"""Bytes of address space: 9^9^9^9 must fail here and not take the machine with it."""


def serve(reply: Callable[[Any], Any]) -> None:
    """Until the end of the input. What is printed meanwhile, in C too, goes to stderr and not among the replies."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        request, seconds = json.loads(line)
        _limit_time(seconds)
        text = json.dumps(reply(request))
        _limit_time(0)
        print(text, file=out, flush=True)


def _limit_time(seconds: float) -> None:
    """Processor time until SIGPROF ends the process; 0 takes the limit away. Not POSIX: the caller's deadline only."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError):  # not POSIX, or already lower
        pass
