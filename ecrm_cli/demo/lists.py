"""What the demo's shop is made of: names, places, goods, read from the lists beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar

LISTS = Path(__file__).parent / "lists"
SERBIAN, ENGLISH, RUSSIAN, ARABIC = "sr-Latn", "en", "ru", "ar"


@dataclass(frozen=True)
class Name:
    """A name as it is written, and as it is spelled in an e-mail address."""

    written: str
    spelled: str


@dataclass(frozen=True)
class Names:
    """The names of one language; Russian ``families`` are a man's."""

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]


@dataclass(frozen=True)
class Place:
    """A country where a language's customers live; ``phones`` are patterns."""

    country: str
    share: int
    cities: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """What is sold; ``price`` in whole dinars, ``share`` of the baskets in percent."""

    sku: str
    title: str
    price: int
    share: int


class Shared(Protocol):
    """What is there more or less often."""

    @property
    def share(self) -> int:
        """How often, compared with the others."""


Some = TypeVar("Some", bound=Shared)


def one_of(dice: Random, things: tuple[Some, ...]) -> Some:
    """Draw one by the things' shares."""
    return dice.choices(things, [thing.share for thing in things])[0]


def read_names() -> dict[str, Names]:
    """Return the names by language."""
    lists = _read("names")
    spelled = lists.pop("spelled")
    return {
        language: Names(*(_names(kinds[kind], spelled) for kind in ("women", "men", "families")))
        for language, kinds in lists.items()
    }


def read_places() -> dict[str, tuple[Place, ...]]:
    """Return the places by language."""
    return {
        language: tuple(
            Place(row["country"], row["share"], tuple(row["cities"]), tuple(row["phones"]))
            for row in rows
        )
        for language, rows in _read("places").items()
    }


def read_goods() -> tuple[Article, ...]:
    """Return what is sold."""
    return tuple(Article(**row) for row in _read("goods")["goods"])


def feminine(family: Name) -> Name:
    """Return a Russian family name as a woman bears it; those of the list take an а."""
    return Name(f"{family.written}а", f"{family.spelled}a")


def _names(text: str, spelled: dict[str, str]) -> tuple[Name, ...]:
    pairs = (word.partition("/") for word in text.split())
    return tuple(Name(name, latin or _spell(name, spelled)) for name, _, latin in pairs)


def _spell(name: str, spelled: dict[str, str]) -> str:
    from unicodedata import combining, normalize

    letters = "".join(spelled.get(letter, letter) for letter in name.lower())
    return "".join(sign for sign in normalize("NFD", letters) if not combining(sign))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((LISTS / f"{name}.toml").read_text(encoding="utf-8"))
