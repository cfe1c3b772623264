"""Secrets: config.yaml names where one is kept; it is read at the moment it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ecrm_cli.core.errors import DataError, NotAllowed, Place
from ecrm_cli.core.system import PRIVATE_FILE, mode_of, replace_file, set_mode
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.core.yamlfile import read_text

FORMS = "${SMTP_PASSWORD}, keyring:NAME or file:PATH"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}|(?:keyring|file):\S.*")


class LiteralSecret(DataError):
    """A password stands in config.yaml itself."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            "A password may not stand in this file.", hint=f"Write {FORMS}.", place=place
        )


class SecretMissing(DataError):
    """The place a secret is kept in is empty or absent."""

    def __init__(self, reference: str, why: str, hint: str) -> None:
        super().__init__(f"The secret {reference} cannot be read: {why}.", hint=hint)


class OpenSecret(NotAllowed):
    """A file with a secret that others could read."""

    def __init__(self, path: Path, why: str, hint: str) -> None:
        super().__init__(f"{path} holds a secret and {why}.", hint=hint, place=Place(path))


def is_reference(text: str) -> bool:
    """Tell whether ``text`` names the place of a secret rather than being one."""
    return _REFERENCE.fullmatch(text) is not None


def reveal(reference: str, workspace: Workspace, environment: Mapping[str, str]) -> str:
    """Return the secret that ``reference`` names.

    A variable is looked up in the environment over ``.ecrm/env``; a file's path counts from the
    workspace. Raises SecretMissing, OpenSecret.
    """
    if found := _VARIABLE.fullmatch(reference):
        return _from_variable(reference, found[1], workspace, environment)
    kind, _, name = reference.partition(":")
    if kind == "keyring":
        return _from_keyring(reference, name)
    if kind != "file":
        raise LiteralSecret(Place())
    path = workspace.root / Path(name).expanduser()
    if not path.is_file():
        raise SecretMissing(reference, f"there is no file {path}", "Make it, with mode 0600.")
    _refuse_open(path)
    return read_text(path).removesuffix("\n").removesuffix("\r")


def workspace_key(workspace: Workspace) -> str:
    """Return the key of the workspace's tokens and hashes. Raises SecretMissing."""
    path = workspace.secret
    found = read_text(path).strip() if path.is_file() else ""
    if not found:
        why = "without it the links in mail already sent would not work any more"
        raise SecretMissing(str(path), why, "Put it back from a backup; ecrm init makes a new one.")
    return found


def read_env(path: Path) -> dict[str, str]:
    """Read KEY=VALUE lines; an absent file has none. Raises OpenSecret, DataError."""
    if not path.exists():
        return {}
    _refuse_open(path)
    found: dict[str, str] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if (pair := _LINE.fullmatch(text)) is None:
            # The line itself is not shown: it may be half of a secret.
            raise DataError("This line is not KEY=VALUE.", place=Place(path, number))
        found[pair[1]] = _unquoted(pair[2].strip())
    return found


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _from_variable(
    reference: str, name: str, workspace: Workspace, environment: Mapping[str, str]
) -> str:
    known = read_env(workspace.env) | dict(environment)
    if not known.get(name):
        hint = f"Write {name}=… into {workspace.env} (mode 0600), or set it in the environment."
        raise SecretMissing(reference, f"{name} is not set", hint)
    return known[name]


def _from_keyring(reference: str, name: str) -> str:
    try:
        import keyring  # type: ignore[import-not-found]  # an extra
    except ModuleNotFoundError:
        hint = "pip install 'ecrm-cli[keyring]', or keep it in a file: file:PATH."
        raise SecretMissing(reference, "keyring is not installed", hint) from None
    try:
        found = keyring.get_password("ecrm", name)
    except keyring.errors.KeyringError:
        hint = "Servers and cron have no keyring: use ${NAME} or file:PATH."
        raise SecretMissing(reference, "this machine has no keyring", hint) from None
    if found is None:
        raise SecretMissing(reference, "it is not there", f"Run: keyring set ecrm {name}")
    return str(found)


def _refuse_open(path: Path) -> None:
    mode = mode_of(path)
    if mode is not None and mode & ~PRIVATE_FILE:
        raise OpenSecret(path, f"has mode {mode:04o}", f"Run: chmod 600 '{path}'")
    _refuse_unignored(path)


def _refuse_unignored(path: Path) -> None:
    import shutil
    import subprocess

    git = shutil.which("git")
    if git is None or not any((folder / ".git").exists() for folder in path.resolve().parents):
        return
    asked = subprocess.run(  # noqa: S603 - git by its full path, our own arguments
        [git, "-C", str(path.parent), "check-ignore", "--quiet", "--", path.name],
        capture_output=True,
        check=False,
    )
    if asked.returncode == 1:
        raise OpenSecret(path, "git does not ignore it", "Name it in .gitignore.")


def keep_in_env(path: Path, name: str, value: str) -> None:
    """Set NAME=VALUE in the env file; its other lines stay. Raises CannotWrite, DiskFull."""
    plain = value == value.strip() and value[:1] not in ("'", '"')
    line = f"{name}={value}" if plain else f'{name}="{value}"'
    lines = read_text(path).splitlines() if path.exists() else []
    kept = [
        old for old in lines if (pair := _LINE.fullmatch(old.strip())) is None or pair[1] != name
    ]
    replace_file(path, "\n".join([*kept, line]) + "\n")
    set_mode(path, PRIVATE_FILE)
