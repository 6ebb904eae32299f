"""Reads what platforms put beside submissions: Gradescope's metadata, nbgrader's timestamps, times of commits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from grader.classroom.collect.names import Owner, plain, shown
from grader.classroom.fault import ClassError

MAX_BYTES: Final = 64 << 20
_GIT_SECONDS: Final = 10.0
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def moment(text: str) -> datetime | None:
    """The time that a text says, UTC where it names no zone; None if it says none."""
    cleaned = text.strip().replace(" UTC", "+00:00").replace("Z", "+00:00")
    cleaned = re.sub(r" ([+-]\d\d):?(\d\d)$", r"\1:\2", cleaned)
    cleaned = re.sub(r"(\.\d{6})\d+", r"\1", cleaned)
    try:
        at = datetime.fromisoformat(cleaned)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def timestamp(path: Path) -> datetime | None:
    """What nbgrader's timestamp.txt says."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            return moment(file.read(100).decode("ascii", "replace"))
    except OSError:
        return None


# --- Gradescope ------------------------------------------------------------------------------------------------------


def gradescope(path: Path) -> Mapping[str, tuple[tuple[Owner, ...], datetime | None]] | None:
    """Owners and times by folder, None where the export's file is missing; ClassError if it cannot be understood."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}", "Make it readable: it says whose the submissions are.") from error
    return gradescope_text(data, str(path))


def gradescope_text(data: bytes, path: str) -> Mapping[str, tuple[tuple[Owner, ...], datetime | None]]:
    """Owners and times by folder; ClassError if the text cannot be understood."""
    import yaml

    if len(data) > MAX_BYTES:
        raise ClassError(f"{path} has more than {MAX_BYTES >> 20} MB")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found = yaml.load(data, loader)
        return {str(folder): _submitters(str(folder), row) for folder, row in found.items()}
    except (yaml.YAMLError, RecursionError) as error:
        raise ClassError(
            f"{path} is no YAML: {' '.join(str(error).split())}", "Export the submissions again."
        ) from error
    except (AttributeError, TypeError) as error:  # a list, a number or a text where there is to be a table
        raise ClassError(
            f"{path} is not what Gradescope exports: folders, each with a list of its :submitters:",
            "Export the submissions again.",
        ) from error


def _submitters(folder: str, row: Any) -> tuple[tuple[Owner, ...], datetime | None]:
    owners = tuple(_gradescope_owner(folder, person) for person in row.get(":submitters") or ())
    created = row.get(":created_at")
    at = created if isinstance(created, datetime) else moment(str(created or ""))
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=timezone.utc)
    return owners, at


def _gradescope_owner(folder: str, person: Mapping[str, Any]) -> Owner:
    sid, email, name = (str(person.get(key) or "").strip() for key in (":sid", ":email", ":name"))
    alias = sid or email or f"gradescope:{folder}"
    ids = {"sid": sid} if sid else {}
    return Owner("gradescope", plain("gradescope", alias).alias, shown(alias), name, email, ids)


# --- repositories ----------------------------------------------------------------------------------------------------


def commit_time(git: Path) -> datetime | None:
    """When the checked-out commit was made, as its author's machine had it; None if that cannot be found out.

    Git is given a folder of our own, with none of the settings in the repository: those could make it run programs.
    """
    commit = _head(git) if git.is_dir() else None
    program = shutil.which("git")
    if commit is None or program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="grade-git-") as name:
        clean = Path(name)
        for folder in ("objects/info", "refs"):
            (clean / folder).mkdir(parents=True)
        (clean / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        (clean / "objects/info/alternates").write_bytes(os.fsencode((git / "objects").resolve()) + b"\n")
        return _committed(program, clean, commit)


def _committed(program: str, git: Path, commit: str) -> datetime | None:
    environment = {"PATH": os.environ.get("PATH", ""), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(git), "LC_ALL": "C"}
    words = [program, "--git-dir", str(git), "cat-file", "commit", commit]
    try:
        done = subprocess.run(
            words,
            env=environment,
            cwd=git,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(rb"^committer .*> (\d{1,12}) [+-]\d{4}$", done.stdout.split(b"\n\n", 1)[0], re.MULTILINE)
    try:
        return datetime.fromtimestamp(int(match[1]), timezone.utc) if match and done.returncode == 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def _head(git: Path) -> str | None:
    """The commit that is checked out, from the repository's own files."""
    text = _small(git / "HEAD")
    if text.startswith("ref: "):
        name = text[5:].strip()
        if not re.fullmatch(r"refs/[\w./-]{1,200}", name) or ".." in name:
            return None
        text = _small(git / name) or _packed(git, name)
    text = text.strip()
    return text if _COMMIT.fullmatch(text) else None


def _packed(git: Path, name: str) -> str:
    lines = (line.split(" ") for line in _small(git / "packed-refs", 1 << 22).splitlines())
    return next((words[0] for words in lines if len(words) == 2 and words[1] == name), "")


def _small(path: Path, most: int = 4096) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            return file.read(most).decode("ascii", "replace")
    except OSError:
        return ""
