"""The error tree and its exit codes."""

import pytest

from fasciscope import acquisition, core
from fasciscope.core import FasciscopeError, InputError, MissingFactError

CODES = {
    "UsageError": 2,
    "InputError": 3,
    "UnsupportedError": 3,
    "MissingFactError": 3,
    "DeviceError": 4,
    "LinkLostError": 4,
    "NoFramesError": 4,
    "StorageError": 5,
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_error_has_the_exit_code_of_the_contract(name: str, code: int) -> None:
    error = getattr(core, name, None) or getattr(acquisition, name)
    assert issubclass(error, FasciscopeError)
    assert error.exit_code == code


def test_the_table_above_has_every_error_there_is() -> None:
    def below(kind: type[FasciscopeError]) -> set[str]:
        return {k.__name__ for k in kind.__subclasses__()}.union(*map(below, kind.__subclasses__()))

    assert below(FasciscopeError) == set(CODES)


def test_a_missing_fact_names_the_option_that_supplies_it() -> None:
    error = MissingFactError("The file does not say its rate.", "--rate")
    assert isinstance(error, InputError)
    assert error.option == "--rate"
    assert str(error) == "The file does not say its rate. Supply it with --rate."
