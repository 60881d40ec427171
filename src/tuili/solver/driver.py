"""One plan driven to its end: each ask answered within the budget, each cost charged, each generation recorded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from tuili.engines.base import Engine, Sampled
from tuili.errors import BadRequest, BudgetExhausted, EngineError, VerifierError
from tuili.ledger import Budget, Ledger, Reservation
from tuili.records import Charge, Completion, Component, Path, Problem, Purpose, Sampling, Scored, StopReason
from tuili.solver.seeds import path_seed
from tuili.solver.tree import Tree
from tuili.solver.waves import Group, admit
from tuili.strategies.asks import Ask, Choice, Plan, Sample, Score
from tuili.verifiers.base import Verifier

GENERATOR, VERIFIER = Component.GENERATOR, Component.VERIFIER


class Driver:
    """Answers the asks of one attempt."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        *,
        engine: Engine,
        verifier: Verifier | None,
        sampling: Sampling,
        budget: Budget,
    ) -> None:
        """sampling: the temperature of an ask that leaves it open, and the most tokens that a path may have."""
        self.problem, self.seed = problem, seed
        self.engine, self.verifier, self.sampling = engine, verifier, sampling
        parameters = {GENERATOR: engine.parameters, VERIFIER: verifier.parameters if verifier else 0}
        self.ledger = Ledger(budget, parameters)
        self.tree = Tree(problem, engine.step_format)
        self._attempt = object()
        self._held_for_scoring: dict[tuple[int, ...], Reservation] = {}

    async def follow(self, plan: Plan) -> tuple[Choice, bool]:
        """The plan's choice, and whether the budget had refused it something.

        Raises EngineError, VerifierError or Overrun; what was spent until then stays in the ledger and the tree.
        """
        refused = False
        try:
            ask = next(plan)
            while True:
                try:
                    reply = await self._answer(ask)
                except BudgetExhausted as refusal:
                    refused = True
                    ask = plan.throw(refusal)
                else:
                    ask = plan.send(reply)
        except StopIteration as end:
            return end.value, refused
        except BudgetExhausted:
            return Choice(None, None), True

    async def _answer(self, ask: Ask) -> list[Path] | list[Scored]:
        return await (self._sample(ask) if isinstance(ask, Sample) else self._score(ask))

    async def _sample(self, ask: Sample) -> list[Path]:
        pending = deque(self._group(ask, path) for path in ask.paths if ask.n > 0)
        children: list[Path] = []
        while pending:
            wave, bound = admit(pending, self.ledger)
            if not wave:
                asked = ask.n * len(ask.paths)
                raise BudgetExhausted(f"{self.ledger.budget} allowed {len(children)} of {asked} samples", children)
            children += await self._run(wave, bound, ask)
        return children

    def _group(self, ask: Sample, path: Path) -> Group:
        if ask.earlier:
            path = replace(path, earlier=tuple(attempt.text for attempt in ask.earlier))
        start, prompt = path, self.engine.prompt_bound(self.problem, path)
        if ask.written:
            start, before = self.tree.write(path, ask.written), prompt
            prompt = self.engine.prompt_bound(self.problem, start)
            start = replace(start, tokens=path.tokens + prompt - before)
        longest = self.sampling.max_tokens
        if ask.max_tokens is not None:
            longest = min(longest, path.tokens + ask.max_tokens)
        sampling = Sampling(
            until=ask.until,
            max_tokens=max(0, longest - start.tokens),
            temperature=self.sampling.temperature if ask.temperature is None else ask.temperature,
            resumable=longest < self.sampling.max_tokens,
        )
        scoring = 0
        if ask.to_be_scored and self.verifier and self.ledger.limited:
            scoring = self.verifier.bound(self.problem, start, sampling.max_tokens)
        return Group(start, ask.n, sampling, prompt, scoring)

    async def _run(self, wave: list[Group], bound: dict[Component, int], ask: Sample) -> list[Path]:
        holds = {component: self.ledger.reserve(component, tokens) for component, tokens in bound.items()}
        ids = [self.tree.new_ids(group.start, group.n) for group in wave]
        started = perf_counter()
        calls = (self._call(group, own) for group, own in zip(wave, ids, strict=True))
        replies = await asyncio.gather(*calls, return_exceptions=True)
        seconds = perf_counter() - started

        self.ledger.release(holds[VERIFIER])
        children: list[Path] = []
        for group, own, reply in zip(wave, ids, replies, strict=True):
            if isinstance(reply, Sampled):
                start = replace(group.start, token_ids=reply.path_ids or group.start.token_ids)
                # an engine may give samples that say the same one completion
                alike = {id(completion): completion for completion in reply.completions}
                grown = {key: self.tree.grow(start, completion, ask) for key, completion in alike.items()}
                for path_id, completion in zip(own, reply.completions, strict=True):
                    children.append(grown[id(completion)](path_id))
                    self._hold_for_scoring(children[-1], group.scoring)
        sampled = [reply for reply in replies if isinstance(reply, Sampled)]
        prefilled = sum(reply.prefilled for reply in sampled)
        generated = sum(completion.tokens for reply in sampled for completion in reply.completions)
        self._charge(holds[GENERATOR], ask.purpose, prefilled, generated, seconds)
        for reply in replies:
            if isinstance(reply, BaseException):
                raise reply
        return children

    async def _call(self, group: Group, ids: list[tuple[int, ...]]) -> Sampled:
        if not group.sampling.max_tokens:
            return Sampled([Completion("", 0, stop=StopReason.LENGTH)] * group.n, 0)
        seeds = [path_seed(self.seed, self.problem.id, path_id) for path_id in ids]
        sampled = await self.engine.sample(
            self.problem, group.start, seeds=seeds, sampling=group.sampling, attempt=self._attempt
        )
        if len(sampled.completions) != len(seeds):
            raise EngineError(f"asked for {len(seeds)} completions, the engine returned {len(sampled.completions)}")
        return sampled

    def _hold_for_scoring(self, path: Path, most: int) -> None:
        """Holds back what scoring a new path can still cost: less than `most`, now that its length is known."""
        if most and self.verifier:
            tokens = min(most, self.verifier.bound(self.problem, path, 0))
            self._held_for_scoring[path.id] = self.ledger.reserve(VERIFIER, tokens)

    async def _score(self, ask: Score) -> list[Scored]:
        if self.verifier is None:
            raise BadRequest("a strategy asked for scores, and there is no verifier")
        if not ask.paths:
            return []
        hold = self._reserve_scoring(self.verifier, ask.paths)
        started = perf_counter()
        judged = await self.verifier.judge(self.problem, ask.paths, self._attempt)
        self._charge(hold, ask.purpose, judged.tokens, 0, perf_counter() - started)
        if len(judged.verdicts) != len(ask.paths) or not all(0 <= verdict.score <= 1 for verdict in judged.verdicts):
            raise VerifierError(
                f"{self.verifier.name} did not return a score from 0 to 1 for each of {len(ask.paths)} paths"
            )
        scored = [Scored(path, verdict) for path, verdict in zip(ask.paths, judged.verdicts, strict=True)]
        self.tree.judge(scored)
        return scored

    def _reserve_scoring(self, verifier: Verifier, paths: Sequence[Path]) -> Reservation:
        """One reservation for all paths: what was held back for them and for those they go on from, and the bounds of
        the others."""
        held: dict[tuple[int, ...], Reservation] = {}
        more = 0
        seen: set[tuple[int, ...]] = set()
        for path in paths:
            if path.id in seen or path.id not in self._held_for_scoring:
                more += verifier.bound(self.problem, path, 0)
            seen.add(path.id)
            if self._held_for_scoring:
                lineage = (path.id[:end] for end in range(1, len(path.id) + 1))
                held |= {each: self._held_for_scoring[each] for each in lineage if each in self._held_for_scoring}
        if not self.ledger.fits({VERIFIER: more}):
            raise BudgetExhausted(f"{self.ledger.budget} does not allow scoring {len(paths)} paths")
        total = more + sum(reservation.left for reservation in held.values())
        for path_id, reservation in held.items():
            self.ledger.release(reservation)
            del self._held_for_scoring[path_id]
        return self.ledger.reserve(VERIFIER, total)

    def _charge(self, hold: Reservation, purpose: Purpose, prompt: int, generated: int, seconds: float) -> None:
        flops = self.ledger.flops(hold.component, prompt + generated)
        self.ledger.settle(hold, Charge(hold.component, purpose, prompt, generated, float(flops), seconds))
        self.ledger.release(hold)
