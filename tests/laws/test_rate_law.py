"""Law 7: the same signal at another rate of tier A holds the same fasciculations within 1 ms."""

import pytest
from lawbook import check_rate_law
from signals import events, twitching

RATE_HZ = 2000.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rate_changes_no_clear_fasciculation(seed: int) -> None:
    assert check_rate_law(events, twitching(seed, RATE_HZ), RATE_HZ, [1000.0, 4000.0]) >= 60
