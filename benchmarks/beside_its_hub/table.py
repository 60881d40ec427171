"""What its_hub and tuili spent and were worth on the same problems, and tuili minus its_hub at no more tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuili import provenance
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.paired import paired_difference

FAMILIES = {
    "self_consistency": [f"self_consistency:n={n}" for n in (1, 4, 16, 64)],
    "with early stopping": [f"self_consistency:n={n},batch=4,confidence=0.95" for n in (16, 64)],
    "best_of_n": [f"best_of_n:n={n},weighted=false" for n in (4, 16, 64)],
    "weighted": [f"best_of_n:n={n}" for n in (4, 8, 16, 32, 64)],
    "verdicts=needed": [f"best_of_n:n={n},weighted=false,verdicts=needed" for n in (4, 16, 64)],
    "beam_search": [f"beam_search:width={width},expand=4" for width in (1, 2, 3, 4, 8, 12, 16)],
    "expand=16": ["beam_search:width=4,expand=16"],
    "dvts": [f"dvts:subtrees={subtrees},expand=4" for subtrees in (1, 2, 3, 4, 8, 12, 16)],
}
"""tuili's strategies, each with its sizes, the smallest first."""
PROCESSED = ("generated", "prompt", "verifier")
NOTES = """\
Both sample tuili-mini at temperature 1.0, at most 256 tokens, and both ask the same process verifier (the product of
its step scores). its_hub speaks to server.py over HTTP; tuili runs the same weights in its own local engine, as its
users do: it has no engine for endpoints. The k-th sample of a problem is the same in both, so self-consistency and
best-of-N differ in their choices alone. A step is a line, or the answer with the marker before it; both may go 40
steps deep. Answers are graded by tuili; a problem without an answer is not right.

- *samples*: completions, of whole solutions or of steps. *tokens*: all that went through a model: generated, prompt
  and verifier. its_hub's requests each contain the whole path; the server keeps keys and values within a problem, for
  the verifier too, so *tokens* does not charge it for reading again. *in requests* does: what a server without prefix
  caching would process. *processor s*: of the server and the client, or of tuili, one thread each.
- its_hub's *budget* is samples for self-consistency and best-of-N, and particles for particle filtering. For beam
  search of width 4 it is how many paths take a step in each round: budget / 4 begin, and the best 4 go on with as
  many copies each. So 4 is one chain with a verdict after every line, 8 is 2 + 4 + 8 + 8 + … steps, 16 is 4 + 16 + 16
  + …
- its_hub's BestOfN asks for no verdicts where all its samples are one text; best_of_n with verdicts=needed for none
  where they give one answer.
- Not run: its_hub's BetaSelfConsistency, which cancels requests that the server has begun.
"""
DIFFERENCES = """
## tuili minus its_hub, at no more tokens

For each strategy of tuili its largest size that took no more tokens in all than its_hub did: its share of those
tokens, and the difference in accuracy on the same problems. Nothing was chosen by accuracy.
"""


def show(theirs: Sequence[dict[str, Any]], ours: Sequence[dict[str, Any]], count: int) -> None:
    machine = provenance.machine()
    version = theirs[0]["its_hub"]
    print("# its_hub beside tuili\n")
    print(
        f"`python benchmarks/beside_its_hub --its-hub PYTHON --problems {count}`. Commit {provenance.commit()}, "
        f"{datetime.now(UTC):%Y-%m-%d}, {machine['processor']}, {machine['cores']} cores; its_hub {version}. {count} "
        "problems of mini's test split, families and levels in turn; means a problem; intervals are 95 %.\n"
    )
    print(NOTES)
    print("| | budget | samples | generated | prompt | verifier | tokens | in requests | processor s | accuracy |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for result in (*theirs, *ours):
        print(spent_row(result))
    print(DIFFERENCES)
    print(f"| its_hub | tokens | {' | '.join(f'tuili: {family}' for family in FAMILIES)} |")
    print("|---|---|" + "---|" * len(FAMILIES))
    found = {result["method"]: result for result in ours}
    for their in theirs:
        cells = [against(their, [found[spec] for spec in specs]) for specs in FAMILIES.values()]
        print(f"| {their['method']} {their['budget']} | {tokens(their).mean():.0f} | {' | '.join(cells)} |")


def spent_row(result: dict[str, Any]) -> str:
    samples, generated, prompt, verifier = (column(result, key).mean() for key in ("samples", *PROCESSED))
    sent = ""
    if "budget" in result:
        sent = f"{np.mean(column(result, 'sent') + column(result, 'generated') + column(result, 'verifier_sent')):.0f}"
    accuracy = clustered(column(result, "right"))
    return (
        f"| {result['method']} | {result.get('budget', '')} | {samples:.1f} | {generated:.0f} | {prompt:.0f} "
        f"| {verifier:.0f} | {tokens(result).mean():.0f} | {sent} | {result['processor'] / result['recorded']:.3f} "
        f"| {accuracy.value:.3f} [{accuracy.low:.3f}, {accuracy.high:.3f}] |"
    )


def against(their: dict[str, Any], sizes: Sequence[dict[str, Any]]) -> str:
    """The largest size that takes no more tokens: its share of them, and its accuracy minus its_hub's."""
    affordable = [size for size in sizes if tokens(size).sum() <= tokens(their).sum()]
    if not affordable:
        return ""
    ours = max(affordable, key=lambda size: tokens(size).sum())
    estimate = paired_difference(column(ours, "right"), column(their, "right")).estimate
    share = tokens(ours).sum() / tokens(their).sum()
    size = ours["method"].partition("=")[2].partition(",")[0]
    return f"{size}: {share:.0%}, {estimate.value:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"


def tokens(result: dict[str, Any]) -> NDArray[np.float64]:
    """All that went through a model."""
    total: NDArray[np.float64] = np.sum([column(result, key) for key in PROCESSED], axis=0)
    return total


def column(result: dict[str, Any], key: str) -> NDArray[np.float64]:
    return np.array([row[key] for row in result["rows"]], dtype=float)
