"""A filled message is what the standard library's parser reads back."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.headers import BadAddress, mailbox, unstructured
from ecrm_cli.core.mail import Letter, Skeleton

FIXED = {"List-Id": "<offers.coffee.example>", "Precedence": "bulk"}
HEADERS = mailbox("To", "Ana Petrović", "ana@example.org") + unstructured("Subject", "Здраво")

TEXTS = [
    "Hello,\n\nplain lines.\n",
    "",
    "no line end",
    "Zdravo, Đorđe: proleće!\n",
    "Весна пришла. " * 40 + "\n",
    "عرض الربيع لك يا سارة\n",
    "🎉" * 300,
    "a long line of ASCII " * 30,
    "x" * 5_000,
    ".\n..\n.a\n",
    "From here on\nFrom there\n",
    "trailing blanks  \t\n = equals =3D\n",
    "old\rline\r\nends\n",
    "--=_boundary\n--=_boundary--\n",
    "nul \x00 and bell \x07\n",
]


@pytest.fixture(scope="module")
def skeleton() -> Skeleton:
    return Skeleton("Кафа, на углу <hello@coffee.example>", FIXED, "=_0123456789abcdef")


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def unix(text: str) -> str:
    text = re.sub("\r\n?", "\n", text)
    return text if text.endswith("\n") else text + "\n"


@pytest.mark.parametrize("text", TEXTS)
def test_both_parts_read_back_as_they_were_written(skeleton: Skeleton, text: str) -> None:
    message = read(skeleton.fill(Letter(HEADERS, text, f"<p>{text}</p>")))
    assert unix(part(message, "plain")) == unix(text)
    assert unix(part(message, "html")) == unix(f"<p>{text}</p>")
    assert message.get_content_type() == "multipart/alternative"
    assert [sub.get_content_type() for sub in message.iter_parts()] == ["text/plain", "text/html"]
    assert not message.defects
    assert not any(sub.defects for sub in message.iter_parts())


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_reads_back(text: str, html: str) -> None:
    skeleton = Skeleton("Shop <hello@coffee.example>", FIXED, "=_0123456789abcdef")
    raw = skeleton.fill(Letter(HEADERS, text, html))
    message = read(raw)
    assert unix(part(message, "plain")) == unix(text)
    assert unix(part(message, "html")) == unix(html)
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("text", TEXTS)
def test_every_line_ends_in_crlf_and_is_short(skeleton: Skeleton, text: str) -> None:
    raw = skeleton.fill(Letter(HEADERS, text, f"<p>{text}</p>"))
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 78
    assert raw.isascii()


def test_the_headers_are_the_skeletons_and_the_letters_and_no_others(skeleton: Skeleton) -> None:
    message = read(skeleton.fill(Letter(HEADERS, "text", "<p>html</p>")))
    assert message.keys() == [
        "From", "To", "Subject", "List-Id", "Precedence", "MIME-Version", "Content-Type"
    ]  # fmt: skip
    (sender,) = message["from"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Кафа, на углу", "hello@coffee.example")
    assert message["list-id"] == "<offers.coffee.example>"
    assert message["subject"] == "Здраво"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain ASCII\n", "7bit"),
        ("nearly all of it is ASCII, Đorđe\n" * 5, "quoted-printable"),
        ("a line that is longer than what RFC 5322 recommends " * 3, "quoted-printable"),
        ("всё по-русски\n", "base64"),
    ],
)
def test_a_part_is_encoded_in_the_way_that_keeps_it_readable_and_short(
    skeleton: Skeleton, text: str, encoding: str
) -> None:
    body = read(skeleton.fill(Letter(HEADERS, text, ""))).get_body(("plain",))
    assert body is not None
    assert body["content-transfer-encoding"] == encoding
    assert body.get_content_charset() == "utf-8"


def test_what_the_library_itself_would_build_reads_the_same(skeleton: Skeleton) -> None:
    own = EmailMessage(policy=default)
    own["Subject"] = "Здраво"
    own.set_content("Текст\n")
    own.add_alternative("<p>Текст</p>\n", subtype="html")
    ours = read(skeleton.fill(Letter(HEADERS, "Текст\n", "<p>Текст</p>\n")))
    theirs = read(own.as_bytes())
    for kind in ("plain", "html"):
        assert unix(part(ours, kind)) == unix(part(theirs, kind))
    assert ours["subject"] == theirs["subject"]


@pytest.mark.parametrize("sender", ["Shop", "Shop <>", "Shop <a b@example.org>", "a@b.c\r\nBcc: x"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(BadAddress):
        Skeleton(sender, {}, "=_x")
