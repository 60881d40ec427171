"""tuili-mini and its process verifier over HTTP on loopback, as its_hub speaks to vLLM: a helper of this benchmark.

Chat completions with the stop string "\\n", which is answered with one of tuili's steps: a line of thinking, or the
answer together with the marker before it. Every token is counted by session, which is what the client calls its key.
Within a session nothing is read twice (tuili's keys and values do what automatic prefix caching does in vLLM); what
the requests contain, cached or not, is counted too.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from time import process_time
from typing import Any

import torch
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tuili.engines import make_engine
from tuili.records import AnswerKind, Path, Problem, Sampling, StopReason, Until
from tuili.solver.seeds import path_seed
from tuili.steps import LINES, split_steps
from tuili.verifiers import make_verifier
from tuili.verifiers.process import ProcessVerifier


@dataclass
class Spent:
    samples: int = 0
    """Completions: whole samples, or steps."""
    generated: int = 0
    prompt: int = 0
    """Prompt tokens that went through the model."""
    sent: int = 0
    """Prompt tokens of the requests."""
    verifier: int = 0
    """Tokens that went through the verifier's model."""
    verifier_sent: int = 0
    """Tokens of the texts that were to be scored, their prompts included."""


@dataclass(eq=False)
class Session:
    spent: Spent = field(default_factory=Spent)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many continuations of each text there were: the next is a sample that was not there before."""


class Served:
    def __init__(self) -> None:
        self.engine, verifier = make_engine("mini:checkpoint=sft"), make_verifier("process")
        assert isinstance(verifier, ProcessVerifier)
        self.verifier = verifier
        self.sessions: defaultdict[str, Session] = defaultdict(Session)

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        if body.get("stop") not in (None, LINES.separator):
            return JSONResponse({"error": f"the only stop string here is {LINES.separator!r}"}, 400)
        prompt, path = _conversation(body["messages"])
        n, session = body.get("n", 1), self._session(request)
        sampled = await self.engine.sample(
            prompt,
            path,
            seeds=_seeds(session, prompt.prompt, path.text, n, body.get("seed", 0)),
            sampling=Sampling(
                until=Until.STEP if body.get("stop") else Until.END,
                max_tokens=body.get("max_completion_tokens", body.get("max_tokens", 256)),
                temperature=body.get("temperature", 1.0),
            ),
            attempt=session,
        )
        read, generated = self.engine.prompt_bound(prompt, path), sum(one.tokens for one in sampled.completions)
        session.spent.samples += n
        session.spent.sent += n * read
        session.spent.prompt += sampled.prefilled
        session.spent.generated += generated
        keep_stop = body.get("include_stop_str_in_output", False)
        choices = [
            {
                "index": index,
                "message": {
                    "role": "assistant",
                    "content": one.text if keep_stop else one.text.removesuffix(body.get("stop") or ""),
                },
                "finish_reason": "length" if one.stop is StopReason.LENGTH else "stop",
            }
            for index, one in enumerate(sampled.completions)
        ]
        usage = {"prompt_tokens": read, "completion_tokens": generated, "total_tokens": read + generated}
        return JSONResponse({"object": "chat.completion", "model": "tuili-mini", "choices": choices, "usage": usage})

    async def score(self, request: Request) -> Response:
        """The process verifier's verdict on each text: step scores, aggregated as tuili's strategies see them.

        What goes round in circles until the verifier cannot read it any more is worth nothing.
        """
        body = await request.json()
        problem, session = _problem(body["prompt"]), self._session(request)
        lengths = {text: self.verifier.bound(problem, _path(text), 0) for text in body["texts"]}
        most = self.verifier.classifier.context
        readable = [text for text, length in lengths.items() if most is None or length <= most]
        judged = await self.verifier.judge(problem, [_path(text) for text in readable], session)
        scores = {text: verdict.score for text, verdict in zip(readable, judged.verdicts, strict=True)}
        session.spent.verifier += judged.tokens
        session.spent.verifier_sent += sum(lengths[text] for text in body["texts"])
        return JSONResponse({"scores": [scores.get(text, 0.0) for text in body["texts"]]})

    async def end(self, request: Request) -> Response:
        """Ends a session: what was spent in it."""
        return JSONResponse(asdict(self.sessions.pop(_key(request), Session()).spent))

    async def processor(self, request: Request) -> Response:
        return JSONResponse({"seconds": process_time()})

    def _session(self, request: Request) -> Session:
        return self.sessions[_key(request)]


def _key(request: Request) -> str:
    key: str = request.headers.get("authorization", "")
    return key.removeprefix("Bearer ")


def _problem(prompt: str) -> Problem:
    return Problem(prompt, prompt, "mini", AnswerKind.EXACT)


def _conversation(messages: list[dict[str, Any]]) -> tuple[Problem, Path]:
    """The problem, and the begun turn of the model that is to be continued, if the last message is one."""
    begun = messages.pop()["content"] if messages[-1]["role"] == "assistant" else ""
    return _problem(messages[-1]["content"]), _path(begun)


def _path(text: str) -> Path:
    steps = split_steps(text, LINES)
    return Path(text=text, steps=steps, stop=StopReason.END if steps and steps[-1].is_answer else None)


def _seeds(session: Session, prompt: str, text: str, n: int, seed: int) -> list[int]:
    """At the root those of tuili's solver: the k-th sample of a problem is then the same in both."""
    first = session.asked[prompt, text]
    session.asked[prompt, text] += n
    return [path_seed(seed, prompt + text, (index,)) for index in range(first, first + n)]


def main() -> None:
    torch.set_num_threads(1)
    served = Served()
    routes = [
        Route("/v1/chat/completions", served.complete, methods=["POST"]),
        Route("/score", served.score, methods=["POST"]),
        Route("/end", served.end, methods=["POST"]),
        Route("/processor", served.processor),
    ]
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning", access_log=False, timeout_keep_alive=600)
        asyncio.run(uvicorn.Server(config).serve([listening]))


if __name__ == "__main__":
    main()
