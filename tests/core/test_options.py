"""The global options, read."""

from __future__ import annotations

import pytest

from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.options import seconds, view_of


@pytest.mark.parametrize(
    ("text", "found"), [("10", 10), ("10s", 10), ("0.5s", 0.5), ("2m", 120), ("0", 0)]
)
def test_a_waiting_time(text: str, found: float) -> None:
    assert seconds(text) == found


@pytest.mark.parametrize("text", ["", "soon", "-1", "nan", "inf", "1e9", "10h", "²", "s"])
def test_what_is_no_waiting_time(text: str) -> None:
    with pytest.raises(UsageError, match="is not a waiting time"):
        seconds(text)


@pytest.mark.parametrize("text", ["²", "-1", "many", "9" * 40, "1.5"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(UsageError, match="is not a number"):
        view_of({"limit": text}, {})


def test_limits() -> None:
    found = [view_of({"limit": text}, {}) for text in ("", "all", "0", "12")]
    assert [(view.limit, view.all_rows) for view in found] == [
        (None, False), (None, True), (0, False), (12, False)
    ]  # fmt: skip
