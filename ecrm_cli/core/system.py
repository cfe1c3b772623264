"""What differs between operating systems; nothing POSIX-only stands elsewhere.

The Windows branches are written against documented behaviour and are untested.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ecrm_cli.core.errors import CannotWrite, DiskFull, OutsideFailure

PRIVATE_FILE = 0o600
PRIVATE_DIR = 0o700
PUBLIC_FILE = 0o644


def restrict_umask() -> None:
    """Make every file born from here on readable by its owner only."""
    os.umask(0o077)


def set_mode(path: Path, mode: int) -> None:
    """Set ``path``'s permission bits, where the system has any."""
    if sys.platform != "win32":
        path.chmod(mode)


def mode_of(path: Path) -> int | None:
    """Return the permission bits of ``path``, or None where there are none."""
    return None if sys.platform == "win32" else path.stat().st_mode & 0o777


def who() -> str:
    """Return the name of the person or job at work; ``ECRM_ACTOR`` overrides it."""
    if named := os.environ.get("ECRM_ACTOR"):
        return named
    with contextlib.suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return f"uid {os.getuid()}" if sys.platform != "win32" else "unknown"


def boot_id() -> str:
    """Return an identifier that changes when the machine is restarted."""
    source = Path("/proc/sys/kernel/random/boot_id")
    if source.exists():
        return source.read_text(encoding="ascii").strip()
    if sys.platform == "win32":
        import ctypes
        import time

        uptime = ctypes.windll.kernel32.GetTickCount64() // 1000
        return f"boot-{round((time.time() - uptime) / 10)}"
    import subprocess

    asked = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown-boot"


def is_running(pid: int) -> bool:
    """Whether a process with this number exists."""
    if sys.platform == "win32":
        return True  # a folder too many is better than one taken from under a running import
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def process_words(pid: int) -> str:
    """Describe a running process: its number and, where it can be known, its command."""
    line = Path(f"/proc/{pid}/cmdline")
    with contextlib.suppress(OSError):
        words = line.read_bytes().decode("utf-8", "replace").split("\0")
        shown = " ".join(_short(word) for word in words[:5] if word)
        if shown:
            return f"process {pid} ({shown})"
    return f"process {pid}"


def _short(word: str) -> str:
    return Path(word).name if "/" in word else word


@contextlib.contextmanager
def locked(path: Path, *, blocking: bool = True) -> Iterator[bool]:
    """Hold an exclusive lock on ``path``; yields False when it is taken and not ``blocking``.

    The kernel frees a dead process's lock.
    """
    with path.open("a+b") as handle:
        got = lock_file(handle.fileno(), blocking)
        try:
            yield got
        finally:
            if got:
                _unlock(handle.fileno())


def lock_file(fileno: int, blocking: bool) -> bool:
    """Lock an open file for this process; False when another has it and not ``blocking``."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(fileno, msvcrt.LK_LOCK if blocking else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(fileno, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _unlock(fileno: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(fileno, msvcrt.LK_UNLCK, 1)
        return
    import fcntl

    fcntl.flock(fileno, fcntl.LOCK_UN)


def hold_standard_streams() -> None:
    """Put the null device where the shell closed a standard stream (``>&-``).

    Else the next file that is opened, the database, would get the stream's number, and what any
    library says on that stream would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def raise_on_termination() -> None:
    """Make SIGTERM end the command the way Ctrl-C does: rolled back and said."""
    import signal

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph")


def network_file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Return the kind of network file system ``path`` is on, or None when it is local or unknown.

    Only Linux lists its mounts in a file.
    """
    if not mounts.exists():
        return None
    best, kind = Path("/"), None
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, target, found, *_ = line.split(" ")
        # Spaces in a mount's name are written as octal.
        place = Path(target.replace("\\040", " "))
        if (path == place or place in path.parents) and len(place.parts) >= len(best.parts):
            best, kind = place, found
    return kind if kind in _NETWORK else None


def replace_file(path: Path, text: str, mode: int = PRIVATE_FILE) -> None:
    """Write ``text`` to ``path`` whole or not at all; an existing file keeps its own mode.

    Raises DiskFull, CannotWrite.
    """
    # A link stays a link: what it points to is replaced.
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if path.exists():
        mode = mode_of(path) or mode
    try:
        with draft.open("w", encoding="utf-8", newline="") as handle:
            set_mode(draft, mode)
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Put the names of a folder's files on the disk, where the system lets one."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def no_room(error: OSError) -> bool:
    """Whether ``error`` says that the disk is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def not_written(path: Path, error: OSError) -> OutsideFailure:
    """Return the error to raise for a failure to write ``path``."""
    if no_room(error):
        return DiskFull(path)
    return CannotWrite(path, (error.strerror or "unknown reason").lower())


def write_whole(handle: int, data: bytes) -> None:
    """Write all of ``data`` to an open file. Raises OSError, with part of it written."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
