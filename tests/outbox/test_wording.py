"""Templates as a run takes them along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.template import BadTemplate
from ecrm_cli.core.workspace import shipped
from ecrm_cli.outbox.rendering import Renderer
from ecrm_cli.outbox.wording import NotATemplate, TooManyFiles, take_along
from tests.outbox.letters import TERMS, outgoing, to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "frame.html.j2": "<title>{{ subject }}</title>{% block words %}{% endblock %}",
        "spring.html.j2": '{% extends "frame.html.j2" %}{% block words %}Hi{% endblock %}',
        "spring.ru.html.j2": '{% extends "frame.html.j2" %}{% block words %}Да{% endblock %}',
        "spring.sr_latn.html.j2": "Zdravo{% include 'foot.html.j2' %}",
        "spring.txt.j2": "Hi as text",
        "foot.html.j2": " foot",
        "springtime.html.j2": "another",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_language_and_all_that_is_included_is_taken_along(folder: Path) -> None:
    wording = take_along([folder], "spring.html.j2")
    assert set(wording.html) == {
        "", "ru", "sr-Latn", "spring.html.j2", "spring.ru.html.j2", "spring.sr_latn.html.j2",
        "frame.html.j2", "foot.html.j2",
    }  # fmt: skip
    assert set(wording.txt) == {"", "spring.txt.j2"}


def test_what_was_taken_along_is_rendered_without_the_files(folder: Path) -> None:
    wording = take_along([folder], "spring.html.j2")
    for path in folder.iterdir():
        path.unlink()
    renderer = Renderer(replace(outgoing(), html=wording.html, txt=wording.txt), TERMS)
    assert renderer.show(to(locale="ru")).text == "Да\n"
    assert renderer.show(to(locale="sr")).text == "Zdravo foot\n"
    assert renderer.show(to(locale="en")).text == "Hi as text"


def test_the_workspaces_template_hides_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "offer.html.j2").write_text("ours", encoding="utf-8")
    folders = [tmp_path, shipped("templates")]
    assert take_along(folders, "offer.html.j2").html["offer.html.j2"] == "ours"


@pytest.mark.parametrize("name", ["spring", "spring.j2", "spring.txt.j2", ".html.j2"])
def test_a_name_that_is_no_page_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(NotATemplate):
        take_along([folder], name)


def test_a_template_that_is_not_there_is_named_with_near_ones(folder: Path) -> None:
    with pytest.raises(NotFound) as caught:
        take_along([folder], "sprang.html.j2")
    assert "spring.html.j2" in caught.value.matches


def test_an_included_template_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "foot.html.j2").unlink()
    with pytest.raises(NotFound, match=r"foot\.html\.j2"):
        take_along([folder], "spring.html.j2")


def test_what_is_included_must_be_known_before_anybody_is_written_to(folder: Path) -> None:
    (folder / "spring.html.j2").write_text("{% include contact.city %}", encoding="utf-8")
    with pytest.raises(BadTemplate, match="named by a value"):
        take_along([folder], "spring.html.j2")


def test_templates_that_include_each_other_are_taken_along_once(folder: Path) -> None:
    (folder / "foot.html.j2").write_text("{% include 'spring.html.j2' %}", encoding="utf-8")
    assert "foot.html.j2" in take_along([folder], "spring.html.j2").html


def test_a_chain_without_an_end_is_refused(folder: Path) -> None:
    for number in range(120):
        text = f"{{% include 'n{number + 1}.html.j2' %}}"
        (folder / f"n{number}.html.j2").write_text(text, encoding="utf-8")
    with pytest.raises(TooManyFiles):
        take_along([folder], "n0.html.j2")


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("offer.html.j2", {}),
        ("service/receipt.html.j2", {"number": "1001", "total": "24.00 EUR"}),
        ("service/case-reply.html.j2", {"subject": "Your order", "message": "It is on its way."}),
    ],
)
@pytest.mark.parametrize("given_name", ["Ana", None])
def test_a_shipped_template_works_with_and_without_a_name(
    name: str, context: dict[str, object], given_name: str | None
) -> None:
    service = name.startswith("service/")
    wording = take_along([shipped("templates")], name)
    run = replace(
        outgoing(),
        html=wording.html,
        txt=wording.txt,
        kind="service" if service else "campaign",
        subject="" if service else "Spring",
    )
    recipient = replace(to(given_name=given_name), context=context)
    shown = Renderer(run, TERMS).show(recipient)
    assert shown.subject
    assert f"Hello{' Ana' if given_name else ''}," in shown.text
    assert ("Unsubscribe" in shown.text) is not service
    assert "Trg slobode 1, Novi Sad" in shown.text
    assert "{" not in shown.text
    assert len(shown.html) < 20_000


WIN_BACK = {
    "en": ("It has been a while", "Hello Ana,", "Hello,", "Unsubscribe"),
    "ru": ("Давно не виделись", "Здравствуйте, Ana!", "Здравствуйте!", "Отписаться"),
    "sr": ("Dugo Vas nije bilo", "Dobar dan,", "Dobar dan,", "Odjava"),
    "ar": ("مضى وقت طويل", "مرحبًا Ana،", "مرحبًا،", "إلغاء الاشتراك"),
}


@pytest.mark.parametrize("language", WIN_BACK)
@pytest.mark.parametrize("given_name", ["Ana", None])
def test_win_back_is_written_in_each_language_with_and_without_a_name(
    language: str, given_name: str | None
) -> None:
    subject, named, unnamed, leave = WIN_BACK[language]
    wording = take_along([shipped("templates")], "win-back.html.j2")
    run = replace(outgoing(), html=wording.html, txt=wording.txt, subject="")
    shown = Renderer(run, TERMS).show(to(given_name=given_name, locale=language))
    assert (shown.subject, len(shown.subject) <= 45) == (subject, True)
    assert f"\n{named if given_name else unnamed}\n" in shown.text
    assert leave in shown.text
    assert "{" not in shown.text
    tag = {"sr": "sr-Latn"}.get(language, language)
    way = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{tag}" dir="{way}">' in shown.html
    assert len(shown.html) < 20_000
