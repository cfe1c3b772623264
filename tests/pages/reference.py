"""Writes docs/reference out of the code: commands, exit codes, figures, settings.

``python -m tests.pages.reference`` writes the pages; with ``--check`` it only says which are stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ecrm_cli.cli import NOUNS, global_options, list_options, open_door
from ecrm_cli.core.errors import EcrmError
from ecrm_cli.reports.definitions import FEW, HEADS, definitions
from tests.pages.settings_table import settings
from tests.tree import Leaf, leaves, own_parameters, root_context

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
MADE = "<!-- Made from the code by `make docs`; changes here are overwritten. -->\n"


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "commands.md": commands_page(),
        "exit-codes.md": exit_codes_page(),
        "kpis.md": kpis_page(),
        "settings.md": settings_page(),
    }


def commands_page() -> str:
    """Return the page of every command with its options and examples."""
    parts = [
        "# Commands",
        "Options that go anywhere on the line, before or after the command:",
        _table(
            ("Option", ""), (option.get_help_record(root_context()) for option in global_options())
        ),
        "On every command that prints a list:",
        _table(
            ("Option", ""), (option.get_help_record(root_context()) for option in list_options())
        ),
    ]
    found = leaves()
    for noun in NOUNS:
        parts += [f"## {noun.name}", noun.sign]
        if noun.aliases:
            parts.append(f"Also: {', '.join(f'`{name}`' for name in noun.aliases)}.")
        below = open_door(noun)
        parts += [
            text for leaf in found if leaf.noun is noun and not leaf.hidden
            for text in command_parts(leaf, alone=leaf.command is below)
        ]  # fmt: skip
    return _page(parts)


def command_parts(leaf: Leaf, *, alone: bool) -> list[str]:
    """Return the paragraphs about one command; one that stands ``alone`` has its noun's heading."""
    context = leaf.command.make_context(leaf.name, [], resilient_parsing=True)
    usage = " ".join(["ecrm", leaf.name, *_usage(leaf, context)])
    rows = [record for each in own_parameters(leaf) if (record := each.get_help_record(context))]
    parts = [] if alone else [f"### {leaf.name}", leaf.help]
    if leaf.explanation:
        parts.append(leaf.explanation)
    parts.append(f"```\n{usage}\n```")
    if rows:
        parts.append(_table(("Argument or option", ""), rows))
    if leaf.examples:
        parts.append("Example:\n\n```sh\n" + "\n".join(leaf.examples) + "\n```")
    return parts


def _usage(leaf: Leaf, context: object) -> list[str]:
    own = own_parameters(leaf)
    options = ["[OPTIONS]"] if any(each.param_type_name == "option" for each in own) else []
    pieces = (each.get_usage_pieces(context) for each in own if each.param_type_name == "argument")
    return [*options, *(word for words in pieces for word in words)]


def exit_codes_page() -> str:
    """Return the page of exit codes, one row a family of errors."""
    rows = [
        ("0", "done", "It was done."),
        ("1", "bug", "A bug in ecrm; the log's path is printed, --debug shows the traceback."),
    ]
    for family in sorted(EcrmError.__subclasses__(), key=_code):
        meaning = (family.__doc__ or "").splitlines()[0]
        rows.append((str(family.code), family.kind, meaning))
    return _page(["# Exit codes", _table(("Code", "Kind", "Meaning"), rows)])


def kpis_page() -> str:
    """Return the page of figures: what each means, under its head."""
    parts = [
        "# What each figure means",
        "The same words as `ecrm report define NAME`. A rate is a fraction from 0 to 1 with the "
        "unit `ratio`, a time is in seconds, money has one row a currency; null was not "
        f"measured, 0 was. A share, average or median of fewer than {FEW} is said to be of *few*.",
    ]
    for head in HEADS:
        own = [each for each in definitions().values() if each.head == head]
        parts += [f"## {head.capitalize()}"] if own else []
        for each in own:
            parts += [
                f"### {each.kpi}",
                each.says,
                f"- Formula: {each.formula}\n- Unit: `{each.unit}`\n- Source: {each.source}\n"
                f"- Measured from what `{each.brings}` brings",
            ]
    return _page(parts)


def settings_page() -> str:
    """Return the page of config.yaml's keys."""
    rows = [(each.key, each.kind, each.default, each.words) for each in settings()]
    return _page(["# Settings", _table(("Key", "Takes", "Default", ""), rows)])


def _code(family: type[EcrmError]) -> int:
    return family.code


def _options(options: Iterable[Any]) -> str:
    return _table(("Option", ""), (each.get_help_record(root_context()) for each in options))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...] | None]) -> str:
    lines = [head, tuple("---" for _ in head), *(_cells(row) for row in rows if row)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: tuple[str, ...]) -> tuple[str, ...]:
    first, *rest = (cell.replace("|", "\\|").replace("\n", " ") for cell in row)
    return (f"`{first}`", *rest)


def _page(parts: Iterable[str]) -> str:
    return MADE + "\n" + "\n\n".join(parts) + "\n"


def stale() -> list[Path]:
    """Return the pages on disk that are not what the code says."""
    return [
        FOLDER / name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]


def main(argv: list[str]) -> int:
    """Write the pages, or with ``--check`` say which are stale; returns 1 when some are."""
    old = stale()
    if "--check" not in argv:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path in old:
            path.write_text(pages()[path.name], encoding="utf-8")
    word = "stale, run make docs" if "--check" in argv else "written"
    sys.stdout.writelines(f"{path.name}: {word}\n" for path in old)
    if not old:
        sys.stdout.write(f"The {len(pages())} pages of docs/reference are up to date.\n")
    return 1 if old and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
