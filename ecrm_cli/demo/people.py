"""The customers of the demo's shop: everybody with a name, a place, a way to be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ecrm_cli.demo.lists import (
    ARABIC,
    ENGLISH,
    RUSSIAN,
    SERBIAN,
    Name,
    Names,
    Place,
    feminine,
    one_of,
    read_names,
    read_places,
)

CUSTOMERS = 2000
# Domains that can never be anybody's.
DOMAINS = ("example.org", "example.com", "example.net")
FIRST_NUMBER = 1001
TRIES = 50


@dataclass(frozen=True)
class Customer:
    """One row of the shop's customers; what is unknown is empty.

    ``joined`` is days before today; ``birthday`` an ISO date.
    """

    number: int
    given: str
    family: str
    language: str
    email: str
    phone: str
    city: str
    country: str
    birthday: str
    tags: str
    agreed: bool
    joined: int


class Crowd:
    """Makes customers, no two of whom share an address or a number."""

    def __init__(self, dice: Random, today: date) -> None:
        self._dice = dice
        self._today = today
        self._names = read_names()
        self._places = read_places()
        self._taken: set[str] = set()

    def fill(self, named: list[Customer]) -> list[Customer]:
        """Return ``named`` and as many others as make CUSTOMERS, numbered on."""
        self._taken |= {known.email for known in named}
        self._taken |= {last_digits(known.phone) for known in named}
        first = FIRST_NUMBER + len(named)
        languages = list(self._languages(CUSTOMERS - len(named)))
        self._dice.shuffle(languages)
        others = [self._customer(first + place, words) for place, words in enumerate(languages)]
        return [*named, *others]

    def _languages(self, count: int) -> Iterator[str]:
        guests = {
            ENGLISH: self._dice.randint(370, 420),
            RUSSIAN: self._dice.randint(290, 340),
            ARABIC: self._dice.randint(220, 260),
        }
        for language, share in guests.items():
            yield from [language] * share
        yield from [SERBIAN] * (count - sum(guests.values()))

    def _customer(self, number: int, language: str) -> Customer:
        dice = self._dice
        given, family = self._name(self._names[language], language)
        place = one_of(dice, self._places[language])
        email = self._email(given, family) if dice.random() < 0.93 else ""
        wants_calls = not email or dice.random() < 0.55
        return Customer(
            number, given.written, family.written, language, email,
            self._phone(place) if wants_calls else "",
            dice.choice(place.cities), place.country,
            self._birthday() if dice.random() < 0.5 else "",
            "wholesale" if dice.random() < 0.015 else "",
            dice.random() < 0.8,
            dice.randint(366, 1500) if dice.random() < 0.55 else dice.randint(1, 365),
        )  # fmt: skip

    def _name(self, names: Names, language: str) -> tuple[Name, Name]:
        woman = self._dice.random() < 0.55
        given = self._dice.choice(names.women if woman else names.men)
        family = self._dice.choice(names.families)
        return given, feminine(family) if woman and language == RUSSIAN else family

    def _email(self, given: Name, family: Name) -> str:
        plain = f"{given.spelled}.{family.spelled}"
        forms = (plain, f"{given.spelled}{family.spelled}", f"{family.spelled}.{given.spelled}")
        for turn in range(TRIES):
            local = self._dice.choice(forms) if turn < 2 else f"{plain}{self._dice.randint(2, 99)}"
            if (email := f"{local}@{self._dice.choice(DOMAINS)}") not in self._taken:
                self._taken.add(email)
                return email
        return ""

    def _phone(self, place: Place) -> str:
        for _ in range(TRIES):
            written = filled(self._dice, self._dice.choice(place.phones))
            if (digits := last_digits(written)) not in self._taken:
                self._taken.add(digits)
                return written
        return ""

    def _birthday(self) -> str:
        return str(date(1955, 1, 1) + timedelta(days=self._dice.randrange(49 * 365)))


def last_digits(phone: str) -> str:
    """Return what no two numbers may share, however they are written."""
    return "".join(sign for sign in phone if sign.isdigit())[-8:]


def filled(dice: Random, pattern: str) -> str:
    """Return a pattern with a digit for each # and one of those in each pair of brackets."""
    written, choices = [], ""
    for sign in pattern:
        if sign == "[":
            choices = "?"
        elif sign == "]":
            written.append(dice.choice(choices[1:]))
            choices = ""
        elif choices:
            choices += sign
        else:
            written.append(dice.choice("0123456789") if sign == "#" else sign)
    return "".join(written)
