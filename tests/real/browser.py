"""Chromium without a window: what it measures of a page, and a picture of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

# As root it starts only without its sandbox; /dev/shm may be small.
PLAIN = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--enable-logging=stderr",
)  # fmt: skip
# The page stands in a frame of the width asked for: a window cannot be so narrow.
FRAME = """<!doctype html><body style="margin:0">
<iframe id="frame" style="border:0" width="{width}" height="{height}" srcdoc="{page}"></iframe>
<script>
onload = () => {{
  const frame = document.getElementById("frame"), page = frame.contentDocument;
  const root = page.documentElement, style = frame.contentWindow.getComputedStyle(page.body);
  const wide = [...page.querySelectorAll("body *")].filter(
    one => one.getBoundingClientRect().right > {width} + 0.5
  ).map(one => one.outerHTML.slice(0, 80));
  const small = [...page.querySelectorAll("svg text")].map(
    one => one.getBoundingClientRect().height);
  document.body.dataset.found = JSON.stringify({{
    width: root.clientWidth, needed: root.scrollWidth, height: root.scrollHeight, wide: wide,
    resources: frame.contentWindow.performance.getEntriesByType("resource").map(one => one.name),
    background: style.backgroundColor, smallest: Math.min(...small),
  }});
}};
</script>"""


@dataclass(frozen=True)
class Seen:
    """What the browser found: its measures, and what it wrote to its console."""

    measures: Any
    console: list[str]


@dataclass(frozen=True)
class Browser:
    """Chromium with a profile of its own in a folder."""

    program: str
    folder: Path

    def look(self, page: str, width: int, *options: str) -> Seen:
        """Open a page at a width in pixels."""
        ran = self._run(self._framed(page, width, 800), "--dump-dom", *options)
        found = re.search(r'data-found="([^"]*)"', ran.stdout)
        assert found, ran.stderr
        console = [line for line in ran.stderr.splitlines() if ":CONSOLE" in line]
        return Seen(json.loads(unescape(found[1])), console)

    def picture(self, page: str, width: int, height: int, *options: str) -> bytes:
        """Return a picture of a page as PNG."""
        path = self.folder / "picture.png"
        frame = self._framed(page, width, height)
        size = f"--window-size={max(width, 500)},{height}"
        self._run(frame, f"--screenshot={path}", size, *options)
        return path.read_bytes()

    def _framed(self, page: str, width: int, height: int) -> Path:
        path = self.folder / "frame.html"
        path.write_text(FRAME.format(page=escape(page), width=width, height=height), "utf-8")
        return path

    def _run(self, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *PLAIN, f"--user-data-dir={self.folder / 'profile'}", *options,
             path.as_uri()],
            capture_output=True, encoding="utf-8", check=True, timeout=120,
        )  # fmt: skip


def browser_in(folder: Path) -> Browser:
    """Return Debian's Chromium; skips the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium: make test-real installs it where it may")
    return Browser(program, folder)
