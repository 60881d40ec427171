"""How long `tuili report` takes over large runs, and how much memory: the table of benchmarks/results/report.md.

    python benchmarks/report.py [--attempts N] > benchmarks/results/report.md

The runs are made up (see tests/evaluation/synthetic.py) and written to a temporary folder before the clock starts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tuili import provenance

ROOT = Path(__file__).resolve().parents[1]
TUILI = Path(sys.executable).with_name("tuili")
SHAPES = ((4, 0), (16, 0), (1, 8_000))
"""Samples an attempt, and how many letters of thought each has beside its three short steps."""


class Cost(NamedTuple):
    wall: float
    """Seconds, as are the processor's."""
    processor: float
    peak: float
    """GiB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=100_000)
    attempts = parser.parse_args().attempts
    machine = provenance.machine()
    print(f"# `tuili report` over {attempts:,} attempts\n")
    print(
        f"`python benchmarks/report.py`. Commit {provenance.commit()}, {datetime.now(UTC):%Y-%m-%d}, "
        f"{machine['processor']}, {machine['cores']} cores, load {os.getloadavg()[0]:.1f} at the start. "
        "Half of the attempts have a verifier.\n"
    )
    print("| samples an attempt | letters a sample, at least | on disk | wall | processor | peak memory | page |")
    print("|---|---|---|---|---|---|---|")
    for samples, letters in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            run, out = Path(folder) / "run", Path(folder) / "report.html"
            make(run, attempts, samples, letters)
            cost = measure([TUILI, "report", run, "--out", out])
            print(
                f"| {samples} | {letters:,} | {size(run):,.0f} MB | {cost.wall:.0f} s | {cost.processor:.0f} s "
                f"| {cost.peak:.2f} GiB | {out.stat().st_size / 1e6:.1f} MB |",
                flush=True,
            )


def make(run: Path, attempts: int, samples: int, letters: int) -> None:
    """Half of the attempts with a verifier, half without, on as many problems."""
    sys.path.insert(0, str(ROOT / "tests" / "evaluation"))
    from synthetic import write_run  # type: ignore[import-not-found]

    strategies = {
        f"best_of_n:n={samples},weighted=true": (samples, True),
        f"self_consistency:n={samples}": (samples, False),
    }
    write_run(run, count=attempts // len(strategies), strategies=strategies, letters=letters)


def measure(command: list[str | Path]) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} ended with status {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


if __name__ == "__main__":
    main()
