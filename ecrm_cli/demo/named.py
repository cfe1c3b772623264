"""The people of the story: the same in every example, whatever the seed."""

from __future__ import annotations

from datetime import date, timedelta

from ecrm_cli.demo.lists import ARABIC, ENGLISH, RUSSIAN, SERBIAN
from ecrm_cli.demo.people import Customer

ANA, OLEG, SARA, BEN, MILA, MILA_P = range(1001, 1007)
# Ana has been quiet for so many days.
QUIET = 95
# How often Ana and Ben used to buy, in days: by this rhythm they are long overdue.
RHYTHM = 21
# A leap year, so that every day of a year is somebody's birthday in it.
BORN = 1988

Basket = tuple[tuple[str, int], ...]
BIG: Basket = (("DOM-1000", 2), ("ETH-250", 1))
SMALL: Basket = (("DOM-250", 1),)


def named_customers(today: date) -> list[Customer]:
    """Return the people of the story, in the order of their numbers."""
    soon, later = birthday(today, 2), birthday(today, 140)
    novi_sad, serbia = "Novi Sad", "Serbia"
    return [
        Customer(ANA, "Ana", "Petrović", SERBIAN, "ana@example.org", "064 123 4567", novi_sad,
                 serbia, later, "vip", True, 900),
        Customer(OLEG, "Олег", "Смирнов", RUSSIAN, "oleg@example.org", "+7 912 345-67-89",
                 "Москва", "Russia", "", "", True, 64),
        Customer(SARA, "سارة", "حسن", ARABIC, "sara@example.org", "+20 100 123 4567",
                 "القاهرة", "Egypt", soon, "", True, 400),
        Customer(BEN, "Ben", "Miller", ENGLISH, "ben@example.org", "+44 7700 900123", "Leeds",
                 "United Kingdom", "", "", True, 700),
        Customer(MILA, "Mila", "Pavlović", SERBIAN, "mila@example.org", "065 555 3330", novi_sad,
                 serbia, "", "", True, 500),
        Customer(MILA_P, "Mila", "P.", SERBIAN, "mila.pavlovc@example.org", "", novi_sad,
                 serbia, "", "", True, 20),
    ]  # fmt: skip


def named_orders() -> dict[int, list[tuple[int, Basket]]]:
    """Return what the people of the story bought: by number, days ago and the basket."""
    ana = [(QUIET + RHYTHM * turn, BIG) for turn in range(13)]
    ben = [(QUIET + 7 + RHYTHM * turn, BIG) for turn in range(12)]
    return {
        ANA: ana,
        OLEG: [(61, SMALL)],
        SARA: [(24 + 40 * turn, (("KEN-250", 1), ("FIL-100", 1))) for turn in range(5)],
        BEN: ben,
        MILA: [(33 + 45 * turn, (("BRA-250", 1),)) for turn in range(6)],
        MILA_P: [(12, (("BRA-250", 1),))],
    }


def birthday(today: date, days: int) -> str:
    """Return a birthday that comes in so many days, as an ISO date."""
    return str((today + timedelta(days=days)).replace(year=BORN))
