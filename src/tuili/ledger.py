"""What an attempt may spend, and what it has spent: reserve the most an ask can cost, then settle what it did cost.

Budgets limit tokens and FLOPs. FLOPs follow from tokens, so reservations are whole tokens of one component and no
sum is ever rounded. Pure bookkeeping: nothing here waits, and one ledger serves one (problem, strategy, seed).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tuili.errors import BadRequest, BudgetExhausted, Overrun
from tuili.records import Charge, Component, Purpose
from tuili.spec import Spec


def flops(parameters: int, tokens: int) -> int:
    """2 x parameters x tokens: one forward pass (Snell et al., arXiv 2408.03314, section 7)."""
    return 2 * parameters * tokens


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one attempt, generator and verifier together; None: no limit."""

    tokens: int | None = None
    flops: float | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """From text like `tokens=2000,flops=1e9`. Raises BadRequest unless each limit is a number above zero."""
        limits = Spec.parse(f"budget:{text}").parameters
        unknown = [name for name in limits if name not in ("tokens", "flops")]
        if unknown or not limits:
            raise BadRequest(f"budget {text!r} must limit tokens, flops or both, as in tokens=2000,flops=1e9")
        values = {name: _limit(name, value) for name, value in limits.items()}
        tokens = values.get("tokens")
        if tokens is not None and tokens != int(tokens):
            raise BadRequest(f"tokens in a budget are whole, not {limits['tokens']}")
        return cls(None if tokens is None else int(tokens), values.get("flops"))

    def __and__(self, other: Budget) -> Budget:
        """Both limits at once: the tighter of each."""
        tokens = [limit for limit in (self.tokens, other.tokens) if limit is not None]
        flops = [limit for limit in (self.flops, other.flops) if limit is not None]
        return Budget(min(tokens, default=None), min(flops, default=None))

    def __str__(self) -> str:
        limits = {"tokens": self.tokens, "flops": self.flops}
        return ",".join(f"{name}={limit:.17g}" for name, limit in limits.items() if limit is not None)


UNLIMITED = Budget()


@dataclass(slots=True, eq=False)
class Reservation:
    """Tokens of one component held back in a ledger, which alone changes what is left of them."""

    component: Component
    left: int


class Ledger:
    """Spent plus held never goes over the budget, unless a component breaks its promise (Overrun)."""

    def __init__(self, budget: Budget, parameters: Mapping[Component, int]) -> None:
        """parameters: of each component's model, which its FLOPs are computed from; 0 where it has none."""
        self.budget, self.limited = budget, budget != UNLIMITED
        self.charges: list[Charge] = []
        self._parameters = parameters
        self._committed = dict.fromkeys(Component, 0)
        self._open: set[Reservation] = set()

    def flops(self, component: Component, tokens: int) -> int:
        return flops(self._parameters[component], tokens)

    def fits(self, wanted: Mapping[Component, int]) -> bool:
        """Whether these tokens could be reserved now, all of them together."""
        if not self.limited:
            return True
        after = {component: tokens + wanted.get(component, 0) for component, tokens in self._committed.items()}
        tokens_fit = self.budget.tokens is None or sum(after.values()) <= self.budget.tokens
        return tokens_fit and (
            self.budget.flops is None
            or sum(self.flops(component, tokens) for component, tokens in after.items()) <= self.budget.flops
        )

    def reserve(self, component: Component, tokens: int) -> Reservation:
        """Holds back the most that something can cost. Raises BudgetExhausted where that could go over."""
        if tokens < 0:
            raise ValueError(f"a reservation of {tokens} tokens")
        if not self.fits({component: tokens}):
            raise BudgetExhausted(f"{tokens} {component} tokens more could go over the budget of {self.budget}")
        reservation = Reservation(component, tokens)
        self._open.add(reservation)
        self._committed[component] += tokens
        return reservation

    def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Books a charge against a reservation, which may be charged again until it is released.

        The charge has been spent whatever was promised, so it is booked even when Overrun is raised.
        """
        self._check_open(reservation)
        if charge.component is not reservation.component or charge.prompt_tokens < 0 or charge.generated_tokens < 0:
            raise ValueError(f"{charge} cannot be settled against {reservation}")
        over = max(0, charge.tokens - reservation.left)
        self.charges.append(charge)
        self._committed[charge.component] += over
        reservation.left -= charge.tokens - over
        if over:
            raise Overrun(f"the {charge.component} used {over} tokens more than the most it said it could")

    def release(self, reservation: Reservation) -> None:
        """Gives back what is left of a reservation and closes it."""
        self._check_open(reservation)
        self._open.remove(reservation)
        self._committed[reservation.component] -= reservation.left
        reservation.left = 0

    def _check_open(self, reservation: Reservation) -> None:
        if reservation not in self._open:
            raise ValueError(f"{reservation} is not open in this ledger")


def spending(charges: Iterable[Charge]) -> dict[tuple[Component, Purpose], Charge]:
    """What was spent by each component for each purpose: the sum of its charges, as one charge."""
    totals: dict[tuple[Component, Purpose], Charge] = {}
    for charge in charges:
        key = charge.component, charge.purpose
        totals[key] = _add(totals[key], charge) if key in totals else charge
    return totals


def _add(total: Charge, charge: Charge) -> Charge:
    return replace(
        total,
        prompt_tokens=total.prompt_tokens + charge.prompt_tokens,
        generated_tokens=total.generated_tokens + charge.generated_tokens,
        flops=total.flops + charge.flops,
        seconds=total.seconds + charge.seconds,
    )


def _limit(name: str, value: str) -> float:
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not (0 < limit < math.inf):
        raise BadRequest(f"{name} in a budget must be a number above zero, not {value!r}")
    return limit
