"""What a submission shows of the sheet it was made from: untouched, or of another version. Text only, nothing is parsed."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from grader.catalog import ExerciseFiles

# bounded, so that a hostile file costs no more than its length
_DEF: Final = re.compile(r"^def[ \t]+(\w{1,80})[ \t]*\(([^()]{0,600})\)", re.MULTILINE)
_GIT_SECONDS: Final = 20.0
_VERSIONS: Final = 40  # of a sheet that are looked at


class Sheets:
    """The sheets of a course, their present text and, where the course is a repository, their earlier ones."""

    def __init__(self, root: Path, exercises: Mapping[str, ExerciseFiles]) -> None:
        self.root = root
        self.exercises = exercises
        self.text = lru_cache(None)(self._text)
        self.earlier = lru_cache(None)(self._earlier)

    def note(self, exercise: str, source: bytes, made_from: str = "") -> str:
        """What to tell the instructor about the sheet of a submission, or ""; `made_from` is a manifest's hash of it."""
        now = self.text(exercise)
        if source == now:
            return "the sheet as it was given out, nothing written"
        if not source.strip():
            return "the file is empty"
        if made_from and made_from != hashlib.sha256(now).hexdigest():
            when = next((date for digest, date, _ in self.earlier(exercise) if digest == made_from), "")
            return f"made for {f'an older sheet, that of {when}' if when else 'another sheet'} (its manifest says so)"
        return self._by_parameters(exercise, now, source)

    def _by_parameters(self, exercise: str, now: bytes, source: bytes) -> str:
        wanted, found = _signatures(now), _signatures(source)
        other = [name for name in wanted if name in found and found[name] != wanted[name]]
        if not other:
            return ""
        for _, date, text in self.earlier(exercise):
            old = _signatures(text)
            if all(old.get(name) == found[name] for name in other):
                return f"made for an older sheet, that of {date}: {_pair(other[0], found, wanted)}"
        return (
            f"made for another version of the sheet, or its parameters were changed: {_pair(other[0], found, wanted)}"
        )

    def _text(self, exercise: str) -> bytes:
        try:
            return self.exercises[exercise].stub.read_bytes()
        except (OSError, KeyError):
            return b""

    def _earlier(self, exercise: str) -> tuple[tuple[str, str, bytes], ...]:
        """Hash, date and text of earlier versions, the newest first; none where the course is no repository."""
        stub = self.exercises[exercise].stub
        path = stub.relative_to(self.root).as_posix()
        log = self._git("log", f"-{_VERSIONS}", "--format=%H %cs", "--", path)
        rows = [line.split(" ", 1) for line in log.decode("ascii", "replace").splitlines() if " " in line]
        texts = [(date, self._git("show", f"{commit}:./{path}")) for commit, date in rows]
        now = self.text(exercise)
        return tuple((hashlib.sha256(text).hexdigest(), date, text) for date, text in texts if text and text != now)

    def _git(self, *words: str) -> bytes:
        """What git prints about the course's own repository; nothing if it cannot."""
        if shutil.which("git") is None:
            return b""
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), "--no-pager", *words],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=_GIT_SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return b""
        return done.stdout if done.returncode == 0 else b""


@lru_cache(8)  # the sheet itself is looked at again for every submission
def _signatures(source: bytes) -> dict[str, str]:
    """The names of each top-level function's parameters."""
    text = source.decode("utf-8", "replace")
    return {match[1]: _plain(match[2]) for match in _DEF.finditer(text)}


def _plain(parameters: str) -> str:
    lines = (line.split("#", 1)[0] for line in parameters.splitlines())
    names = (re.split(r"[:=]", piece, maxsplit=1)[0].strip() for piece in "".join(lines).split(","))
    return ", ".join(filter(None, names))


def _pair(name: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    got, want = found[name][:80], wanted[name][:80]
    return f"{name}({got}), the sheet has {name}({want})"
