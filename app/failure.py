"""How an error is told on the command line."""

from fasciscope.core import FasciscopeError, StorageError


def exit_code_of(error: Exception) -> int | None:
    """The process's exit code for `error`; None if it is no error that a person can mend."""
    return error.exit_code if isinstance(error, FasciscopeError) else None


def one_line(error: Exception, subject: str = "") -> str:
    """`error` as one line of plain text, whatever bytes a file name in it holds."""
    text = " ".join(part for part in (f"{subject}:" if subject else "", str(error)) if part)
    return f"fasciscope: {printable(text)}"


def printable(text: str) -> str:
    """`text` with line breaks as blanks and other control characters escaped: terminals obey them."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


def storage_error(error: OSError, path: object) -> StorageError:
    """What to tell when `path` cannot be written."""
    return StorageError(
        f"{path} cannot be written: {error.strerror or error}. "
        "Free some space or choose another place with --out."
    )
