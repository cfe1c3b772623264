"""A run and a recipient made into a message."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from itsdangerous import BadSignature, Signer

from ecrm_cli.core.headers import BadAddress
from ecrm_cli.core.template import BadTemplate, StoppedTemplate
from ecrm_cli.outbox.rendering import NoSubject, Renderer
from ecrm_cli.outbox.tokens import SALT, tokens_by
from tests.door import NOW
from tests.outbox.letters import BUSINESS, TERMS, addressee, outgoing, part, sent, to

HTTPS = replace(TERMS, base_url="https://zrno.example/e")


def test_a_message_is_one_page_and_the_same_as_text() -> None:
    message = sent(outgoing(), to())
    assert message.get_content_type() == "multipart/alternative"
    assert "Hello Ana" in part(message, "html")
    assert part(message, "plain").startswith("Hello Ana, leave (mailto:hello@zrno.example?subject=")
    assert addressee(message).display_name == "Ana Petrović"
    assert addressee(message).addr_spec == "ana@example.org"
    assert message["subject"] == "Spring"


def test_a_campaign_has_the_headers_of_a_list_and_none_of_a_machine() -> None:
    message = sent(outgoing(), to(), HTTPS)
    assert message["list-id"] == "<offers.zrno.example>"
    assert message["precedence"] == "bulk"
    assert message["auto-submitted"] is None
    assert message["message-id"] == "<0123456789abcdef0123456789abcdef@zrno.example>"
    assert parsedate_to_datetime(message["date"]) == NOW
    assert len(message.keys()) == len(set(message.keys()))


def test_unsubscribing_is_a_mail_where_there_is_no_page() -> None:
    message = sent(outgoing(), to())
    token = tokens_by(TERMS.key)(to().mime_id)
    assert message["list-unsubscribe"] == (
        f"<mailto:hello@zrno.example?subject=unsubscribe%20{token}>"
    )
    assert message["list-unsubscribe-post"] is None
    assert f"subject=unsubscribe%20{token}" in part(message, "html")


@pytest.mark.parametrize(("scheme", "post"), [("https", "List-Unsubscribe=One-Click"),
                                              ("http", None)])  # fmt: skip
def test_one_click_is_offered_over_https_only(scheme: str, post: str | None) -> None:
    message = sent(outgoing(), to(), replace(TERMS, base_url=f"{scheme}://zrno.example/e/"))
    token = tokens_by(TERMS.key)(to().mime_id)
    page, mail = str(message["list-unsubscribe"]).split(", ")
    assert page == f"<{scheme}://zrno.example/e/u/{token}>"
    assert mail.startswith("<mailto:hello@zrno.example?")
    assert message["list-unsubscribe-post"] == post
    assert page.strip("<>") in part(message, "plain")


def test_a_page_of_another_alphabet_stands_in_ascii_in_the_header() -> None:
    message = sent(outgoing(), to(), replace(TERMS, base_url="https://кафа.срб/одјава"))
    assert str(message["list-unsubscribe"]).startswith(
        "<https://xn--80aa2a4b.xn--90a3ac/%D0%BE%D0%B4%D1%98%D0%B0%D0%B2%D0%B0/u/"
    )


def test_a_token_tells_nothing_of_who_it_is_for_and_cannot_be_made_up() -> None:
    token = tokens_by(TERMS.key)(to().mime_id)
    message = sent(outgoing(), to())
    for known in ("ana", "example", "petrovi", "spring", "offers"):
        assert known not in token.lower()
    from hashlib import sha256

    signer = Signer(TERMS.key, salt=SALT, digest_method=sha256)
    assert signer.unsign(token).decode() == "0123456789abcdef0123456789abcdef"
    with pytest.raises(BadSignature):
        signer.unsign(token[:-1] + ("a" if token[-1] != "a" else "b"))
    with pytest.raises(BadSignature):
        Signer("another", salt=SALT, digest_method=sha256).unsign(token)
    assert "/7" not in str(message["list-unsubscribe"])


@pytest.mark.parametrize(
    ("subject", "given_name"),
    [
        ("{{ contact.given_name }}, proleće je stiglo", "Đorđe"),
        ("{{ contact.given_name }}, весна пришла", "Олег"),
        ("عرض جديد لك يا {{ contact.given_name }}", "سارة"),
        ("🎉 {{ contact.given_name }}", "Zoë 🎈"),
        ('"{{ contact.given_name }}" & <co>', 'Conan "The" O\'Brien'),
    ],
)
def test_subjects_and_names_of_any_alphabet_read_back(subject: str, given_name: str) -> None:
    message = sent(outgoing(subject=subject), to(given_name=given_name, family_name=None))
    assert message["subject"] == subject.replace("{{ contact.given_name }}", given_name)
    assert addressee(message).display_name == given_name
    assert f"Hello {given_name}," in part(message, "plain")


def test_a_name_with_quotes_is_escaped_in_the_page_and_plain_in_the_text() -> None:
    message = sent(outgoing(), to(given_name='<b>Ana "A"</b>'))
    assert "<b>" not in part(message, "html")
    assert 'Hello <b>Ana "A"</b>,' in part(message, "plain")


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\u2028"])
def test_a_line_end_in_a_name_or_a_value_starts_no_header(sign: str) -> None:
    evil = f"Ana{sign}Bcc: eve@example.org{sign}{sign}body"
    run = outgoing(subject="{{ contact.given_name }} {{ contact.attributes.x }}")
    message = sent(run, to(given_name=evil, attributes={"x": evil}))
    assert message["bcc"] is None
    assert str(message["subject"]).startswith("Ana Bcc: eve@example.org")
    assert len(addressee(message).addr_spec) == len("ana@example.org")


def test_a_subject_of_10000_characters_is_sent_as_it_is() -> None:
    message = sent(outgoing(subject="ж" * 10_000), to())
    assert message["subject"] == "ж" * 10_000


@pytest.mark.parametrize("address", ["ana@example.org\r\nBcc: eve@example.org", "ana@a b.example"])
def test_an_address_with_a_line_end_makes_no_message(address: str) -> None:
    renderer = Renderer(outgoing(), TERMS)
    for act in (lambda: renderer.render(to(address), NOW), lambda: renderer.check(to(address))):
        with pytest.raises(BadAddress):
            act()


def test_an_address_of_another_alphabet_is_written_as_it_is() -> None:
    message = Renderer(outgoing(), TERMS).render(to("мила@кафа.срб"), NOW)
    assert "<мила@xn--80aa2a4b.xn--90a3ac>".encode() in message


def test_without_a_subject_the_title_of_the_page_is_the_subject() -> None:
    page = "<html><head><title>For {{ contact.given_name }}\n &amp; you</title></head>x"
    assert sent(outgoing(page, subject=""), to(given_name="Đorđe"))["subject"] == "For Đorđe & you"


@pytest.mark.parametrize("subject", ["", "{{ contact.company }}", " \n "])
def test_a_subject_that_comes_out_empty_is_refused(subject: str) -> None:
    renderer = Renderer(outgoing(subject=subject), TERMS)
    with pytest.raises(NoSubject):
        renderer.render(to(), NOW)


def test_service_mail_says_that_a_machine_wrote_it_and_has_nothing_of_a_list() -> None:
    run = outgoing("<title>Receipt</title>{{ total }}", kind="service", topic=None, subject="",
                   name="receipt")  # fmt: skip
    message = sent(run, replace(to(), context={"total": "24.00"}), HTTPS)
    assert message["auto-submitted"] == "auto-generated"
    for name in ("list-id", "list-unsubscribe", "list-unsubscribe-post", "precedence"):
        assert message[name] is None
    assert part(message, "plain") == "24.00\n"


def test_a_persons_answer_is_not_from_a_machine() -> None:
    run = outgoing("<title>Re</title>a", kind="service", topic=None, name="case-reply", subject="")
    assert sent(run, to())["auto-submitted"] is None


def test_service_mail_cannot_replace_who_it_is_for() -> None:
    run = outgoing("{{ contact.given_name }} {{ business.name }}", kind="service", topic=None)
    message = sent(run, replace(to(), context={"contact": "x", "business": "y"}))
    assert part(message, "plain") == "Ana Zrno\n"


def test_a_text_template_beside_the_page_is_the_text_part() -> None:
    run = outgoing(txt={"": "Hello {{ contact.given_name }} & co\n"})
    assert part(sent(run, to(given_name="<Ana>")), "plain") == "Hello <Ana> & co\n"


LANGUAGES = {"": "default", "ru": "русский", "sr-Latn": "latinica", "ar": "عربي"}


@pytest.mark.parametrize(
    ("locale", "page"),
    [
        (None, "default"), ("en", "default"), ("en-GB", "default"), ("ru", "русский"),
        ("ru-RU", "русский"), ("RU_ru", "русский"), ("sr", "latinica"), ("sr-Latn", "latinica"),
        ("sr-Cyrl", "latinica"), ("sr-Cyrl-RS", "latinica"), ("ar-EG", "عربي"), ("de", "default"),
    ],
)  # fmt: skip
def test_each_is_written_to_in_their_language_or_the_nearest(locale: str | None, page: str) -> None:
    message = sent(replace(outgoing(), html=LANGUAGES), to(locale=locale))
    assert part(message, "plain") == f"{page}\n"


def test_a_page_of_another_language_is_not_paired_with_the_default_languages_text() -> None:
    run = replace(outgoing(), html=LANGUAGES, txt={"": "default text"})
    assert part(sent(run, to(locale="ru")), "plain") == "русский\n"
    assert part(sent(run, to(locale="en")), "plain") == "default text\n"


def test_a_template_knows_its_language_and_its_direction() -> None:
    run = replace(outgoing(), html={"": "{{ language }} {{ direction }}"})
    run = replace(run, html={**run.html, "ar": run.html[""]})
    assert part(sent(run, to(locale="ar-EG")), "plain") == "ar rtl\n"
    assert part(sent(run, to(locale="en")), "plain") == "en ltr\n"


def test_a_birthday_is_a_date_and_attributes_are_fields() -> None:
    page = "{{ contact.birthday.strftime('%d.%m.') }} {{ contact.attributes.size }}"
    assert part(sent(outgoing(page), to()), "plain") == "21.05. M\n"


@pytest.mark.parametrize(
    ("color", "letters"),
    [(None, "#ffffff"), ("#ffd166", "#1d1d1c"), ("#7a3b1d", "#ffffff"), ("#FFFFFF", "#1d1d1c")],
)
def test_letters_on_the_accent_colour_can_be_read(color: str | None, letters: str) -> None:
    run = outgoing("<p style='color: {{ business.color_text }}'>{{ business.color }}</p>")
    terms = replace(TERMS, business={**BUSINESS, "color": color})
    assert f"color: {letters}" in part(sent(run, to(), terms), "html")


@pytest.mark.parametrize("page", ["{% if %}", "{{ contact.given_name", "{% block a %}"])
def test_a_template_with_a_syntax_error_is_refused_before_anybody_is_rendered(page: str) -> None:
    with pytest.raises(BadTemplate):
        Renderer(outgoing(page), TERMS)


def test_an_undefined_name_is_told_with_those_near_it() -> None:
    with pytest.raises(BadTemplate) as caught:
        Renderer(outgoing("{{ contact.givenname }}"), TERMS).check(to())
    assert caught.value.matches[0] == "given_name"


def test_an_endless_loop_is_stopped() -> None:
    page = "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"
    with pytest.raises(StoppedTemplate):
        Renderer(outgoing(page), TERMS).check(to())


def test_a_sender_that_is_no_address_makes_no_renderer() -> None:
    with pytest.raises(BadAddress):
        Renderer(outgoing(sender="Zrno <hello@zrno.example>\r\nBcc: x@example.org"), TERMS)


def test_the_same_run_and_recipient_make_the_same_bytes() -> None:
    one, two = (Renderer(outgoing(), TERMS).render(to(), NOW) for _ in range(2))
    assert one == two


def test_the_boundary_cannot_be_known_from_the_text() -> None:
    one, two = (
        Renderer(outgoing(), replace(TERMS, key=key)).render(to(), NOW) for key in ("a", "b")
    )
    assert one.split(b"boundary=")[1][:20] != two.split(b"boundary=")[1][:20]
