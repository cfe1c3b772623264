"""A year of orders: each customer buys at a rhythm of their own until they stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from ecrm_cli.demo.lists import Article, one_of, read_goods
from ecrm_cli.demo.named import Basket, named_orders
from ecrm_cli.demo.people import Customer
from ecrm_cli.demo.season import DAYS, Calendar, at_some_time

FIRST_ORDER = 20001
GUEST = 0


@dataclass(frozen=True)
class Habit:
    """How a customer buys: days between orders, the chance to stop after one, appetite."""

    share: int
    every: float
    stops: float
    appetite: int


# Of a hundred customers so many: those who came for the newsletter, for one gift, now and then, …
HABITS = (
    Habit(13, 0, 1.0, 0),
    Habit(27, 90, 1.0, 1),
    Habit(22, 100, 0.15, 1),
    Habit(20, 55, 0.10, 2),
    Habit(12, 32, 0.07, 2),
    Habit(6, 19, 0.05, 3),
)


@dataclass(frozen=True)
class Order:
    """An order with its articles; ``customer`` is GUEST for somebody at the counter."""

    number: int
    customer: int
    ordered: datetime
    channel: str
    lines: tuple[tuple[Article, int], ...]
    cancelled: datetime | None

    @property
    def total(self) -> int:
        """The sum, in whole dinars."""
        return sum(article.price * quantity for article, quantity in self.lines)


@dataclass(frozen=True)
class Return:
    """What came back, in whole dinars; the shop's system does not say from which order."""

    number: str
    customer: int
    returned: datetime
    amount: int


@dataclass(frozen=True)
class Sale:
    """An order without its number yet."""

    customer: int
    ordered: datetime
    lines: tuple[tuple[Article, int], ...]


class Till:
    """Writes down a year of sales."""

    def __init__(self, dice: Random, calendar: Calendar) -> None:
        self._dice = dice
        self._calendar = calendar
        self._goods = read_goods()
        self._by_sku = {article.sku: article for article in self._goods}

    def orders(self, customers: list[Customer]) -> list[Order]:
        """Return every order of the year, in the order of time."""
        told = named_orders()
        sales = [*self._told(told), *self._guests()]
        for customer in customers:
            if customer.number not in told:
                sales.extend(self._sales(customer))
        sales.sort(key=lambda sale: (sale.ordered, sale.customer))
        return [self._numbered(FIRST_ORDER + place, sale, told) for place, sale in enumerate(sales)]

    def returns(self, orders: list[Order], told: frozenset[int]) -> list[Return]:
        """Return what came back of the orders, within days; nobody of ``told`` sends back."""
        found = []
        for order in orders:
            sent_back = self._dice.random() < 0.025
            day = order.ordered.date() + timedelta(days=self._dice.randint(2, 12))
            if not sent_back or order.cancelled or order.customer in told | {GUEST}:
                continue
            article, quantity = order.lines[0]
            amount = self._dice.choice((order.total, article.price, article.price * quantity))
            if day < self._calendar.today:
                moment = at_some_time(self._dice, day)
                found.append((moment, order.customer, amount))
        found.sort()
        return [
            Return(f"R{place:04}", customer, moment, amount)
            for place, (moment, customer, amount) in enumerate(found, start=1)
        ]

    def _told(self, told: Mapping[int, list[tuple[int, Basket]]]) -> Iterator[Sale]:
        for customer, bought in told.items():
            for days, basket in bought:
                lines = tuple((self._by_sku[sku], quantity) for sku, quantity in basket)
                yield self._sale(customer, self._calendar.before(days), lines)

    def _guests(self) -> Iterator[Sale]:
        for _ in range(self._dice.randint(230, 280)):
            day = self._calendar.day(self._dice.uniform(0, DAYS))
            yield self._sale(GUEST, day, self._basket(1))

    def _sales(self, customer: Customer) -> Iterator[Sale]:
        dice = self._dice
        habit = one_of(dice, HABITS)
        if not habit.every:
            return
        if customer.joined <= DAYS:
            clock = self._calendar.clock(customer.joined) + dice.expovariate(1 / 3)
        else:
            # Who was here before the year began is somewhere in their rhythm when it does.
            clock = dice.uniform(0, DAYS if habit.stops == 1 else habit.every)
        while clock < DAYS:
            day = self._calendar.day(clock)
            yield self._sale(customer.number, day, self._basket(habit.appetite))
            if dice.random() < habit.stops:
                break
            clock += dice.gammavariate(3, habit.every / 3)

    def _sale(self, customer: int, day: date, lines: tuple[tuple[Article, int], ...]) -> Sale:
        return Sale(customer, at_some_time(self._dice, day), lines)

    def _basket(self, appetite: int) -> tuple[tuple[Article, int], ...]:
        count = self._dice.choice((1, 1, 2)) + (appetite > 1)
        chosen = dict.fromkeys(one_of(self._dice, self._goods) for _ in range(count))
        return tuple((article, self._dice.randint(1, appetite)) for article in chosen)

    def _numbered(self, number: int, sale: Sale, told: Mapping[int, object]) -> Order:
        channel = "till" if sale.customer == GUEST or self._dice.random() < 0.2 else "web"
        drops = self._dice.random() < 0.012
        dropped = sale.ordered + timedelta(minutes=self._dice.randint(5, 50))
        cancelled = dropped if drops and sale.customer not in told else None
        return Order(number, sale.customer, sale.ordered, channel, sale.lines, cancelled)
