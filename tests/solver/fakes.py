"""An engine without a model, whose texts follow from the seed and which counts what it spends; and plans to drive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from hypothesis import strategies as st

from tuili.engines.base import Sampled
from tuili.errors import BudgetExhausted, EngineError
from tuili.ledger import Budget
from tuili.records import Attempt, Completion, Path, Problem, Purpose, Sampling, StopReason, Until
from tuili.solver import Solver
from tuili.steps import LINES, StepFormat
from tuili.strategies import Strategy
from tuili.strategies.asks import Choice, Plan, Sample, Score
from tuili.verifiers.scripted import ScriptedVerifier

PROBLEM = Problem("p1", "make 12 from 3 4", "mini")
LOOP = asyncio.new_event_loop()
WORDS = ("so", "then", "7", "12", "+", "=", "\n")


class FakeEngine:
    name = "fake"
    parameters = 5
    context = 10_000

    def __init__(
        self,
        *,
        form: StepFormat = LINES,
        frugal: bool = False,
        ends: float = 0.0,
        delays: Random | None = None,
        fail_at: int | None = None,
    ) -> None:
        """frugal: prefills less than its bound, and stops before max_tokens, as engines mostly do.

        ends: the share of steps that come to an answer, and the end. delays: ends calls in a random order.
        fail_at: the call that fails, counted from 0.
        """
        self.step_format = form
        self.frugal, self.ends, self.delays, self.fail_at = frugal, ends, delays, fail_at
        self.calls: list[tuple[str, tuple[int, ...], list[int], Sampling]] = []
        self.prefilled = self.generated = self.running = self.most_running = 0

    async def sample(
        self, problem: Problem, path: Path, *, seeds: Sequence[int], sampling: Sampling, attempt: object = None
    ) -> Sampled:
        self.calls.append((problem.id, path.id, list(seeds), sampling))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        failing = len(self.calls) - 1 == self.fail_at
        if self.delays:
            await asyncio.sleep(self.delays.random() * 0.002)
        self.running -= 1
        if failing:
            raise EngineError("the fake engine was told to fail")
        completions = [self._complete(Random(seed), sampling) for seed in seeds]
        prefilled = self.prompt_bound(problem, path) // (2 if self.frugal else 1)
        self.prefilled += prefilled
        self.generated += sum(completion.tokens for completion in completions)
        return Sampled(completions, prefilled)

    def _complete(self, random: Random, sampling: Sampling) -> Completion:
        most = sampling.max_tokens
        tokens = random.randint(1, max(1, most // 2)) if self.frugal else random.choice([random.randint(1, most), most])
        is_step = sampling.until is Until.STEP and not (self.ends and random.random() < self.ends)
        stop = StopReason.LENGTH if tokens == most else StopReason.STEP if is_step else StopReason.END
        words = random.choices(WORDS, k=tokens)
        if is_step:
            text = " ".join(word for word in words if word != "\n") + "\n"
        else:
            text = " ".join(words) + f"</think>\nThe answer is {random.randint(1, 3)}."
        logprobs = tuple(-random.random() for _ in words)
        return Completion(text, tokens, tuple(random.choices(range(100), k=tokens)), logprobs, stop)

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        return sum(len(text.split()) for text in (problem.prompt, *path.earlier)) + path.tokens

    async def close(self) -> None:
        pass


class ExactEngine(FakeEngine):
    """Says texts of the given lengths, in the order in which they are asked for."""

    def __init__(self, *tokens: int, prompt: int = 5, stop: StopReason = StopReason.END, **options) -> None:
        super().__init__(**options)
        self.tokens, self.prompt, self.stop = list(tokens), prompt, stop

    def _complete(self, random: Random, sampling: Sampling) -> Completion:
        return Completion("7", self.tokens.pop(0), stop=self.stop)

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        return self.prompt


def verifier() -> ScriptedVerifier:
    return ScriptedVerifier(lambda problem, path: (len(path.text) * 7919 % 101) / 100, parameters=3)


def solve(what: Strategy | Callable[[Problem], Plan], engine: FakeEngine | None = None, **options) -> Attempt:
    """One attempt by a strategy, or by a plan of no name."""
    solver = Solver(engine or FakeEngine(), options.pop("verifier", None), **options)
    strategy = what if isinstance(what, Strategy) else Strategy("test", needs_verifier=False, plan=what)
    return LOOP.run_until_complete(solver.solve(PROBLEM, strategy))


def random_plan(seed: int) -> Callable[[Problem], Plan]:
    """Grows a random tree, scores at random, goes on after refusals, and returns a path at random."""

    def plan(problem: Problem) -> Plan:
        random = Random(seed)
        known, refusals = [Path()], 0
        while random.random() < 0.8 and refusals < 3:
            paths = random.choices(known, k=random.randint(0, 3))
            try:
                if random.random() < 0.3:
                    yield Score(paths, random.choice(list(Purpose)))
                    continue
                finished = [path for path in known if path.finished]
                earlier = random.choices(finished, k=random.randint(1, 3)) if finished and random.random() < 0.3 else []
                known += yield Sample(
                    [Path()] * len(paths) if earlier else paths,
                    earlier=earlier,
                    n=random.randint(1, 4),
                    until=random.choice(list(Until)),
                    max_tokens=random.choice([None, 1, 8]),
                    purpose=random.choice(list(Purpose)),
                    to_be_scored=random.random() < 0.5,
                    written=random.choice(["", "Wait"]),
                )
            except BudgetExhausted as refused:
                refusals += 1
                known += refused.partial
        last = random.choice(known)
        return Choice(last.answer, last)

    return plan


BUDGETS = st.builds(Budget, tokens=st.none() | st.integers(1, 400), flops=st.none() | st.integers(1, 4000).map(float))
