"""its_hub's side: its algorithms on some problems, through the server; __main__.py runs it with its_hub's own Python.

    client.py URL
reads lines such as {"name": "BestOfN", "budget": 16, "prompts": ["make 49 from 25 4 20"]} and answers each with one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from time import process_time
from typing import Any

import aiohttp
import numpy as np
from its_hub.api import AbstractOutcomeRewardModel, AbstractProcessRewardModel, AbstractScalingAlgorithm
from its_hub.core.algorithms.adaptive_self_consistency import AdaptiveSelfConsistency
from its_hub.core.algorithms.beam_search import BeamSearch
from its_hub.core.algorithms.bon import BestOfN
from its_hub.core.algorithms.particle_gibbs import EntropicParticleFiltering, ParticleFiltering
from its_hub.core.algorithms.self_consistency import SelfConsistency
from its_hub.core.lms.openai_lm import OpenAICompatibleLanguageModel
from its_hub.core.lms.step_generation import StepGeneration
from its_hub.core.orchestrator import LMOrchestrator

TEMPERATURE, MAX_TOKENS = 1.0, 256
MARKER = "</think>"
"""What follows it is the answer."""
AT_ONCE = 16
"""Problems."""
TLS = ssl.create_default_context()
"""One for all: making it takes longer than a request."""


class Scores:
    """The verdicts of tuili's process verifier, which the server gives."""

    def __init__(self, http: aiohttp.ClientSession, key: str) -> None:
        self.http, self.key = http, key

    async def of(self, prompt: str, texts: list[str]) -> list[float]:
        body = {"prompt": prompt, "texts": texts}
        async with self.http.post("/score", json=body, headers=bearer(self.key)) as reply:
            scores: list[float] = (await reply.json())["scores"]
        return scores


class StepReward(AbstractProcessRewardModel):
    def __init__(self, scores: Scores) -> None:
        self.scores = scores

    async def ascore(self, prompt_or_messages: Any, steps: list[str]) -> list[float]:
        return await self.scores.of(prompt_or_messages, steps)

    def score(self, prompt_or_messages: Any, steps: list[str]) -> list[float]:
        raise NotImplementedError


class SolutionReward(AbstractOutcomeRewardModel):
    def __init__(self, scores: Scores) -> None:
        self.scores = scores

    async def ascore(self, messages: Any, orchestrator: Any = None, **_: Any) -> list[float]:
        prompt = messages[0][0].content
        return await self.scores.of(prompt, [conversation[-1].content for conversation in messages])

    def score(self, messages: Any, **_: Any) -> list[float]:
        raise NotImplementedError


def steps() -> StepGeneration:
    """Lines, line breaks included, until one holds the answer; as deep as tuili's searches go."""
    return StepGeneration(
        max_steps=40, step_token="\n", stop_token=MARKER, temperature=TEMPERATURE, include_stop_str_in_output=True
    )


def vote(text: str) -> str:
    """The answer. A text without one agrees with no other."""
    return " ".join(text.rpartition(MARKER)[2].split()) if MARKER in text else text


def unlimited() -> LMOrchestrator:
    return LMOrchestrator(max_concurrency=-1)


ALGORITHMS: dict[str, Callable[[Scores], AbstractScalingAlgorithm]] = {
    "SelfConsistency": lambda _: SelfConsistency(vote, orchestrator=unlimited()),
    "AdaptiveSelfConsistency": lambda _: AdaptiveSelfConsistency(
        consistency_space_projection_func=vote, orchestrator=unlimited()
    ),
    "BestOfN": lambda scores: BestOfN(SolutionReward(scores), orchestrator=unlimited()),
    "BeamSearch": lambda scores: BeamSearch(steps(), StepReward(scores), beam_width=4),
    "ParticleFiltering": lambda scores: ParticleFiltering(steps(), StepReward(scores)),
    "EntropicParticleFiltering": lambda scores: EntropicParticleFiltering(steps(), StepReward(scores)),
}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def solve(http: aiohttp.ClientSession, url: str, name: str, budget: int, prompt: str) -> dict[str, Any]:
    key = f"{name}:{budget}:{prompt}"
    lm = OpenAICompatibleLanguageModel(
        endpoint=f"{url}/v1",
        api_key=key,
        model_name="tuili-mini",
        temperature=TEMPERATURE,
        max_completion_tokens=MAX_TOKENS,
        ssl_context=TLS,
    )
    try:
        response = await ALGORITHMS[name](Scores(http, key)).ainfer(lm, prompt, budget)
    finally:
        await lm.close()
    async with http.post("/end", headers=bearer(key)) as reply:
        return {"problem": prompt, "text": response["content"], **await reply.json()}


async def processor(http: aiohttp.ClientSession) -> float:
    """Seconds of it that the server and this process have had."""
    async with http.get("/processor") as reply:
        seconds: float = (await reply.json())["seconds"]
    return seconds + process_time()


async def main(url: str, name: str, budget: int, prompts: list[str]) -> dict[str, Any]:
    places = asyncio.Semaphore(AT_ONCE)

    async def in_turn(prompt: str) -> dict[str, Any]:
        async with places:
            return await solve(http, url, name, budget, prompt)

    async with aiohttp.ClientSession(url) as http:
        begun = await processor(http)
        rows = await asyncio.gather(*map(in_turn, prompts))
        spent = await processor(http) - begun
    return {"method": name, "budget": budget, "its_hub": version("its_hub"), "processor": spent, "rows": rows}


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    logging.getLogger().setLevel(logging.ERROR)
    for line in sys.stdin:
        random.seed(0)
        np.random.seed(0)
        print(json.dumps(asyncio.run(main(sys.argv[1], **json.loads(line)))), flush=True)
