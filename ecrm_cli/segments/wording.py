"""One condition as people write it, made long: operators, arguments, period, currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecrm_cli.core.yamlfile import Document
from ecrm_cli.segments.complaints import (
    BadOperand,
    MissingArgument,
    NothingCompared,
    UnknownField,
    UnknownOperator,
    UnknownWord,
)
from ecrm_cli.segments.conditions import CURRENCY, Argument, Condition, catalogue
from ecrm_cli.segments.model import Leaf, Not, Part
from ecrm_cli.segments.operators import (
    KINDS,
    PERIOD,
    Compared,
    Days,
    Operator,
    Test,
    Unfit,
    Written,
    are_dates,
    text,
)
from ecrm_cli.segments.operators import word as text_or_truth

_CODE = re.compile(r"[A-Za-z]{3}")
# What a rule may hold beside the conditions of the rooms.
JOINING = ("all", "any", "not", "segment", "top")
Path = tuple[str | int, ...]


def described(data: object) -> str:
    """Name a value of a rule for a complaint; nothing for an empty one."""
    if isinstance(data, dict):
        return "a block of keys"
    if isinstance(data, list):
        return "a list"
    if isinstance(data, bool):
        return "true" if data else "false"
    return "" if data is None else repr(data)


def words_of(field: str) -> list[str]:
    """Return every word that may stand under a field: operators, arguments, period, currency."""
    condition = catalogue()[field]
    return [
        *([condition.value.name] if condition.value else KINDS[condition.takes]),
        *(argument.name for argument in condition.arguments),
        *(word for word in PERIOD if condition.has_period and word not in KINDS[condition.takes]),
        *([CURRENCY] if condition.in_money else []),
    ]


def read_condition(document: Document, path: Path, data: Any) -> Part:
    """Read the condition that stands at ``path``. Raises BadRule at the first thing wrong."""
    field = str(path[-1])
    condition = catalogue().get(field)
    if condition is None:
        known = [*catalogue(), *JOINING]
        raise UnknownField(field, known, document.place(*path))
    if isinstance(data, bool) and _stands_alone(condition):
        leaf = Wording(document, path, field).leaf({}, data)
        return leaf if data else Not(leaf)
    return Wording(document, path, field).leaf(_long(condition, data), data)


def _stands_alone(condition: Condition) -> bool:
    complete = not any(argument.required for argument in condition.arguments)
    return complete and (condition.value is not None or condition.takes == "nothing")


def _long(condition: Condition, data: Any) -> dict[str, Path]:
    """Return the words of a condition, each with its path below the field; shorthand gets its."""
    if isinstance(data, dict):
        return {word: (word,) for word in data}
    if condition.short and not isinstance(data, list):
        return {condition.short: ()}
    if condition.value:
        return {condition.value.name: ()}
    return {"in" if isinstance(data, list) else "eq": ()}


class Wording:
    """The words of one condition of ``field``, which stand below ``path``."""

    def __init__(self, document: Document, path: Path, field: str) -> None:
        self.document = document
        self.path = path
        self.field = field
        self.condition = catalogue()[field]
        self.example = next(one.example for one in self.condition.fields if one.name == field)

    def leaf(
        self, words: Mapping[str, Path], written: object, otherwise: tuple[Test, ...] = ()
    ) -> Leaf:
        """Read each word into its place; without operators test ``otherwise``. Raises BadRule."""
        tests: list[Test] = []
        period: list[Days] = []
        given: dict[str, str] = {}
        currency: str | None = None
        for word, below in words.items():
            value = written_at(self.document, (*self.path, *below))
            if word in {argument.name for argument in self.condition.arguments}:
                given[word] = self._argument(word, value, below)
            elif word == CURRENCY and self.condition.in_money:
                currency = self._currency(value, below)
            elif self._narrows(word, value):
                test = self._test(PERIOD[word], value, below)
                period += [test] if isinstance(test, Days) else []
            else:
                tests.append(self._comparison(word, value, below))
        return Leaf(
            field=self.field,
            condition=self.condition,
            written=written,
            tests=tuple(tests) or otherwise or self._untold(),
            period=tuple(period),
            arguments=tuple(self._arguments(given)),
            currency=currency,
        )

    def _narrows(self, word: str, value: Written) -> bool:
        if not self.condition.has_period or word not in PERIOD:
            return False
        return word not in KINDS[self.condition.takes] or are_dates(value)

    def _comparison(self, word: str, value: Written, below: Path) -> Test:
        wanted = self.condition.value
        if wanted is not None and word == wanted.name:
            return self._word(wanted, value, below)
        operator = None if wanted else KINDS[self.condition.takes].get(word)
        if operator is None:
            place = self.document.place(*self.path, *below)
            raise UnknownOperator(self.field, word, words_of(self.field), place)
        return self._test(operator, value, below)

    def _word(self, wanted: Argument, value: Written, below: Path) -> Test:
        operator = KINDS["word"]["in" if value.items else "eq"]
        for item in value.items or (value,):
            self._check_choice(wanted, item, below)
        return self._test(operator, value, below)

    def _test(self, operator: Operator, value: Written, below: Path) -> Test:
        try:
            return operator.read(value)
        except Unfit as unfit:
            raise self._bad(operator.name, unfit.wanted, value, below) from None

    def _argument(self, word: str, value: Written, below: Path) -> str:
        argument = next(one for one in self.condition.arguments if one.name == word)
        self._check_choice(argument, value, below)
        return _reader(argument)(value)

    def _check_choice(self, argument: Argument, value: Written, below: Path) -> None:
        try:
            found = _reader(argument)(value)
        except Unfit as unfit:
            raise self._bad(argument.name, unfit.wanted, value, below) from None
        if argument.choices and found not in argument.choices:
            place = self.document.place(*self.path, *below)
            raise UnknownWord(argument.name, found, argument.choices, place)

    def _currency(self, value: Written, below: Path) -> str:
        if not _CODE.fullmatch(value.raw):
            raise self._bad(CURRENCY, "a currency in three letters, as EUR", value, below)
        return value.raw.upper()

    def _bad(self, word: str, wanted: str, value: Written, below: Path) -> BadOperand:
        key = f"{self.field}: {word}" if below else self.field
        place = self.document.place(*self.path, *below)
        return BadOperand(key, wanted, described(value.value), place)

    def _arguments(self, given: dict[str, str]) -> Sequence[tuple[str, str | None]]:
        for argument in self.condition.arguments:
            if argument.required and argument.name not in given:
                place = self.document.place(*self.path)
                raise MissingArgument(self.field, argument.name, self.example, place)
        return [
            (argument.name, given.get(argument.name, argument.default))
            for argument in self.condition.arguments
        ]

    def _untold(self) -> tuple[Test, ...]:
        """Return what is asked when no operator stands there. Raises NothingCompared."""
        if self.condition.value is not None:
            default = self.condition.value.default
            return (Compared("text_eq", (("value", default),)),) if default else ()
        if self.condition.takes == "nothing":
            return ()
        if self.condition.takes == "attribute":
            return (Compared("text_present"),)
        known = list(KINDS[self.condition.takes])
        raise NothingCompared(self.field, known, self.example, self.document.place(*self.path))


def _reader(argument: Argument) -> Callable[[Written], str]:
    """Return what reads an argument: true and false are words where they may be chosen."""
    return text_or_truth if "true" in argument.choices else text


def written_at(document: Document, path: Path) -> Written:
    """Return a value as it stands in a rule."""
    node = document.nodes[path]
    data = _at(document.data, path)
    if isinstance(data, list):
        items = tuple(written_at(document, (*path, index)) for index in range(len(data)))
        return Written(data, items=items)
    return Written(data, node.value if isinstance(node.value, str) else "")


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data
