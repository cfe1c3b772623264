"""Parts remembered by a page's shape are those that the page itself would give."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.template import Templates
from ecrm_cli.outbox.parts import MOST_SHAPES, Parts, Press

PAGE = """<html><head><title>For {{ name }}</title><style>
p { color: {{ color }} } .vip { font-weight: bold } .{{ kind }} { margin: 0 }
@media (prefers-color-scheme: dark) { p { color: white !important } }
</style></head><body>
<p class="{{ kind }}">Hello {{ name }}{% if city %} from {{ city }}{% endif %},</p>
<p class={{ kind }}>{{ words }}</p>
<a href="{{ link }}">{{ link }}</a>
<a href='https://a.example/?q={{ name|urlencode }}'>{{ name }}</a>
{% for thing in things %}<li>{{ thing }}</li>{% endfor %}
<img src="{{ link }}" alt="{{ name }}">{{ html|safe }}
</body></html>"""
CONTEXT: dict[str, Any] = {
    "name": "Ana", "color": "#aa5500", "kind": "vip", "city": None, "words": "a b", "things": [],
    "link": "https://b.example/?a=1&b=2", "html": "",
}  # fmt: skip


class Events(HTMLParser):
    """A page as what a browser makes of it: tags, attributes, texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[Any] = []
        self._text = ""
        self.feed(html)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._end()
        self.seen.append((tag, tuple(sorted(attrs, key=str))))

    def handle_endtag(self, tag: str) -> None:
        self._end()
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self._text += data

    def _end(self) -> None:
        if self._text:
            self.seen.append(self._text)
        self._text = ""


def pieces(page: str, **context: Any) -> list[str]:
    return Templates([]).text(page, "a.html").pieces({**CONTEXT, **context})


def alone(page: list[str]) -> Parts:
    return Press()._alone("".join(page))


def same(left: Parts, right: Parts) -> None:
    assert left.text == right.text
    assert left.title == right.title
    assert Events(left.html).seen == Events(right.html).seen


SAMPLES = [
    "Ana", "O'Brien & Sons", "", "  ", " a", "a\nb", "a  b", "<b>x</b>", '"q"', "0", "vip",
    "https://b.example/?a=1&b=2", "سارة", "a\u00a0b", "\ue0000\ue001",
]  # fmt: skip
WORDS = st.one_of(st.sampled_from(SAMPLES), st.text(max_size=8))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": WORDS, "words": WORDS, "kind": st.sampled_from(["vip", "new", "a b"]),
             "city": st.one_of(st.none(), WORDS), "things": st.lists(WORDS, max_size=3),
             "html": st.sampled_from(["", "<i>x</i>", "plain"])}
        ),
        min_size=2, max_size=5,
    )
)  # fmt: skip
def test_one_press_for_many_gives_what_each_page_gives_alone(people: list[dict[str, Any]]) -> None:
    press = Press()
    for person in people:
        page = pieces(PAGE, **person)
        same(press.parts(page), alone(page))


def test_styles_are_inlined_and_what_asks_about_the_screen_stays() -> None:
    html = Press().parts(pieces(PAGE)).html
    assert '<p class="vip" style="color: #aa5500;margin: 0;font-weight: bold;">' in html.replace(
        "font-weight: bold;margin: 0;", "margin: 0;font-weight: bold;"
    )
    assert "@media (prefers-color-scheme: dark)" in html


def test_a_value_that_decides_how_things_look_is_part_of_the_shape() -> None:
    press = Press()
    for kind in ("vip", "new", "vip"):
        page = pieces(PAGE, kind=kind)
        same(press.parts(page), alone(page))


def test_a_second_recipient_of_the_same_shape_is_only_filled_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = "<title>For {{ name }}</title><p>Hello {{ name }}, <a href='{{ link }}'>look</a></p>"
    press = Press()
    press.parts(pieces(page, name="Ana", link="https://b.example/?a=1"))
    monkeypatch.setattr(press, "_alone", lambda page: pytest.fail("worked out again"))
    found = press.parts(pieces(page, name="Ben & Co", link="https://b.example/?a=2&b=3"))
    assert found.title == "For Ben & Co"
    assert found.text == "Hello Ben & Co, look (https://b.example/?a=2&b=3)\n"
    assert 'Hello Ben &amp; Co, <a href="https://b.example/?a=2&amp;b=3">' in found.html


def test_shapes_are_not_remembered_without_end() -> None:
    press = Press()
    for number in range(MOST_SHAPES + 20):
        page = pieces("{% for n in things %}<p>{{ n }}</p>{% endfor %}", things=["x"] * number)
        assert press.parts(page).text.count("x") == number
    assert len(press._pressed) == MOST_SHAPES


def test_marks_of_ours_in_a_template_do_no_harm() -> None:
    page = pieces("<p>\ue0007\ue001 {{ name }}</p>", name="Ana")
    press = Press()
    for _ in range(2):
        assert press.parts(page).text == "\ue0007\ue001 Ana\n"
