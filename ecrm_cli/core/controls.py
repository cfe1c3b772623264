"""Control characters made visible, so that imported text cannot steer a terminal."""

from __future__ import annotations

_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}
# Overrides of direction let one text pose as another; ordinary marks of Arabic are not touched.
_CONTROLS |= {
    number: f"\\u{number:04x}" for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_WITHIN_LINES = {number: shown for number, shown in _CONTROLS.items() if number not in (10, 13)}


def printable(text: str) -> str:
    """Return ``text`` with every control character made visible, so none reaches a terminal."""
    return text.translate(_CONTROLS)


def printable_lines(text: str) -> str:
    """The same, but line ends stay."""
    return text.translate(_WITHIN_LINES)
