from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.student.files import Backup, Changed, new_file, remove_stale_parts, replace_file, replace_unchanged
from tests.sandbox.conftest import needs


def test_a_file_is_replaced_with_its_mode_and_through_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink() and real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"theirs")
    with pytest.raises(Changed, match="changed meanwhile"):
        replace_unchanged(path, b"ours", b"as it was read")
    with pytest.raises(Changed):
        replace_unchanged(path, b"ours", None)
    assert path.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_new_file_never_takes_anothers_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"another")
    assert new_file(path, b"ours") == tmp_path / "a-2.zip"
    assert new_file(path, b"ours") == tmp_path / "a-2.zip"
    assert new_file(path, b"third") == tmp_path / "a-3.zip"
    assert path.read_bytes() == b"another"


def test_backups_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    state, root = tmp_path / ".grade", tmp_path
    made = []
    for text in (b"one", b"two"):
        backup = Backup(state, root, "reset")
        backup.keep(root / "exercises" / "a.py", text)
        assert backup.folder is not None
        made.append((backup.folder / backup.names[0]).read_bytes())
    assert made == [b"one", b"two"]
    assert len(list((state / "backups").iterdir())) == 2


def test_only_old_leftovers_are_removed(tmp_path: Path) -> None:
    old, new, other = tmp_path / ".a.py.1.part", tmp_path / ".b.py.2.part", tmp_path / "c.part"
    for path in (old, new, other):
        path.write_bytes(b"")
    past = time.time() - 3600
    os.utime(old, (past, past))
    os.utime(other, (past, past))
    remove_stale_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.py.2.part", "c.part"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True)
    needs(mounted.returncode == 0, "the right to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="mounts a disk")
def test_a_full_disk_leaves_the_old_file_and_nothing_else(small_disk: Path) -> None:
    path = small_disk / "exercise.py"
    path.write_bytes(b"old")
    for write in (lambda: replace_file(path, b"x" * 500_000), lambda: new_file(small_disk / "new.zip", b"x" * 500_000)):
        with pytest.raises(OSError, match="No space left"):
            write()
    assert path.read_bytes() == b"old"
    assert os.listdir(small_disk) == ["exercise.py"]
