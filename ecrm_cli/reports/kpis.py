"""The figures of a period, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ecrm_cli.consent import ops as consent
from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders.gaps import usual_gap
from ecrm_cli.reports.answers import answers, middle
from ecrm_cli.reports.definitions import FEW, Definition, definitions
from ecrm_cli.reports.terms import Terms
from ecrm_cli.segments import library
from ecrm_cli.segments import ops as segments
from ecrm_cli.segments.model import Asking

CENT = Decimal("0.0001")
RATE = Decimal("0.0000000001")
LAPSED_VIPS = ("lapsed-vips", "vip-lapsing")
WHOLE = ("count", "points", "seconds")
NOTHING_SOLD: Row = {
    "orders": 0,
    "sold": Decimal(0),
    "returned": Decimal(0),
    "taken_back": Decimal(0),
    "has_tax": False,
}


@dataclass(frozen=True)
class Figure:
    """A measured value: None where the book cannot say. ``cases`` is how many it rests on."""

    kpi: str
    value: Decimal | None
    currency: str | None = None
    cases: int | None = None
    note: str = ""

    @property
    def few(self) -> bool:
        """Whether it is a share or an average of few cases."""
        return self.value is not None and self.cases is not None and self.cases < FEW


@dataclass(frozen=True)
class Report:
    """The figures of a period, those of the one before when asked, and what is not measured.

    ``missing`` are definitions without anything in the book to measure them from.
    """

    terms: Terms
    figures: tuple[Figure, ...]
    before: Mapping[tuple[str, str | None], Figure] | None
    missing: tuple[Definition, ...]

    def rows(self) -> Iterator[Row]:
        """Yield a row a figure and currency; those that are not measured have no value.

        kpi, value, unit, currency, from, to, n, few, note; with a comparison previous,
        previous_from, previous_to, difference and change (a fraction of the previous).
        """
        known: dict[str, list[Figure]] = {}
        for figure in self.figures:
            known.setdefault(figure.kpi, []).append(figure)
        unmeasured = {each.kpi for each in self.missing}
        for name in definitions():
            absent = [Figure(name, None)] if name in unmeasured else []
            for figure in known.get(name, absent):
                yield self.row(figure)

    def row(self, figure: Figure) -> Row:
        """Return one figure as a row."""
        period, found = self.terms.period, definitions()[figure.kpi]
        row: Row = {
            "kpi": figure.kpi,
            "value": _plain(figure.value, found.unit),
            "unit": found.unit,
            "currency": figure.currency,
            "from": period.first,
            "to": period.last,
            "n": figure.cases,
            "few": figure.few,
            "note": figure.note or None,
        }
        return row if self.before is None else row | self._compared(figure)

    def _compared(self, figure: Figure) -> Row:
        unit = definitions()[figure.kpi].unit
        old = (self.before or {}).get((figure.kpi, figure.currency))
        then = old.value if old else None
        known = figure.value is not None and then is not None
        difference = figure.value - then if known else None  # type: ignore[operator]
        return {
            "previous": _plain(then, unit),
            "previous_from": self.terms.period.before.first,
            "previous_to": self.terms.period.before.last,
            "difference": _plain(difference, unit),
            "change": None if difference is None else ratio(difference, abs(then or Decimal(0))),
        }


def _plain(value: Decimal | None, unit: str) -> Decimal | int | None:
    """Return what is counted as a whole number."""
    return int(value) if value is not None and unit in WHOLE else value


def report(store: Store, terms: Terms, *, compared: bool = False) -> Report:
    """Measure everything there is anything in the book for, in the order of the definitions."""
    facts = _facts(store, terms)
    if facts["orders"]:
        home = terms.home
        gap = usual_gap(store, terms.until, home.zone, home.lapse, terms.known)
        terms = replace(terms, gap=gap)
    figures = tuple(_measured(store, terms, facts))
    before = tuple(_measured(store, terms.previous, facts)) if compared else ()
    missing = tuple(
        found for found in definitions().values() if found.facts in facts and not facts[found.facts]
    )
    by_name = {(figure.kpi, figure.currency): figure for figure in before}
    return Report(terms, figures, by_name if compared else None, missing)


def _facts(store: Store, terms: Terms) -> Row:
    asked = named("reports.facts")
    return store.one(asked, **terms.given(asked)) or {}


def _measured(store: Store, terms: Terms, facts: Row) -> Iterator[Figure]:
    for need, measure in MEASURES:
        if facts[need]:
            yield from measure(store, terms)
    yield from lapsed_vips(store, terms)


def people(store: Store, terms: Terms) -> Iterator[Figure]:
    """Measure contacts, and how many of them may be written to."""
    asked = named("reports.people")
    found = store.one(asked, **terms.given(asked)) or {}
    everybody = int(found["contacts"])
    may = consent.reach(store, terms.channel, terms.until, terms.known)
    yield count("new-contacts", found["new_contacts"])
    yield count("contacts", everybody)
    yield count("reachable", may)
    yield share("consent-rate", may, everybody)


def buying(store: Store, terms: Terms) -> Iterator[Figure]:
    """Measure customers: new, active, come back."""
    asked = named("reports.buying")
    found = store.one(asked, **terms.given(asked)) or {}
    yield count("new-customers", found["new_customers"])
    yield count("active-customers", found["active"])
    yield share("repeat-rate", found["repeat_customers"], found["customers"])
    yield retention(terms, found)
    yield from sales(store, terms, int(found["active"]))


def retention(terms: Terms, found: Row) -> Figure:
    """Return who bought again; says so when the period is shorter than customers usually take."""
    value = ratio(Decimal(found["retained"]), Decimal(found["active_before"]))
    gap, days, note = terms.gap, terms.period.days, ""
    if gap and gap.origin == "measured" and days < gap.usual:
        note = f"{days} days are shorter than the usual gap of {gap.usual}"
    return Figure("retention", value, cases=int(found["active_before"]), note=note)


def sales(store: Store, terms: Terms, active: int) -> Iterator[Figure]:
    """Measure orders and money, money in each currency by itself."""
    asked = named("reports.sales")
    found = store.rows(asked, **terms.given(asked))
    yield count("orders", sum(row["orders"] for row in found))
    of_customers = Decimal(sum(row["of_customers"] for row in found))
    yield Figure("orders-per-customer", ratio(of_customers, Decimal(active)), cases=active)
    seen = {row["currency"]: row for row in found}
    # The workspace's own money first.
    own_first = sorted(seen, key=lambda code: (code != terms.home.currency, code))
    for currency in [terms.currency] if terms.currency else own_first:
        yield from _money(seen.get(currency, NOTHING_SOLD | {"currency": currency}))


def _money(row: Row) -> Iterator[Figure]:
    note = "" if row["has_tax"] or not row["orders"] else "tax included"
    net, orders = row["sold"] - row["taken_back"], row["orders"]
    average = divided(net, Decimal(orders), CENT)
    yield Figure("revenue", row["sold"] - row["returned"], row["currency"], note=note)
    yield Figure("average-order-value", average, row["currency"], orders, note)


def mailing(store: Store, terms: Terms) -> Iterator[Figure]:
    """Measure what campaigns sent and whom they left out."""
    asked = named("reports.mailing")
    found = store.one(asked, **terms.given(asked)) or {}
    folder = int(found["into_folder"])
    note = f"{folder} to the folder" if folder else ""
    yield Figure("campaign-sent", Decimal(found["sent"]), note=note)
    yield count("campaign-skipped", found["skipped"])


def serving(store: Store, terms: Terms) -> Iterator[Figure]:
    """Measure how fast cases were answered, and which complaints are open."""
    asked = named("reports.open_complaints")
    found = store.one(asked, **terms.given(asked)) or {}
    waited = [row["seconds"] for row in answers(store, terms)]
    half = middle(waited)
    value = None if half is None else Decimal(half)
    note = "" if value is None else "in opening hours"
    yield Figure("first-response", value, cases=len(waited), note=note)
    yield count("open-complaints", found["open_complaints"])


def points(store: Store, terms: Terms) -> Iterator[Figure]:
    """Measure points given and outstanding, and what they are worth."""
    asked = named("reports.points")
    found = store.one(asked, **terms.given(asked)) or {}
    yield count("points-issued", found["issued"])
    yield count("points-outstanding", found["outstanding"])
    programme = terms.home.programme() if terms.home.programme else None
    if programme is None:
        yield Figure("liability", None, note="no points programme in config.yaml")
    elif terms.currency in (None, programme.value.currency):
        worth = programme.worth(found["outstanding"])
        yield Figure("liability", worth, programme.value.currency, note="face value, breakage 0 %")


MEASURES: tuple[tuple[str, Callable[[Store, Terms], Iterator[Figure]]], ...] = (
    ("contacts", people),
    ("orders", buying),
    ("campaigns", mailing),
    ("cases", serving),
    ("points", points),
)


def lapsed_vips(store: Store, terms: Terms) -> Iterator[Figure]:
    """Count the segment of best customers gone quiet, where the workspace has it.

    Segments know nothing of when the file learned a thing: with ``known`` it is not measured.
    """
    home = terms.home
    asking = Asking(
        terms.period.last, home.zone, home.currency, home.segments, home.lapse, terms.gap
    )
    found = [name for name in LAPSED_VIPS if name in library.names(home.segments)]
    if not found:
        return
    read = library.reading(home.segments, found[0])
    if terms.known or read.rule is None:
        why = "not asked with --known-on" if terms.known else f"see ecrm segment check {found[0]}"
        yield Figure("lapsed-vips", None, note=why)
    else:
        yield count("lapsed-vips", segments.count(store, read.rule, asking))


def count(kpi: str, value: object) -> Figure:
    """Return a figure that is a number of things."""
    return Figure(kpi, Decimal(str(value)))


def share(kpi: str, part: int, whole: int) -> Figure:
    """Return a figure that is a share; None of nobody."""
    return Figure(kpi, ratio(Decimal(part), Decimal(whole)), cases=whole)


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """Divide to ten decimals, halves up, without zeros at the end; by nothing is None."""
    found = divided(part, whole, RATE)
    if found is None:
        return None
    bare = found.normalize()
    return bare if bare.as_tuple().exponent <= 0 else bare.quantize(Decimal(1))  # type: ignore[operator]


def divided(part: Decimal, whole: Decimal, step: Decimal) -> Decimal | None:
    """Divide, rounded to ``step``, halves up; by nothing is None."""
    if not whole:
        return None
    with localcontext() as context:
        context.prec = 60
        return (part / whole).quantize(step, ROUND_HALF_UP)
