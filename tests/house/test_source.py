"""What the source must look like; read as syntax trees, not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecrm_cli.core.queries import ROOMS
from tests.house.book import place, sources, tree_of

CHECKOUT = ROOMS.parent
SQL = re.compile(
    r"^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|WITH\s+\w+\s+AS"
    r"|CREATE\s|DROP\s|ALTER\s|ATTACH\s|COPY\s|SET\s+\w+\s*=|PRAGMA\s)"
)
# Where SQL is joined from parts: the Store quotes a path, the compiler joins named fragments.
JOINERS = {"core/store.py", "core/migrations.py", "segments/compiler.py"}
CLOCKS = {"now", "utcnow", "today", "time"}
PATTERN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "base",
    "misc",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def in_room(path: Path) -> str:
    """Return a source file's path below the package."""
    return path.relative_to(ROOMS).as_posix()


def found_in(wanted: Callable[[ast.AST], bool], *, but: set[str] | None = None) -> list[str]:
    """Return ``file:line`` of every node that is ``wanted``, outside the files in ``but``."""
    return [
        f"{place(path)}:{getattr(node, 'lineno', 0)}"
        for path in sources()
        if in_room(path) not in (but or set())
        for node in ast.walk(tree_of(path))
        if wanted(node)
    ]


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function):
            yield node


def is_command(path: Path) -> bool:
    """Say whether a file holds commands, whose parameters are the options of the line."""
    return path.stem == "commands" or path.parent.name == "commands"


def test_only_the_output_writes() -> None:
    def writes(node: ast.AST) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id in ("print", "input")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return (node.value.id, node.attr) in {
                ("sys", "stdout"), ("sys", "stderr"), ("typer", "echo"), ("typer", "secho"),
                ("typer", "confirm"), ("typer", "prompt"), ("typer", "launch"),
            }  # fmt: skip
        return False

    # The door sets the encoding of both streams; questions are asked on stderr.
    assert found_in(writes, but={"core/output.py", "core/ask.py", "cli.py"}) == []


def test_sql_stands_in_sql_files() -> None:
    def is_sql(node: ast.AST) -> bool:
        if isinstance(node, ast.JoinedStr):
            return any(is_sql(part) for part in node.values)
        return (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL.match(node.value) is not None
        )

    assert found_in(is_sql, but=JOINERS) == []


def test_only_the_store_touches_its_connection() -> None:
    def touches(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in ("_connection", "execute", "sql")

    assert found_in(touches, but={"core/store.py"}) == []


def test_scripts_of_several_statements_are_run_by_migrations_only() -> None:
    def runs(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "script"

    assert found_in(runs, but={"core/store.py", "core/migrations.py"}) == []


def test_nobody_reaches_into_typer() -> None:
    def reaches(node: ast.AST) -> bool:
        if isinstance(node, ast.ImportFrom):
            return (node.module or "").startswith(("typer._", "click"))
        if isinstance(node, ast.Import):
            return any(name.name.startswith(("typer._", "click")) for name in node.names)
        return isinstance(node, ast.Attribute) and node.attr == "_click"

    assert found_in(reaches) == []


def test_only_the_door_imports_by_name() -> None:
    def imports(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute | ast.Name) and "import_module" in (
            getattr(node, "attr", ""),
            getattr(node, "id", ""),
        )

    assert found_in(imports, but={"cli.py"}) == []


def test_the_time_is_handed_down_to_the_rooms() -> None:
    def reads_a_clock(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("datetime", "date", "time", "dt")
        )

    allowed = {in_room(path) for path in sources() if in_room(path).startswith("core/")}
    assert found_in(reads_a_clock, but={*allowed, "cli.py"}) == []


def test_a_command_has_no_try() -> None:
    tries = [
        f"{place(path)}:{node.lineno}"
        for path in sources()
        if is_command(path)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Try)
    ]
    assert tries == []


def test_nothing_is_named_after_a_pattern() -> None:
    assert [place(path) for path in sources() if path.stem in PATTERN_NAMES] == []


def test_no_loose_ends_and_no_machine_paths() -> None:
    # Spelled backwards, so that this file does not find itself.
    backwards = ("ODOT", "EMXIF", "/krow/", "/toor/", "elpmis/gro.ipyp")
    needles = [word[::-1] for word in backwards]
    found = [
        f"{path.relative_to(CHECKOUT)}: {needle}"
        for path in _texts()
        for needle in needles
        if needle in path.read_text(encoding="utf-8")
    ]
    assert found == []


def _texts() -> Iterator[Path]:
    for folder in ("ecrm_cli", "tests", "bench", "docs", "templates", ".ci"):
        for path in (CHECKOUT / folder).rglob("*"):
            if path.is_file() and not {"__pycache__", "data"} & set(path.parts):
                yield path
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml"):
        yield CHECKOUT / name


@pytest.mark.parametrize("path", sources(), ids=place)
def test_a_file_can_be_held_in_the_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300, f"{place(path)} has {lines} lines: split it by noun"
    for function in functions(path):
        check_size(path, function)


def check_size(path: Path, function: Function) -> None:
    """Fail for a function of more than 30 lines, 5 parameters, or a command of more than 12."""
    where = f"{place(path)}:{function.lineno} {function.name}"
    lines = (function.end_lineno or 0) - function.lineno + 1
    if is_command(path) and function.decorator_list:
        assert body_lines(function) <= 12, f"{where}: a command parses, calls and prints"
        return
    assert lines <= 30, f"{where} has {lines} lines"
    count = len([*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs])
    first = function.args.args[0].arg if function.args.args else ""
    count -= first in ("self", "cls")
    assert count <= 5, f"{where} has {count} parameters"


def body_lines(function: Function) -> int:
    """Return how many lines a function has below its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
