"""The zip's own set-up, run for real as root: the wheel built, a virtual environment, and the user that student code has.

All of it happens in a mount namespace of its own, with /etc a copy and bubblewrap hidden, so that this machine stays as it
is and workers have to change their user, as in a container that allows no jail.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.export.gradescope.package import WheelError, build_wheel
from tests.export_formats.assignments import grade, ours, submissions

SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
HAS_VENV = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"
SCRIPT = """
set -euo pipefail
cp -a /etc "$1/etc" && mount --bind "$1/etc" /etc
if command -v bwrap; then mount --bind /dev/null "$(command -v bwrap)"; fi
mount -t tmpfs -o mode=755 none /mnt
mkdir -p /mnt/autograder/results && cd /mnt/autograder
cp -a "$1/unpacked" source && cp source/run_autograder .
bash source/setup.sh
for each in "$1"/handed_in/*; do
    rm -rf submission && cp -a "$each" submission
    bash run_autograder
    cp results/results.json "$1/$(basename "$each").json"
done
"""
SPY = """
import os

def clip_by_norm(g, threshold):
    seen = []
    for folder in ("/mnt/autograder/source", "/mnt/autograder/results", "/mnt/autograder/source/course"):
        try:
            seen += os.listdir(folder)
        except OSError:
            pass
    raise ValueError(f"user {os.getuid()} {os.getgroups()} sees {seen}")
"""


def setting() -> str:
    """Why the set-up cannot be tried here, or nothing."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "root"
    missing = [name for name in ("unshare", "mount", "setpriv", "useradd") if shutil.which(name, path=SYSTEM) is None]
    if missing:
        return ", ".join(missing)
    probe = ["/usr/bin/python3", "-c", HAS_VENV]
    return "" if subprocess.run(probe, capture_output=True).returncode == 0 else "/usr/bin/python3 with venv"


@pytest.mark.slow  # it installs NumPy and the rest from an index
def test_the_image_sets_itself_up_and_student_code_has_a_user_of_its_own(tmp_path: Path) -> None:
    if (needed := setting()) and not os.environ.get("CI"):
        pytest.skip(f"needs {needed}")
    grade("export", "gradescope", "exercise15", "--out", tmp_path / "made" / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "made" / "autograder.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    partial = submissions("exercise15_clipping", tmp_path)["partial"]
    for name, text in (("partial", partial.read_text(encoding="utf-8")), ("spy", SPY)):
        (tmp_path / "handed_in" / name).mkdir(parents=True)
        (tmp_path / "handed_in" / name / "exercise15_clipping.py").write_text(text)
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", SCRIPT, "bash", tmp_path],
        env={**{k: v for k, v in os.environ.items() if k.startswith("PIP_")}, "PATH": SYSTEM, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in ("partial", "spy")}
    marks = [test["score"] for test in results["partial"]["tests"] if test.get("max_score")]
    assert marks == list(ours("exercise15_clipping", tmp_path / "made", partial).values())
    assert "sandbox: confined" in results["partial"]["output"]
    (said,) = [
        line for test in results["spy"]["tests"] for line in test["output"].split("\n") if "ValueError: user" in line
    ]
    assert said.split("user ")[1].split()[0] not in ("0", str(os.getuid()))
    assert "[] sees []" in said
    assert results["spy"]["score"] == 0


def test_a_folder_that_is_no_project_gives_no_wheel_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(WheelError, match="pip wheel"):
        build_wheel(tmp_path, tmp_path)
