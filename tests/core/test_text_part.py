"""The text part of a mail, made from its HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.text_part import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
        ("<h1>Title</h1>Words<br>and more", "Title\n\nWords\nand more\n"),
        ("<div>a</div><div>b</div>", "a\nb\n"),
        ("<p>  many   blanks\n and lines </p>", "many blanks and lines\n"),
        ("<p>1 &lt; 2 &amp; &quot;3&quot; &#269;</p>", '1 < 2 & "3" č\n'),
        ("<p>a&nbsp;b</p>", "a b\n"),
        ("<ul><li>one<li>two</ul>", "- one\n- two\n"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two\n"),
        ("<table><tr><td>Total</td><td>24.00</td></tr><tr><td>Tax</td></tr></table>",
         "Total 24.00\nTax\n"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("<p>سارة <b>أحمد</b></p>", "سارة أحمد\n"),
        ("", "\n"),
        ("5 < 6 and <", "5 < 6 and <\n"),
    ],
)  # fmt: skip
def test_what_is_read_is_kept(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://shop.example/a?b=1&amp;c=2">Look</a>',
         "Look (https://shop.example/a?b=1&c=2)\n"),
        ('<a href="https://shop.example">https://shop.example</a>', "https://shop.example\n"),
        ('<a href="mailto:hi@shop.example">hi@shop.example</a>', "hi@shop.example\n"),
        ('<a href="https://shop.example"><img src="x.png" alt="Our shop"></a>',
         "Our shop (https://shop.example)\n"),
        ('<a href="https://shop.example"><img src="x.png"></a>', "https://shop.example\n"),
        ('<a href="#top">up</a> <a name="top">here</a>', "up here\n"),
    ],
)  # fmt: skip
def test_a_link_stands_behind_its_words(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        "<head><title>Title</title><meta name=x></head>",
        '<div style="display: none">preheader</div>',
        '<span style="color:red;DISPLAY:NONE">preheader</span>',
        '<div style="visibility:hidden"><p>a<br>b<img alt="c"></p></div>',
        "<p hidden>no</p>",
        "<!-- a comment -->",
        "&#8203;&#847;&zwnj;",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    assert text_of(f"{hidden}<p>seen</p>") == "seen\n"


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(alphabet=st.sampled_from("<>/ apbtrdiulhe=\"'&;!-\n"), max_size=80))
def test_no_html_is_too_broken_to_be_read(html: str) -> None:
    text = text_of(html)
    assert text.endswith("\n")
    assert "\n\n\n" not in text
