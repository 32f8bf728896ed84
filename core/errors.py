"""The one error tree; each class exists because somebody handles it differently.

::

    FasciscopeError               never raised itself
    ├── UsageError          2     the person asked for something that does not exist
    ├── InputError          3     a file cannot be read as what it claims to be
    │   ├── UnsupportedError      it is whole, but of a kind that is not read (or an extra is missing)
    │   └── MissingFactError      rate, unit or channel choice is not in the file; `option` supplies it
    ├── DeviceError         4     a board or a radio (acquisition has LinkLostError, NoFramesError)
    └── StorageError        5     the output cannot be written

A message says what was found, what is allowed, and what to do.
"""


class FasciscopeError(Exception):
    """Anything that fasciscope tells a person about; any other exception is our bug."""

    exit_code = 1


class UsageError(FasciscopeError):
    """The call is wrong, whatever the files say."""

    exit_code = 2


class InputError(FasciscopeError):
    """The recording is refused: unreadable, damaged or contradictory."""

    exit_code = 3


class UnsupportedError(InputError):
    """The recording may be sound, but this kind is not read here."""


class MissingFactError(InputError):
    """The recording does not say its rate, unit or which channels are EMG.

    `option` is the command-line option that supplies the fact, for instance ``--rate``.
    """

    def __init__(self, message: str, option: str) -> None:
        super().__init__(f"{message} Supply it with {option}.")
        self.option = option


class DeviceError(FasciscopeError):
    """A board or a radio does not answer as it should."""

    exit_code = 4


class StorageError(FasciscopeError):
    """The output cannot be written; what was written before stays."""

    exit_code = 5
