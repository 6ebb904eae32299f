"""Makes the zip that an instructor uploads to Gradescope: scripts, the wheel, the course's files of the chosen exercises."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.catalog import Course, ExerciseFiles

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the same for every file, so that equal content is an equal zip

SETUP: Final = """#!/usr/bin/env bash
# Prepares the image, once: Python, the course's package from the wheel in this zip, a user for student code.
set -euo pipefail
source="$(cd "$(dirname "$0")" && pwd)"
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' || ! command -v setpriv; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends python3 python3-venv util-linux
fi
command -v bwrap || { apt-get update && apt-get install -y --no-install-recommends bubblewrap; } || echo "without bubblewrap"
python3 -m venv "$source/venv"
"$source/venv/bin/python" -m pip install --no-cache-dir "$source/"*.whl -r "$source/requirements.txt"
if [ "$(id -u)" = 0 ]; then
    id grade-worker || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin grade-worker
    chown -R root:root "$source/course" "$source/secret"
fi
chmod -R go-rwx "$source/course" "$source/secret"
cat > "$source/worker-python" <<EOF
#!/bin/sh
exec setpriv --reuid=grade-worker --regid=grade-worker --clear-groups --no-new-privs -- "$source/venv/bin/python" "\\$@"
EOF
chmod 755 "$source/worker-python"
"""

RUN: Final = """#!/usr/bin/env bash
# Grades one submission: /autograder/submission in, /autograder/results/results.json out.
set -euo pipefail
root="$(cd "$(dirname "$0")" && pwd)"
[ -d "$root/source" ] || root="$(dirname "$root")"
exec "$root/source/venv/bin/python" -I -m grader.export.gradescope.run "$root"
"""


class WheelError(RuntimeError):
    """The course's package cannot be made; the message says why."""


@dataclass(frozen=True)
class Content:
    """What goes into a zip besides the scripts."""

    course: Course
    exercises: Sequence[ExerciseFiles]
    secret: bytes
    wheel: Path
    requirements: Sequence[str]
    hidden_visibility: str


def package(content: Content) -> bytes:
    """The bytes of the zip, equal for equal content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(_files(content)):
            member = zipfile.ZipInfo(name, _DATE)
            private = name.startswith("course/") or name == "secret"
            executable = name in ("setup.sh", "run_autograder")
            member.external_attr = (0o600 if private else 0o755 if executable else 0o644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return made.getvalue()


def _files(content: Content) -> Iterator[tuple[str, bytes]]:
    yield "setup.sh", SETUP.encode()
    yield "run_autograder", RUN.encode()
    yield "requirements.txt", "".join(f"{line}\n" for line in content.requirements).encode()
    yield content.wheel.name, content.wheel.read_bytes()
    yield "secret", content.secret
    yield "settings.json", json.dumps({"hidden_visibility": content.hidden_visibility}).encode() + b"\n"
    yield "course/pyproject.toml", _settings(content.course).encode()
    for exercise in content.exercises:
        yield f"course/exercises/{exercise.stub.name}", exercise.stub.read_bytes()
        yield f"course/solutions/{exercise.solution.name}", exercise.solution.read_bytes()


def _settings(course: Course) -> str:
    lines = ["[tool.grade]", f"name = {json.dumps(course.name)}"]
    limits: Mapping[str, float] = course.limits
    if limits:
        lines += ["", "[tool.grade.limits]", *(f"{name} = {value}" for name, value in limits.items())]
    return "\n".join(lines) + "\n"


def build_wheel(root: Path, folder: Path) -> Path:
    """The wheel of the clone at `root`, made in `folder`; WheelError with what pip said if it cannot be."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir())
    made = sorted(folder.glob("*.whl"))
    if done.returncode or not made:
        raise WheelError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return made[-1]
