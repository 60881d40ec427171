"""The ledger: nothing is spent beyond the budget, and nothing is spent that is not booked."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tuili.errors import BadRequest, BudgetExhausted, Overrun
from tuili.ledger import Budget, Ledger, Reservation, spending
from tuili.records import Charge, Component, Purpose

PARAMETERS = {Component.GENERATOR: 3, Component.VERIFIER: 7}


def charge(component: Component, purpose: Purpose, prompt: int, generated: int) -> Charge:
    flops = 2 * PARAMETERS[component] * (prompt + generated)
    return Charge(component, purpose, prompt, generated, float(flops), seconds=0.5)


class AnyInterleaving(RuleBasedStateMachine):
    """Reservations of both components are opened, charged in parts and released in any order."""

    reservations = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.budget = Budget(tokens=100, flops=1000)
        self.ledger = Ledger(self.budget, PARAMETERS)
        self.spent: Counter[Component] = Counter()
        self.held: dict[Reservation, int] = {}

    def room(self, component: Component) -> int:
        """By the definition: the most tokens of this component that may still be reserved."""
        used = Counter(self.spent)
        for reservation, tokens in self.held.items():
            used[reservation.component] += tokens
        flops = sum(2 * PARAMETERS[part] * tokens for part, tokens in used.items())
        return min(100 - used.total(), (1000 - flops) // (2 * PARAMETERS[component]))

    @rule(target=reservations, component=st.sampled_from(Component), share=st.floats(0, 1))
    def reserve(self, component: Component, share: float) -> Reservation:
        tokens = int(self.room(component) * share)
        reservation = self.ledger.reserve(component, tokens)
        self.held[reservation] = tokens
        return reservation

    @rule(component=st.sampled_from(Component), more=st.integers(1, 200))
    def ask_for_too_much(self, component: Component, more: int) -> None:
        wanted = self.room(component) + more
        assert not self.ledger.fits({component: wanted})
        with pytest.raises(BudgetExhausted):
            self.ledger.reserve(component, wanted)

    @rule(reservation=reservations, purpose=st.sampled_from(Purpose), cut=st.floats(0, 1), share=st.floats(0, 1))
    def settle(self, reservation: Reservation, purpose: Purpose, cut: float, share: float) -> None:
        tokens = int(self.held[reservation] * share)
        prompt = int(tokens * cut)
        self.ledger.settle(reservation, charge(reservation.component, purpose, prompt, tokens - prompt))
        self.held[reservation] -= tokens
        self.spent[reservation.component] += tokens

    @rule(reservation=consumes(reservations))
    def release(self, reservation: Reservation) -> None:
        self.ledger.release(reservation)
        del self.held[reservation]

    @invariant()
    def nothing_is_overspent_by_a_token(self) -> None:
        assert sum(item.tokens for item in self.ledger.charges) <= 100
        assert sum(item.flops for item in self.ledger.charges) <= 1000

    @invariant()
    def every_charge_is_in_one_total(self) -> None:
        totals = spending(self.ledger.charges)
        assert sum(total.tokens for total in totals.values()) == self.spent.total()
        for component in Component:
            booked = sum(total.tokens for key, total in totals.items() if key[0] is component)
            assert booked == self.spent[component]

    @invariant()
    def all_room_that_is_left_can_be_had(self) -> None:
        for component in Component:
            self.ledger.release(self.ledger.reserve(component, self.room(component)))


AnyInterleaving.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestAnyInterleaving = AnyInterleaving.TestCase


@given(
    st.lists(st.tuples(st.sampled_from(Component), st.sampled_from(Purpose), st.integers(0, 50), st.integers(0, 50)))
)
def test_spending_is_the_sum_of_the_charges_by_component_and_purpose(rows: list[tuple]) -> None:
    totals = spending(charge(*row) for row in rows)
    for (component, purpose), total in totals.items():
        own = [row for row in rows if row[:2] == (component, purpose)]
        assert (total.component, total.purpose) == (component, purpose)
        assert total.prompt_tokens == sum(row[2] for row in own)
        assert total.generated_tokens == sum(row[3] for row in own)
        assert total.flops == 2 * PARAMETERS[component] * total.tokens
        assert total.seconds == 0.5 * len(own)
    assert set(totals) == {row[:2] for row in rows}


def test_an_overrun_is_booked_and_raised() -> None:
    ledger = Ledger(Budget(tokens=100), PARAMETERS)
    reservation = ledger.reserve(Component.GENERATOR, 10)
    with pytest.raises(Overrun, match="3 tokens more"):
        ledger.settle(reservation, charge(Component.GENERATOR, Purpose.EXPLORE, 5, 8))
    ledger.release(reservation)
    assert sum(item.tokens for item in ledger.charges) == 13
    assert ledger.fits({Component.GENERATOR: 87})
    assert not ledger.fits({Component.GENERATOR: 88})


def test_a_charge_must_be_of_the_component_that_reserved() -> None:
    ledger = Ledger(Budget(), PARAMETERS)
    with pytest.raises(ValueError, match="cannot be settled"):
        ledger.settle(ledger.reserve(Component.GENERATOR, 10), charge(Component.VERIFIER, Purpose.EXPLORE, 5, 0))


def test_a_closed_or_foreign_reservation_is_refused() -> None:
    ledger, other = Ledger(Budget(), PARAMETERS), Ledger(Budget(), PARAMETERS)
    reservation = ledger.reserve(Component.GENERATOR, 10)
    with pytest.raises(ValueError, match="not open"):
        other.release(reservation)
    ledger.release(reservation)
    with pytest.raises(ValueError, match="not open"):
        ledger.settle(reservation, charge(Component.GENERATOR, Purpose.EXPLORE, 1, 0))


def test_flops_of_a_large_model_are_not_rounded() -> None:
    huge = {Component.GENERATOR: 70_000_000_001, Component.VERIFIER: 0}
    limit = 2 * 70_000_000_001 * 1_000_003
    ledger = Ledger(Budget(flops=limit), huge)
    ledger.reserve(Component.GENERATOR, 1_000_003)
    assert not ledger.fits({Component.GENERATOR: 1})


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("tokens=2000", Budget(tokens=2000)),
        ("tokens=2e3, flops=1e9", Budget(tokens=2000, flops=1e9)),
        ("flops=2.5e12", Budget(flops=2.5e12)),
    ],
)
def test_budget_from_text_and_back(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget
    assert Budget.parse(str(budget)) == budget


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Budget(), Budget(), Budget()),
        (Budget(tokens=5), Budget(flops=7.0), Budget(tokens=5, flops=7.0)),
        (Budget(tokens=5, flops=9.0), Budget(tokens=6, flops=7.0), Budget(tokens=5, flops=7.0)),
    ],
)
def test_two_budgets_at_once_are_the_tighter_of_each(one: Budget, other: Budget, both: Budget) -> None:
    assert one & other == other & one == both


NONSENSE = (
    "|2000|tokens|tokens=|tokens=many|tokens=0|tokens=-5|tokens=1.5|flops=inf|flops=nan|seconds=3|tokens=1,tokens=2"
)


@pytest.mark.parametrize("text", NONSENSE.split("|"))
def test_a_budget_that_makes_no_sense_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        Budget.parse(text)
