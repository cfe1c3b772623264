"""The questions about a business and its mail; each has a setting and a flag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecrm_cli.core.ask import Ask
from ecrm_cli.core.errors import DataError, NotAllowed
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.upkeep.config import check_value, value_from
from ecrm_cli.upkeep.places import country_named, currency_of, language_of, zone_of

Answers = dict[str, Any]

PASSWORD = "mail.smtp.password"  # noqa: S105 - the key of a setting
VARIABLE = "SMTP_PASSWORD"


@dataclass(frozen=True)
class Question:
    """What is asked for a setting, and the flag that answers it without a terminal."""

    key: str
    words: str
    flag: str


NAME = Question("business.name", "The name your customers know:", "--name")
ADDRESS = Question("business.postal_address", "Postal address (one line):", "--postal-address")
COUNTRY = Question("business.country", "Country (a name, or two letters):", "--country")
ZONE = Question("business.timezone", "Time zone:", "--timezone")
CURRENCY = Question("business.currency", "Currency (three letters):", "--currency")
LANGUAGES = Question("business.languages", "Languages, the main one first:", "--languages")
SENDER = Question("mail.from", "Mail is from (Name <address>, or empty):", "--from")
HOST = Question("mail.smtp.host", "Mail server:", "--host")
PORT = Question("mail.smtp.port", "Port:", "--port")
USER = Question("mail.smtp.user", "User (empty for none):", "--user")


def tidy(question: Question, text: str) -> str:
    """Write an answer as its setting wants it: Serbia is RS, rsd is RSD."""
    text = text.strip()
    if question is COUNTRY:
        return country_named(text) if text else text
    return text.upper() if question is CURRENCY else text


def answer(question: Question, text: str) -> Any:
    """Return the value that ``text`` means for the question's setting. Raises DataError."""
    value = value_from(question.key, tidy(question, text))
    check_value(question.key, value)
    return value


def complaint(question: Question) -> Callable[[str], str | None]:
    """Make the check of an answer: None when it will do, else what is wrong with it."""

    def check(text: str) -> str | None:
        try:
            answer(question, text)
        except DataError as error:
            return f"{error.message} {error.hint}".strip()
        return None

    return check


def put(ask: Ask, question: Question, given: Mapping[str, str | None], default: Any) -> Any:
    """Return the answer to one question: its flag's, or what is said on the terminal.

    ``given`` maps keys to what the flags said. Raises DataError, NotAllowed.
    """
    said = given.get(question.key)
    if said is not None:
        return answer(question, said)
    shown = ", ".join(default) if isinstance(default, list | tuple) else str(default or "")
    said = ask.text(question.words, question.flag, default=shown, check=complaint(question))
    return answer(question, said)


class NeedsYes(NotAllowed):
    """A workspace is to be made where nobody can be asked about it."""

    def __init__(self) -> None:
        super().__init__(
            "There is no terminal to ask about the business.",
            hint="Add --yes to take the defaults, and flags such as --name and --country.",
        )


def founding_answers(
    ask: Ask, given: Mapping[str, str | None], root: Path, *, yes: bool
) -> Answers:
    """Return the settings of a new workspace; none when ``root`` has its config.yaml.

    Raises NeedsYes, DataError.
    """
    if Workspace(root).config.exists():
        return {}
    if not yes and not ask.interactive:
        raise NeedsYes
    folder = root.absolute().name.replace("_", " ").replace("-", " ").strip()
    name = folder[:1].upper() + folder[1:] or "My business"
    return ask_founder(Ask(interactive=False) if yes else ask, given, name)


def ask_founder(ask: Ask, given: Mapping[str, str | None], name: str) -> Answers:
    """Ask what a new workspace needs; the country suggests zone, currency and language."""
    answers: Answers = {NAME.key: put(ask, NAME, given, name)}
    country = answers[COUNTRY.key] = put(ask, COUNTRY, given, "")
    answers[ZONE.key] = put(ask, ZONE, given, zone_of(country))
    answers[CURRENCY.key] = put(ask, CURRENCY, given, currency_of(country))
    answers[LANGUAGES.key] = put(ask, LANGUAGES, given, [language_of(country)])
    answers[SENDER.key] = put(ask, SENDER, given, "")
    return answers


def ask_business(ask: Ask, given: Mapping[str, str | None], now: Mapping[str, Any]) -> Answers:
    """Ask about the business anew; ``now`` maps keys to what is set."""
    questions = (NAME, ADDRESS, COUNTRY, ZONE, CURRENCY, LANGUAGES)
    return {question.key: put(ask, question, given, now[question.key]) for question in questions}


def ask_mail(ask: Ask, given: Mapping[str, str | None], now: Mapping[str, Any]) -> Answers:
    """Ask how mail leaves; the server only when there is to be one."""
    transport = given.get("mail.transport") or ask.choose(
        "Mail goes", "--transport", ["folder", "smtp"], default=now["mail.transport"]
    )
    answers: Answers = {
        "mail.transport": transport,
        SENDER.key: put(ask, SENDER, given, now[SENDER.key]),
    }
    if transport == "smtp":
        for question in (HOST, PORT):
            answers[question.key] = put(ask, question, given, now[question.key])
        key = "mail.smtp.security"
        answers[key] = given.get(key) or ask.choose(
            "Protected by", "--security", ["starttls", "tls", "none"], default=now[key]
        )
        answers[USER.key] = put(ask, USER, given, now[USER.key])
    for key, value in answers.items():
        check_value(key, value)
    return answers


def ask_password(ask: Ask, given: str | None, reference: str | None) -> tuple[str, str | None]:
    """Return where the password is kept, and the password when it was typed just now.

    ``given`` is a flag's reference, ``reference`` the one that is set.
    Raises LiteralSecret, NotAllowed.
    """
    if given is not None:
        check_value(PASSWORD, given)
        return given, None
    if reference and not ask.interactive:
        return reference, None
    kept = f"; empty keeps {reference}" if reference else ""
    typed = ask.secret(f"Password (goes into .ecrm/env{kept}):", "--password")
    if not typed and reference:
        return reference, None
    return f"${{{VARIABLE}}}", typed
