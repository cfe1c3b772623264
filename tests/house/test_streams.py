"""A shell may start ecrm without its standard streams."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.door import process_environment


@pytest.mark.skipif(sys.platform == "win32", reason="the redirections are those of a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_shell_closed_is_no_bug_and_never_the_database(
    closed: str, tmp_path: Path
) -> None:
    def ecrm(words: str) -> int:
        line = f'exec "{sys.executable}" -m ecrm_cli -C "{tmp_path}" {words}'
        ran = subprocess.run(
            ["/bin/sh", "-c", line], env=process_environment({}), capture_output=True, check=False
        )
        return ran.returncode

    people = tmp_path / "people.csv"
    people.write_text("email\nana@example.org\n")
    assert ecrm(f'init "{tmp_path}" --yes') == 0
    assert ecrm(f'import contacts "{people}" {closed}') == 0
    assert ecrm(f"contact show ana@example.org {closed}") == 0
    assert ecrm(f"contact show nobody@example.org {closed}") == 4
