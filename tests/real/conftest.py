"""What tests with real servers stand on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.door import process_environment
from tests.real.posts import Post, until


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A mail server that is a process of its own."""
    folder = tmp_path / "post"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.real.receiver", str(folder)],
        env=process_environment({}),
        stdin=subprocess.PIPE,
    ) as process:
        until(lambda: (folder / "port").exists())
        yield Post(folder)
        process.kill()
