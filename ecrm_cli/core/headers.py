"""Header lines as mail carries them: folded, encoded where needed, never ended by a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parseaddr

from ecrm_cli.core.errors import DataError

# RFC 2047: a line with an encoded word. RFC 5322 recommends 78 and forbids more than 998.
LINE = 76
LONGEST_LINE = 998
WORD = 75
LONGEST_ADDRESS = 254

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ASCII = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ADDRESS = re.compile(
    r"([^\s\x00-\x1f\x7f<>\"(),:;@\[\]\\]+)@([^\s\x00-\x1f\x7f<>\"(),:;@\[\]\\]+)"
)
# What may stand as it is in an encoded word of a name (RFC 2047, 5.3): the narrowest rule.
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_QUOTED = tuple(
    chr(byte) if byte in _SAFE else "_" if byte == 32 else f"={byte:02X}" for byte in range(256)
)


class BadAddress(DataError):
    """An address that cannot stand in a message."""

    kind = "bad-address"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address!r} cannot be written to: it is no e-mail address.",
            hint="Look where it came from, and correct it there.",
        )


class BadHeader(DataError):
    """A value that cannot stand in a header."""

    kind = "bad-header"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(
            f"The header {name} cannot hold {value[:80]!r}.",
            hint="It must be printable ASCII in one line of at most 900 characters.",
        )


def one_line(text: str) -> str:
    """Return ``text`` without line ends and control characters: a space stands in their place."""
    return text if text.isprintable() else _BREAKS.sub(" ", text).strip()


def unstructured(name: str, text: str) -> str:
    """Return the header ``name: text`` with its line end: folded, non-ASCII in encoded words."""
    text = one_line(text)
    plain = f"{name}: {text}"
    if _plain(text):
        if len(plain) <= LINE:
            return plain + "\r\n"
        lines = list(_folded(plain))
        if max(map(len, lines)) <= LINE:
            return "\r\n ".join(lines) + "\r\n"
    return f"{name}: " + "\r\n ".join(_encoded(text, len(name) + 2)) + "\r\n"


def mailbox(name: str, label: str, address: str) -> str:
    """Return the header ``name: label <address>`` with its line end.

    ``address`` is as ``wire_address`` returns it. Raises nothing: any label can be written.
    """
    label = one_line(label)
    if not label:
        return f"{name}: {address}\r\n"
    if len(label) <= 60 and _plain(label):
        if not _ATOMS.fullmatch(label):
            escaped = label.replace("\\", "\\\\").replace('"', '\\"')
            label = f'"{escaped}"'
        lines = [f"{name}: {label}"]
    else:
        words = _encoded(label, len(name) + 2)
        lines = [f"{name}: {next(words)}", *words]
    if len(lines[-1]) + len(address) + 3 <= LINE:
        lines[-1] += f" <{address}>"
    else:
        lines.append(f"<{address}>")
    return "\r\n ".join(lines) + "\r\n"


def exact(name: str, *values: str) -> str:
    """Return the header ``name`` with its line end, the values as they are, each on its line.

    Raises BadHeader for what would not be a line of printable ASCII.
    """
    for value in values:
        if not value.isascii() or not value.isprintable() or len(value) > LONGEST_LINE - 80:
            raise BadHeader(name, value)
    return f"{name}: " + ",\r\n ".join(values) + "\r\n"


def wire_address(address: str) -> str:
    """Return an address as servers take it: the domain in ASCII, the local part as it is.

    Raises BadAddress for what is no plain ``local@domain``, line ends and brackets included.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > LONGEST_ADDRESS:
        raise BadAddress(address)
    if found[2].isascii():
        return address
    import idna

    try:
        return f"{found[1]}@{idna.encode(found[2], uts46=True).decode()}"
    except idna.IDNAError:
        raise BadAddress(address) from None


def split_sender(sender: str) -> tuple[str, str]:
    """Return the label and the address of ``Corner Coffee <hello@coffee.example>``.

    Raises BadAddress.
    """
    # The text before the bracket is taken as it is: a comma or a dot in a name needs no quotes.
    label, bracket, rest = sender.rpartition("<")
    if not bracket:
        return "", wire_address(sender.strip())
    label = label.strip()
    if label.startswith('"'):
        label = parseaddr(sender)[0]
    return one_line(label), wire_address(rest.strip().removesuffix(">").strip())


def _plain(text: str) -> bool:
    """Tell whether a text needs no encoding and would not be taken for an encoded word."""
    return text.isascii() and "=?" not in text and (not text or bool(_ASCII.fullmatch(text)))


def _folded(text: str) -> Iterator[str]:
    """Yield ``text`` cut at its spaces into lines; one without spaces may be too long."""
    while len(text) > LINE:
        cut = text.rfind(" ", 1, LINE)
        # The space after the header's name is no place to fold.
        if cut <= 0 or text[cut - 1] == ":":
            cut = text.find(" ", LINE)
        if cut < 0:
            break
        yield text[:cut]
        text = text[cut + 1 :]
    yield text


def _encoded(text: str, taken: int) -> Iterator[str]:
    """Yield encoded words of whole characters; on the first line ``taken`` places are used."""
    raw = text.encode("utf-8", "replace")
    marked = sum(byte not in _SAFE and byte != 32 for byte in raw)
    return _in_q(text, taken) if marked * 6 < len(raw) else _in_b(raw, taken)


def _in_b(raw: bytes, taken: int) -> Iterator[str]:
    from binascii import b2a_base64

    start, room = 0, LINE - taken
    while start < len(raw):
        # Four letters hold three bytes; "=?utf-8?b?" and "?=" take twelve places.
        end = start + (min(room, WORD) - 12) // 4 * 3
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        yield f"=?utf-8?b?{b2a_base64(raw[start:end], newline=False).decode()}?="
        start, room = end, LINE - 1


def _in_q(text: str, taken: int) -> Iterator[str]:
    word, room = "", LINE - taken
    for character in text:
        piece = "".join([_QUOTED[byte] for byte in character.encode("utf-8", "replace")])
        if len(word) + len(piece) > min(room, WORD) - 12:
            yield f"=?utf-8?q?{word}?="
            word, room = "", LINE - 1
        word += piece
    yield f"=?utf-8?q?{word}?="
