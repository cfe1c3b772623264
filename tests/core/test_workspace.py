"""The workspace is found, its paths are named, and a shared folder is recognized."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_cli.core.system import mode_of, network_file_system, replace_file
from ecrm_cli.core.workspace import NoWorkspace, Workspace, find_workspace, shared_by, shipped


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "my shop"
    (folder / "segments" / "old").mkdir(parents=True)
    (folder / "config.yaml").touch()
    return folder


def test_the_workspace_is_found_by_walking_up(shop: Path) -> None:
    assert find_workspace(shop / "segments" / "old", None, {}) == Workspace(shop)
    assert find_workspace(shop, None, {}) == Workspace(shop)


def test_a_named_workspace_beats_the_variable_and_the_variable_the_folder(
    shop: Path, tmp_path: Path
) -> None:
    other, third = tmp_path / "other", tmp_path / "third"
    for folder in (other, third):
        folder.mkdir()
        (folder / "config.yaml").touch()
    environment = {"ECRM_WORKSPACE": str(other)}
    assert find_workspace(shop, None, environment).root == other
    assert find_workspace(shop, third, environment).root == third


def test_a_named_folder_is_not_walked_up_from(shop: Path) -> None:
    with pytest.raises(NoWorkspace, match=r"-C names .*segments"):
        find_workspace(shop, shop / "segments", {})
    with pytest.raises(NoWorkspace, match="ECRM_WORKSPACE names"):
        find_workspace(shop, None, {"ECRM_WORKSPACE": str(shop / "segments")})


def test_without_a_workspace_init_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspace) as caught:
        find_workspace(tmp_path, None, {})
    assert caught.value.code == 4
    assert "ecrm init" in caught.value.hint


def test_a_relative_name_becomes_a_whole_path(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    assert find_workspace(Path("/"), Path("my shop"), {}).root == shop


def test_the_program_s_own_files_stand_in_the_hidden_folder(shop: Path) -> None:
    here = Workspace(shop)
    for path in (here.spool, here.logs, here.scratch, here.secret, here.env):
        assert path.parent == shop / ".ecrm"


def test_a_shipped_file_is_found_in_a_checkout() -> None:
    assert shipped("config.example.yaml").is_file()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/home/ana/Dropbox/shop", "Dropbox"),
        ("/home/ana/Dropbox (Personal)/shop", "Dropbox"),
        ("/Users/ana/OneDrive - Coffee/shop", "OneDrive"),
        ("/Users/ana/Library/CloudStorage/OneDrive-Personal/x", "OneDrive"),
        ("/Users/ana/Library/Mobile Documents/com~apple~CloudDocs/shop", "iCloud"),
        ("/Users/ana/iCloudDrive/shop", "iCloud"),
        ("/home/ana/Dropboxes/shop", None),
        ("/home/ana/shop", None),
    ],
)
def test_a_synced_folder_is_recognized(folder: str, name: str | None, tmp_path: Path) -> None:
    assert shared_by(Path(folder), tmp_path / "no-mounts") == name


def test_a_network_file_system_is_recognized_by_its_longest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        "server:/srv /srv/our\\040shops nfs4 rw 0 0\n"
        "tmpfs /srv/our\\040shops/local tmpfs rw 0 0\n",
        encoding="utf-8",
    )
    assert network_file_system(Path("/srv/our shops/coffee"), mounts) == "nfs4"
    assert network_file_system(Path("/srv/our shops/local/coffee"), mounts) is None
    assert network_file_system(Path("/srv/our"), mounts) is None
    assert shared_by(Path("/srv/our shops/coffee"), mounts) == "the network (nfs4)"


def test_a_file_is_replaced_whole_and_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o644)
    link.symlink_to(real)
    replace_file(link, "new\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"new\r\n"
    assert mode_of(real) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    replace_file(tmp_path / "new", "x")
    assert mode_of(tmp_path / "new") == 0o600
