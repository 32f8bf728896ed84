"""Floors on synthetic sessions: they say that the program does its work, not how it fares in a clinic."""

import accuracy
import pytest


def test_cramps_and_contractions_are_told_apart() -> None:
    for found, true in accuracy.sustained(range(200, 202)).values():
        assert found >= true - 1


@pytest.mark.slow
def test_cramps_and_contractions_are_told_apart_in_a_hundred_sessions() -> None:
    for found, true in accuracy.sustained(range(300, 350)).values():
        assert found / true >= 0.95


@pytest.mark.parametrize(
    "kind",
    [
        kind if kind == "tremor" else pytest.param(kind, marks=pytest.mark.slow)
        for kind in sorted(accuracy.HARD)
    ],
)
def test_rhythms_are_hardly_ever_called_fasciculation(kind: str) -> None:
    wrong, judged = accuracy.hard_negatives(range(400, 401), (kind,))[kind]
    assert judged > 0
    assert wrong <= 0.01 * max(judged, 100)
