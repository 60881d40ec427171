"""A memory of so many entries."""

from __future__ import annotations

from tuili.backbone.recent import Recent


def test_the_oldest_entry_makes_room_for_a_new_one() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate("abac"):
        recent[key] = number
    assert dict(recent) == {"b": 1, "c": 3}
