"""The page walker: what it reads, what it types, what it accepts."""

from __future__ import annotations

import os
from pathlib import Path

from tests.pages.walkthrough import Page, Saved, Shell, Typed, matches, read_page, show

PAGE = """# A page

<!-- clock: 2026-11-20T09:00:00+00:00 -->

```csv people.csv
email
ana@example.org
```

```console
$ wc -l < people.csv
2
$ mkdir shop && cd shop
$ pwd | sed 's:.*/::'
shop
$ echo one; \\
>   false
one
[exit 1]
```

```yaml
not: saved
```
"""


def test_a_page_is_read_into_files_and_commands_in_order() -> None:
    assert read_page(PAGE) == Page(
        (
            Saved("people.csv", "email\nana@example.org\n"),
            Typed("wc -l < people.csv", "2"),
            Typed("mkdir shop && cd shop", ""),
            Typed("pwd | sed 's:.*/::'", "shop"),
            Typed("echo one; \\\n  false", "one", 1),
        ),
        "2026-11-20T09:00:00+00:00",
    )


def test_commands_run_where_the_one_before_went(tmp_path: Path) -> None:
    shell = Shell(tmp_path, os.environ)
    for step in read_page(PAGE).steps:
        if isinstance(step, Saved):
            shell.save(step)
            continue
        said = shell.type(step.command)
        assert (said.output, said.code) == (step.output, step.code)
    assert shell.folder == tmp_path / "shop"


def test_three_dots_stand_for_any_lines_and_nothing_else_is_let_through() -> None:
    assert matches("a\n...\nd", "a\nb\nc\nd")
    assert matches("a\n...\nd", "a\nd")
    assert matches("...", "")
    assert matches("a...", "a...")
    assert not matches("a...", "abc")
    assert not matches("a\n...", "b\na")
    assert not matches("a", "a\nb")


def test_a_walk_stops_at_a_command_that_ends_otherwise(tmp_path: Path) -> None:
    page = Page((Typed("false", ""), Typed("touch never", "")))
    assert show(page, Shell(tmp_path, os.environ)) == 1
    assert not (tmp_path / "never").exists()
