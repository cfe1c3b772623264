"""The log: what is in it, and what is never in it."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecrm_cli import __version__
from ecrm_cli.core import log
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.log import Run, describe_bug, flags, lines, write_log
from ecrm_cli.core.system import PRIVATE_FILE, mode_of

NOW = datetime(2026, 3, 1, 9, 0, 5, tzinfo=UTC)


def a_run(
    *argv: str, command: str = "contact show", code: int = 0, failure: BaseException | None = None
) -> Run:
    return Run(argv, code, 0.127, failure, command)


def a_bug() -> ValueError:
    def inside(email: str) -> None:
        raise ValueError(f"cannot read {email}")

    try:
        try:
            inside("ana@example.org")
        except ValueError as error:
            raise KeyError("ana@example.org") from error
    except KeyError:
        try:
            inside("oleg@example.org")
        except ValueError as error:
            return error
    raise AssertionError


def test_a_command_is_one_line_with_time_version_flags_and_end(tmp_path: Path) -> None:
    assert write_log(tmp_path / "logs", a_run("contact", "show", "ana@example.org", "--json"), NOW)
    written = (tmp_path / "logs" / "ecrm.log").read_text()
    assert written == f"2026-03-01T09:00:05Z {__version__} contact show --json exit=0 0.13s\n"


def test_an_error_is_logged_by_its_kind_and_without_its_message() -> None:
    failure = NotFound("There is no contact 'ana@example.org'.")
    (line,) = lines(a_run("contact", "show", "ana@example.org", code=4, failure=failure), NOW)
    assert line.endswith("exit=4 0.13s not-found")
    assert "ana" not in line


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (["contact", "add", "--email", "ana@example.org"], ["--email"]),
        (["contact", "add", "--email=ana@example.org"], ["--email"]),
        (["-C/home/ana/shop", "-f", "json"], ["-C", "-f"]),
        (["contact", "find", "--", "--ana-petrovic"], []),
        (["contact", "show", "-381641234567", "-"], []),
        (["--json", "contact", "list", "--json"], ["--json"]),
    ],
)
def test_flags_are_logged_by_name_only(argv: list[str], names: list[str]) -> None:
    assert flags(argv) == names


def test_a_line_that_could_not_be_parsed_logs_no_words() -> None:
    (line,) = lines(a_run("ana@example.org", command="", code=2), NOW)
    assert line == f"2026-03-01T09:00:05Z {__version__} - exit=2 0.13s"


def test_a_command_name_cannot_bring_in_a_line_of_its_own() -> None:
    (line,) = lines(a_run(command="contact\nshow ana@example.org"), NOW)
    assert line == f"2026-03-01T09:00:05Z {__version__} - exit=0 0.13s"


def test_a_bug_is_logged_as_frames_and_types_without_values() -> None:
    written = lines(a_run(code=1, failure=a_bug()), NOW)
    assert written[0].endswith("exit=1 0.13s ValueError")
    assert [line for line in written if ":" not in line] == [
        "  ValueError",
        "  KeyError",
        "  ValueError",
    ]
    assert all(line.startswith("  test_log.py:") for line in written[1:] if ":" in line)
    assert "example.org" not in "\n".join(written)


def test_frames_name_files_without_the_folders_of_the_machine() -> None:
    try:
        subprocess.run(["/no/such/program"], check=False)
    except OSError as error:
        described = describe_bug(error)
    assert described[-1] == "FileNotFoundError"
    assert described[-2].startswith("subprocess.py:")
    with pytest.raises(AttributeError) as caught:
        write_log(None, a_run(), NOW)  # type: ignore[arg-type]
    assert describe_bug(caught.value)[1].startswith("ecrm_cli/core/log.py:")


def test_the_log_is_rotated_by_size_and_three_old_ones_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST_BYTES", 100)
    for number in range(12):
        write_log(tmp_path, a_run(command=f"contact c{number}"), NOW)
    names = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert sorted(names) == ["ecrm.log", "ecrm.log.1", "ecrm.log.2", "ecrm.log.3", "lock"]
    assert "c11" in names["ecrm.log"]
    assert "c10" in names["ecrm.log.1"]
    assert "c8" in names["ecrm.log.3"]


def test_the_log_is_its_owners_only(tmp_path: Path) -> None:
    write_log(tmp_path, a_run(), NOW)
    assert mode_of(tmp_path / "ecrm.log") == PRIVATE_FILE


def test_a_log_that_cannot_be_written_fails_no_command(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    assert not write_log(tmp_path / "logs", a_run(), NOW)


def test_two_processes_writing_at_once_lose_no_line(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from ecrm_cli.core.log import Run, write_log\n"
        "for _ in range(200):\n"
        "    write_log(Path(sys.argv[1]), Run([], 0, 0.0, None, sys.argv[2]), datetime.now(UTC))\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    words = [line.split()[2] for line in (tmp_path / "ecrm.log").read_text().splitlines()]
    assert (words.count("a"), words.count("b")) == (200, 200)
