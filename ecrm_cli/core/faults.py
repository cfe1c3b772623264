"""What can go wrong with the database, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecrm_cli.core.errors import (
    Busy,
    Conflict,
    DataError,
    DiskFull,
    EcrmError,
    NotFound,
    OutsideFailure,
    Place,
)
from ecrm_cli.core.system import process_words

_HELD = re.compile(r"\(PID (\d+)\)")
_FULL = re.compile(r"No space left on device|Disk quota exceeded|disk is full", re.IGNORECASE)


class DamagedStore(DataError):
    """The database file cannot be read."""

    kind = "damaged"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is damaged or is not a DuckDB file; it was left as it is.",
            hint="Put back a copy of the file from a backup.",
            place=Place(path),
        )


class NoStore(NotFound):
    """The workspace has no database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no database {path}.",
            hint="Run ecrm init in this folder to make an empty one, or put a backup there.",
        )


class UnusableStore(OutsideFailure):
    """The machine does not let the database be opened, read or written."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(
            f"{path} cannot be used: {words.partition(chr(10))[0].removeprefix('IO Error: ')}",
            hint="Check that it is a file, who owns it, and that the disk is there.",
        )


class ChangedMeanwhile(Conflict):
    """Two writers touched the same rows; one of them was refused."""

    def __init__(self) -> None:
        super().__init__(
            "Another command changed the same rows at the same moment; nothing was written.",
            hint="Run the command again.",
        )


class RefusedInput(EcrmError):
    """The engine could not read what a statement was given, such as the text of a file."""


@contextmanager
def translated(path: Path, wait: float = 0) -> Iterator[None]:
    """Turn the engine's complaints into errors that know their sentence and exit code."""
    import duckdb

    try:
        yield
    except duckdb.TransactionException as error:
        if "onflict" in str(error):
            raise ChangedMeanwhile from error
        if _FULL.search(str(error)):
            raise DiskFull(path) from error
        raise
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise RefusedInput(str(error)) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:
        # What a signal raised while the engine was at work arrives as the cause of this.
        if isinstance(error.__cause__, KeyboardInterrupt) or "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise
    except duckdb.IOException as error:
        raise _io_error(error, path, wait) from error
    except (duckdb.SerializationException, duckdb.FatalException) as error:
        raise (DiskFull if _FULL.search(str(error)) else DamagedStore)(path) from error
    except duckdb.Error as error:
        # DuckDB 2 has no more to say than this class of a file that it cannot make sense of.
        if type(error) is duckdb.Error:
            raise DamagedStore(path) from error
        raise


def _io_error(error: Exception, path: Path, wait: float) -> Exception:
    words = str(error)
    if "Could not set lock" in words or "being used by another process" in words:
        held = _HELD.search(words)
        return Busy(process_words(int(held[1])) if held else "another process", round(wait, 1))
    if _FULL.search(words):
        return DiskFull(path)
    if "not a valid DuckDB" in words or "orrupt" in words or "checksum" in words:
        return DamagedStore(path)
    return UnusableStore(path, words)
