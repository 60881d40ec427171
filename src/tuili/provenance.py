"""What a result was made with: versions, machine and commit, as run headers keep them. Loads no heavy library."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import tuili

RECORDED = (
    "torch",
    "transformers",
    "tokenizers",
    "numpy",
    "scipy",
    "math-verify",
    "accelerate",
    "trl",
    "reasoning-gym",
)
"""The packages whose version can change a number."""


def versions() -> dict[str, str]:
    """Versions of tuili, Python and the recorded packages that are installed."""
    found = {"tuili": tuili.__version__, "python": platform.python_version()}
    for package in RECORDED:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str]:
    """Operating system, processor, cores that may be used, memory, and the accelerator where torch is loaded."""
    facts = {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory_gib": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f}",
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        facts["threads"] = str(torch.get_num_threads())
        if torch.cuda.is_available():
            facts["accelerator"] = torch.cuda.get_device_name()
    return facts


def commit() -> str | None:
    """The commit of the source tree this package runs from, `+changes` when files differ; None when installed."""
    source = Path(__file__).parent
    revision = _git(source, "rev-parse", "--short=12", "HEAD")
    if not revision or _git(source, "ls-files", "--error-unmatch", __file__) is None:
        return None
    return revision + ("+changes" if _git(source, "status", "--porcelain", "--untracked-files=no", ".") else "")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        run = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
