from __future__ import annotations

import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest

from grader.classroom import ClassError
from grader.classroom.collect.collecting import Collected, Collector
from grader.classroom.collect.roster import Roster, read_roster
from grader.classroom.identities import Identities
from grader.classroom.ledger import Ledger
from grader.classroom.rules import Rules
from tests.classroom.classes import BATCHNORM, CRASH, DOUBLING, HALF, RIGHT, RIGHT_BATCHNORM, hand_in, make_course
from tests.classroom.runs import CONDITIONS

KEY = b"k" * 32


class Folder:
    """A folder of submissions, collected again and again into one run."""

    def __init__(self, root: Path) -> None:
        self.course = make_course(root / "course")
        self.submissions = root / "submissions"
        self.submissions.mkdir()
        self.run = root / "run"
        self.run.mkdir()

    def put(self, name: str, text: str | bytes = RIGHT) -> Path:
        path = self.submissions / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def roster(self, text: str) -> Roster:
        path = self.run.parent / "roster.csv"
        path.write_text(text, encoding="utf-8")
        return read_roster(path)

    def collect(self, roster: Roster | None = None, root: Path | None = None, dates=None) -> Collected:
        with Ledger(self.run) as ledger, Identities(self.run, writing=True) as identities:
            ledger.begin("course", CONDITIONS, (), Rules())
            return Collector(self.course, ledger, identities, KEY, roster or Roster()).collect(
                root or self.submissions, dates
            )

    def found(self) -> list[tuple[str, str, str]]:
        """Student, exercise and text of every submission that counts, in the order of their attempts."""
        with Ledger(self.run) as ledger, Identities(self.run) as identities:
            rows = ledger.db.execute(
                "SELECT st.pseudonym, s.exercise, s.sha FROM submission s JOIN student st ON st.id = s.student "
                "WHERE s.present ORDER BY s.exercise, coalesce(s.submitted, 0), s.sequence, s.id"
            ).fetchall()
            made = []
            for name, exercise, sha in rows:
                import zlib

                data = ledger.db.execute("SELECT data FROM source WHERE sha = ?", (sha,)).fetchone()[0]
                made.append((identities.get(name).student, exercise, zlib.decompress(data).decode()))
        return made

    def who(self) -> set[str]:
        return {student for student, _, _ in self.found()}

    def column(self, name: str) -> dict[str, object]:
        """A column of the submissions, by student."""
        with Ledger(self.run) as ledger, Identities(self.run) as identities:
            rows = ledger.db.execute(
                f"SELECT st.pseudonym, s.{name} FROM submission s JOIN student st ON st.id = s.student WHERE s.present"
            ).fetchall()
            return {identities.get(who).student: value for who, value in rows}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def reasons(collected: Collected) -> dict[str, str]:
    return {item.path: item.reason for item in collected.unplaced}


# --- layouts ---------------------------------------------------------------------------------------------------------


def test_a_folder_per_student_may_hold_several_exercises_also_below_exercises(folder):
    hand_in(folder.submissions, "alice", RIGHT)
    hand_in(folder.submissions, "alice", RIGHT_BATCHNORM, BATCHNORM)
    folder.put("bob/exercises/exercise01_doubling.py", HALF)
    assert folder.collect().kinds == {"folder": 3}
    assert folder.found() == [
        ("alice", DOUBLING, RIGHT), ("bob", DOUBLING, HALF), ("alice", BATCHNORM, RIGHT_BATCHNORM),
    ]  # fmt: skip


def test_files_that_name_their_student_are_told_from_files_that_do_not(folder):
    folder.put("alice_exercise01_doubling.py")
    folder.put("exercise01_doubling_bob.py")
    folder.put("exercise01_doubling.py")
    folder.put("ex1-cara.py")
    folder.put("exercise99_alice.py")
    collected = folder.collect()
    assert folder.who() == {"alice", "bob", "cara"}
    assert "does not say whose it is" in reasons(collected)["exercise01_doubling.py"]
    assert "is not that of an exercise" in reasons(collected)["exercise99_alice.py"]


def test_moodle_folders_and_prefixes_are_recognised(folder):
    folder.put("Zoë Ångström_4711_assignsubmission_file/exercise01_doubling.py", RIGHT)
    folder.put("Max_123_Muster_4712_assignsubmission_file_/exercise01_doubling.py", HALF)
    folder.put("Cara Co_4713_assignsubmission_file_exercise01_doubling.py", CRASH)
    folder.put("Participant_4714_assignsubmission_file_exercise01_doubling.py", RIGHT + "#")
    assert folder.collect().kinds == {"moodle": 4}
    assert folder.who() == {"moodle:4711", "moodle:4712", "moodle:4713", "moodle:4714"}
    with Identities(folder.run) as identities:
        names = {identity.student: identity.name for identity in identities}
    assert names["moodle:4712"] == "Max_123_Muster"
    assert names["moodle:4714"] == "", "blind marking gives no name"


def test_canvas_files_are_recognised_with_late_marks_and_copies(folder):
    folder.put("ångströmzoë_LATE_77_9001_exercise01_doubling.py", RIGHT)
    folder.put("musterx_12_y_78_9003_exercise01_doubling-1.py", HALF)
    folder.put("musterx_12_y_78_9002_exercise01_doubling.py", CRASH)
    folder.put("anon_ab3De_9005_exercise01_doubling.py", RIGHT + "#")
    folder.put("lee_79_9006_text.html", "<p>hello</p>")
    collected = folder.collect()
    assert folder.who() == {"canvas:77", "canvas:78", "canvas-anonymous:ab3De"}
    assert folder.column("late") == {"canvas:77": 1, "canvas:78": 0, "canvas-anonymous:ab3De": 0}
    copies = [text for student, _, text in folder.found() if student == "canvas:78"]
    assert copies == [CRASH, HALF], "the number of the attachment grows with time"
    assert reasons(collected)["lee_79_9006_text.html"] == "it is not a Python file"


def test_a_canvas_name_with_numbers_in_it_is_read_from_its_end(folder):
    folder.put("smith_12_13_78_9002_exercise01_doubling.py")
    folder.collect()
    # the name's own numbers look like the platform's: nothing can tell, but the file is placed once and not lost
    assert len(folder.found()) + len(folder.collect().unplaced) == 1


def test_a_gradescope_export_names_every_member_of_a_group(folder):
    folder.put("assignment_5_export/submission_11/exercise01_doubling.py", RIGHT)
    folder.put("assignment_5_export/submission_12/exercise01_doubling.py", HALF)
    folder.put("assignment_5_export/submission_13/exercise01_doubling.py", CRASH)
    folder.put(
        "assignment_5_export/submission_metadata.yml",
        "submission_11:\n  :submitters:\n  - :name: Alice A\n    :sid: 'a1'\n    :email: a@x.org\n"
        "  - :name: Bob B\n    :sid: ''\n    :email: b@x.org\n  :created_at: 2026-03-01 10:00:00.000000000 Z\n"
        "submission_12:\n  :submitters:\n  - :name: Cara\n    :sid: c3\n    :email: c@x.org\n  :created_at: 2026-03-01 11:00:00 Z\n",
    )
    collected = folder.collect()
    assert folder.who() == {"a1", "b@x.org", "c3"}
    assert folder.column("submitted")["a1"] == datetime(2026, 3, 1, 10, tzinfo=timezone.utc).timestamp()
    assert "does not say whose" in reasons(collected)["submission_13"]


def test_an_nbgrader_tree_is_recognised_with_its_timestamps(folder):
    folder.put("submitted/alice/ps1/exercise01_doubling.py", RIGHT)
    folder.put("submitted/alice/ps1/timestamp.txt", "2026-03-01 10:00:00.123456 UTC")
    folder.put("submitted/alice/ps2/exercise03_batchnorm.py", RIGHT_BATCHNORM)
    folder.put("source/ps1/exercise01_doubling.py", CRASH)
    folder.collect()
    assert [(student, exercise) for student, exercise, _ in folder.found()] == [
        ("alice", DOUBLING),
        ("alice", BATCHNORM),
    ]
    with Ledger(folder.run) as ledger:
        times = dict(ledger.db.execute("SELECT exercise, submitted FROM submission"))
    assert times == {
        DOUBLING: datetime(2026, 3, 1, 10, 0, 0, 123456, timezone.utc).timestamp(), BATCHNORM: None,
    }  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_a_repository_gives_the_time_of_its_commit_and_none_of_its_settings_is_obeyed(folder, packed):
    place = folder.submissions / "homework-alice"
    folder.put("homework-alice/exercises/exercise01_doubling.py")
    folder.put("homework-alice/solutions/exercise01_doubling.py", CRASH)
    run = {
        "cwd": place, "check": True, "capture_output": True,
        "env": {**os.environ, "GIT_COMMITTER_DATE": "2026-03-01T10:00:00Z", "HOME": str(place)},
    }  # fmt: skip
    subprocess.run(["git", "init", "-q"], **run)
    subprocess.run(["git", "add", "."], **run)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@x", "commit", "-qm", "x"], **run)
    if packed:
        subprocess.run(["git", "gc", "-q"], **run)
    with open(place / ".git/config", "a", encoding="utf-8") as config:
        config.write(f"[core]\n\tfsmonitor = touch {folder.run}/pwned; false\n\tpager = touch {folder.run}/pwned\n")
    collected = folder.collect()
    assert folder.found() == [("homework-alice", DOUBLING, RIGHT)]
    assert collected.kinds["repository"] == 1
    assert folder.column("submitted")["homework-alice"] == datetime(2026, 3, 1, 10, tzinfo=timezone.utc).timestamp()
    assert "lies where it belongs" in reasons(collected)["homework-alice/solutions/exercise01_doubling.py"]
    assert not (folder.run / "pwned").exists()


def test_dates_of_files_count_only_where_the_rules_trust_them(folder):
    path = folder.put("alice/exercise01_doubling.py")
    os.utime(path, (1000, 1000))
    folder.collect()
    assert folder.column("submitted") == {"alice": None}
    folder.collect(dates=timezone.utc)
    assert folder.column("submitted") == {"alice": 1000.0}


# --- what has no place -----------------------------------------------------------------------------------------------


def test_what_cannot_be_placed_is_listed_with_its_reason(folder):
    folder.put("bob/exercise01_doubling.ipynb", "{}")
    folder.put("alice/final_version.py")
    folder.put("alice/work.rar", b"Rar!")
    folder.put("alice/a/exercise01_doubling.py", RIGHT)
    folder.put("alice/b/exercise01_doubling.py", HALF)
    folder.put("alice/.DS_Store", b"x")
    folder.put("alice/__MACOSX/._exercise01_doubling.py", b"x")
    found = reasons(folder.collect())
    assert "it is no notebook" in found["bob/exercise01_doubling.ipynb"]
    assert "is not that of an exercise" in found["alice/final_version.py"]
    assert "not opened" in found["alice/work.rar"]
    assert "several files for one exercise" in found["alice/a/exercise01_doubling.py"]
    assert len(found) == 5 and folder.found() == []


def test_copies_that_a_browser_numbered_are_attempts_in_that_order(folder):
    folder.put("alice/exercise01_doubling.py", CRASH)
    folder.put("alice/exercise01_doubling (1).py", HALF)
    folder.put("alice/exercise01_doubling-2.py", RIGHT)
    folder.collect()
    assert [text for _, _, text in folder.found()] == [CRASH, HALF, RIGHT]


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need a Unix")
def test_no_link_and_no_pipe_is_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "exercise01_doubling.py").write_text("the secret", encoding="ascii")
    (folder.submissions / "linked").symlink_to(secret)
    (folder.submissions / "alice").mkdir()
    (folder.submissions / "alice/exercise01_doubling.py").symlink_to(secret / "exercise01_doubling.py")
    (folder.submissions / "bob").mkdir()
    os.mkfifo(folder.submissions / "bob/exercise01_doubling.py")
    (folder.submissions / "cara").mkdir()
    (folder.submissions / "cara/exercises").symlink_to(secret)
    found = reasons(folder.collect())
    assert found == {
        "linked": "it is a link", "alice/exercise01_doubling.py": "it is a link",
        "bob/exercise01_doubling.py": "it is no ordinary file", "cara/exercises": "it is a link",
    }  # fmt: skip
    assert folder.found() == []


def test_a_file_that_is_too_large_is_not_read(folder):
    folder.put("alice/exercise01_doubling.py", b"#" * ((1 << 20) + 1))
    assert "at most 1 MB" in reasons(folder.collect())["alice/exercise01_doubling.py"]


def test_something_that_is_no_folder_is_said_to_be_none(folder, tmp_path):
    with pytest.raises(ClassError, match="there is no such folder"):
        folder.collect(root=tmp_path / "nowhere")
    with pytest.raises(ClassError, match="neither a folder nor"):
        folder.collect(root=folder.put("note.txt", "x"))


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_a_submission_made_for_an_older_sheet_is_recognised(folder):
    stub = folder.course.exercises[0].stub
    git = {
        "cwd": folder.course.root,
        "check": True,
        "capture_output": True,
        "env": {**os.environ, "HOME": "/nonexistent"},
    }
    subprocess.run(["git", "init", "-q"], **git)
    now = stub.read_text(encoding="utf-8")
    stub.write_text(now.replace("doubling_forward(x)", "doubling_forward(x, scale=2)"), encoding="utf-8")
    subprocess.run(["git", "add", "."], **git)
    date = {**git, "env": {**git["env"], "GIT_COMMITTER_DATE": "2026-01-02T10:00:00Z"}}
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@x", "commit", "-qm", "x"], **date)
    stub.write_text(now, encoding="utf-8")
    folder.put("alice/exercise01_doubling.py", RIGHT.replace("forward(x)", "forward(x, scale = 3)"))
    folder.put("bob/exercise01_doubling.py", RIGHT.replace("forward(x)", "forward(y)"))
    folder.put("cara/exercise01_doubling.py", stub.read_bytes())
    folder.put("dora/exercise01_doubling.py", RIGHT)
    collected = folder.collect()
    notes = folder.column("note")
    assert notes["alice"].startswith("made for an older sheet, that of 2026-01-02: doubling_forward(x, scale)")
    assert "made for another version of the sheet, or its parameters were changed" in notes["bob"]
    assert notes["cara"] == "the sheet as it was given out, nothing written"
    assert notes["dora"] == ""
    assert len(collected.remarks) == 2


# --- again -----------------------------------------------------------------------------------------------------------


def test_only_what_changed_is_read_again_and_what_is_gone_counts_no_more(folder):
    path = folder.put("alice/exercise01_doubling.py", CRASH)
    folder.put("bob/exercise01_doubling.py", HALF)
    assert folder.collect().unchanged == 0
    assert folder.collect().unchanged == 2
    path.write_text(RIGHT, encoding="utf-8")
    collected = folder.collect()
    assert (collected.unchanged, folder.found()) == (1, [("bob", DOUBLING, HALF), ("alice", DOUBLING, RIGHT)])
    path.unlink()
    collected = folder.collect()
    assert (collected.gone, folder.who()) == (1, {"bob"})


def test_another_folder_adds_to_a_run(folder, tmp_path):
    folder.put("alice/exercise01_doubling.py", CRASH)
    folder.collect()
    hand_in(tmp_path / "late", "bob", HALF)
    folder.collect(root=tmp_path / "late")
    assert folder.who() == {"alice", "bob"}
    folder.collect()
    assert folder.who() == {"alice", "bob"}


def test_collecting_that_is_stopped_in_the_middle_is_finished_the_next_time(folder, monkeypatch):
    from grader.classroom.collect import batches

    monkeypatch.setattr(batches, "BATCH", 2)
    for number in range(7):
        folder.put(f"s{number}/exercise01_doubling.py", f"# {number}\n")
    add = Ledger.add_submission

    def stops(self, submission):
        if submission.source == b"# 5\n":
            raise KeyboardInterrupt
        return add(self, submission)

    monkeypatch.setattr(Ledger, "add_submission", stops)
    with pytest.raises(KeyboardInterrupt):
        folder.collect()
    monkeypatch.setattr(Ledger, "add_submission", add)
    collected = folder.collect()
    assert (collected.unchanged, len(folder.found())) == (3, 7), (
        "what was not finished is read again, and is there once"
    )


# --- the roster ------------------------------------------------------------------------------------------------------


def test_platform_numbers_and_names_are_matched_with_the_roster(folder):
    roster = folder.roster(
        "id,name,email,canvas,moodle,github\n"
        "a1,Zoë Ångström,z@x.org,77,,\nb2,Max Muster,m@x.org,,4712,\nc3,Cara Co,c@x.org,,,caraco\nd4,Dora,d@x.org,,,\n"
    )
    folder.put("ångströmzoë_99_9001_exercise01_doubling.py")  # by name: family name first, no spaces
    folder.put("Somebody_4712_assignsubmission_file/exercise01_doubling.py")  # by number, whatever the name
    folder.put("caraco/exercise01_doubling.py")
    folder.put("mallory/exercise01_doubling.py")
    collected = folder.collect(roster)
    assert folder.who() == {"a1", "b2", "c3", "mallory"}
    assert collected.unlisted == ["mallory"]
    assert collected.absent == ["d4"]


def test_a_name_that_two_students_have_means_neither(folder):
    roster = folder.roster("id,name\na1,Kim Lee\nb2,Lee Kim\nc3,Al Bo\n")
    folder.put("kimlee_77_9001_exercise01_doubling.py")
    folder.put("boal_78_9002_exercise01_doubling.py")
    collected = folder.collect(roster)
    assert folder.who() == {"canvas:77", "c3"}
    assert collected.unlisted == ["canvas:77"]


def test_a_student_keeps_the_pseudonym_when_the_roster_comes_later(folder):
    folder.put("Max Muster_4712_assignsubmission_file/exercise01_doubling.py")
    folder.collect()
    with Identities(folder.run) as identities:
        (before,) = identities
    folder.collect(folder.roster("id,name\nb2,Max Muster\n"))
    with Identities(folder.run) as identities:
        (after,) = identities
    assert (after.pseudonym, after.student, after.listed) == (before.pseudonym, "b2", True)
    assert folder.who() == {"b2"}


def test_pseudonyms_are_the_same_in_every_run_and_of_no_use_without_the_key(folder, tmp_path):
    folder.put("alice/exercise01_doubling.py")
    folder.collect()
    (tmp_path / "other").mkdir()
    again = Folder(tmp_path / "other")
    again.put("alice/exercise03_batchnorm.py")
    again.collect()
    names = []
    for each in (folder, again):
        with Identities(each.run) as identities:
            names += [identity.pseudonym for identity in identities]
    first, second = names
    assert first == second and len(first) == 12 and "alice" not in first


# --- what an instructor is told --------------------------------------------------------------------------------------


def test_a_students_own_files_are_found_however_many_lie_in_folders_beside_them(folder, monkeypatch):
    monkeypatch.setattr("grader.classroom.collect.walking.MAX_FILES", 30)
    for number in range(40):
        folder.put(f"alice/a{number % 4}/{number}.txt")
    folder.put(f"alice/{DOUBLING}.py")
    collected = folder.collect()
    assert folder.found() == [("alice", DOUBLING, RIGHT)]
    found = reasons(collected)
    assert found["alice"] == "it holds more than 30 files; the rest was not searched"
    assert collected.files == len(found) + 1


def test_many_files_without_a_place_are_one_line(folder):
    for number in range(40):
        folder.put(f"alice/packages/{number % 4}/{number}.txt")
    folder.put("alice/homework.py")
    folder.put("bob/notes.txt")
    folder.put(f"alice/{DOUBLING}.py")
    found = reasons(folder.collect())
    assert found.pop("alice/homework.py").startswith("its name is not that of an exercise")
    assert found == {
        "alice/packages/0/0.txt": "it is not a Python file; the same goes for 39 more files of this student",
        "bob/notes.txt": "it is not a Python file",
    }


@pytest.mark.parametrize("name", [f"{DOUBLING}.py.txt", f"{DOUBLING}.txt", f"{DOUBLING}.py.docx"])
def test_a_file_with_a_wrong_ending_is_told_its_right_name(folder, name):
    folder.put(f"alice/{name}")
    assert reasons(folder.collect())[f"alice/{name}"].endswith(f"if it is one, call it {DOUBLING}.py")


def test_works_of_which_nothing_tells_the_last_are_pointed_out(folder):
    import unicodedata

    folder.put(f"alice/{DOUBLING}.py")
    folder.put(f"alice_{DOUBLING}.py", HALF)
    for form in ("NFC", "NFD"):  # two folders, one student
        folder.put(f"{unicodedata.normalize(form, 'zoë')}/{DOUBLING}.py", f"{RIGHT}# {form}\n")
    folder.put(f"bob/{DOUBLING}.py")
    folder.put(f"bob/{DOUBLING}-1.py", HALF)
    remarks = folder.collect().remarks
    assert len(remarks) == 2 and all("came last; taken to be" in remark for remark in remarks)
    assert {remark.split()[0] for remark in remarks} == {"alice", "zoë"}
    assert any(remark.endswith(f"taken to be alice_{DOUBLING}.py") for remark in remarks)


def test_works_that_came_in_one_after_the_other_are_in_order(folder):
    folder.put(f"alice/{DOUBLING}.py")
    folder.collect()
    later = folder.run.parent / "later"
    hand_in(later, "alice", HALF)
    assert folder.collect(root=later).remarks == []
    assert [text for _, _, text in folder.found()] == [RIGHT, HALF]


def test_a_run_and_the_course_are_no_submissions(folder):
    folder.put(f"alice/{DOUBLING}.py")
    folder.collect()
    with pytest.raises(ClassError, match="is a run of grade class"):
        folder.collect(root=folder.run)
    with pytest.raises(ClassError, match="is the course itself"):
        folder.collect(root=folder.course.root)
    folder.run.rename(folder.submissions / "run")
    folder.run.mkdir()
    assert reasons(folder.collect())["run"] == "it is a run of grade class, no student's folder"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the system lets root read everything")
def test_a_folder_that_cannot_be_read_stops_nobody_elses(folder):
    folder.put(f"alice/{DOUBLING}.py")
    closed = folder.put(f"bob/{DOUBLING}.py").parent
    closed.chmod(0)
    try:
        assert reasons(folder.collect())["bob"] == "it cannot be read: Permission denied"
    finally:
        closed.chmod(0o700)
    assert folder.found() == [("alice", DOUBLING, RIGHT)]


def test_a_repository_that_cannot_be_looked_into_stops_nobody_elses(folder, monkeypatch):
    from grader.classroom.collect import metadata

    def refused(git: Path) -> None:
        raise PermissionError(13, "Permission denied", str(git))

    monkeypatch.setattr(metadata, "commit_time", refused)
    folder.put("bob/.git/HEAD", "x")
    folder.put(f"bob/{DOUBLING}.py")
    folder.put(f"alice/{DOUBLING}.py")
    folder.collect()
    assert [student for student, _, _ in folder.found()] == ["alice", "bob"]


def test_an_extension_counts_from_the_first_collection_on_and_one_for_nobody_is_pointed_out(folder):
    from grader.classroom import open_run

    settings = "deadlines = { 1 = 2026-03-01 }\nextensions = { alice = { days = 3 }, alcie = { days = 3 } }"
    (folder.course.root / "pyproject.toml").write_text(f"[tool.grade.class]\n{settings}\n", encoding="utf-8")
    folder.put(f"alice/{DOUBLING}.py")
    remarks = folder.collect().remarks
    assert remarks == ["an extension for 'alcie', but no such student is on the roster or handed in anything"]
    with open_run(folder.run) as run:
        (name,) = run.students()
        assert run.rules.deadline(name, DOUBLING) == datetime(2026, 3, 4, 23, 59, 59, tzinfo=timezone.utc)


def test_what_the_rules_leave_out_is_said(folder):
    (folder.course.root / "pyproject.toml").write_text('[tool.grade.class]\nexercises = ["3"]\n', encoding="utf-8")
    folder.put(f"alice/{DOUBLING}.py")
    (remark,) = folder.collect().remarks
    assert remark == f"1 submission of {DOUBLING}: not graded, for the rules' `exercises` leave it out"


def test_a_lost_ledger_is_not_taken_for_an_empty_class(folder):
    folder.put(f"alice/{DOUBLING}.py")
    folder.collect()
    (folder.run / "ledger.db").rename(folder.run / "kept")
    with pytest.raises(ClassError, match=r"it is new, and the earlier one is gone"):
        folder.collect()
    for path in folder.run.glob("ledger.db*"):
        path.unlink()
    (folder.run / "kept").rename(folder.run / "ledger.db")
    assert folder.collect().submissions == 1


def test_lost_identities_are_collected_again_under_the_same_pseudonyms(folder):
    folder.put(f"alice/{DOUBLING}.py")
    folder.collect()
    before = _pseudonyms(folder)
    for path in folder.run.glob("identity.db*"):
        path.unlink()
    folder.collect()
    assert _pseudonyms(folder) == before and folder.found() == [("alice", DOUBLING, RIGHT)]


def _pseudonyms(folder: Folder) -> list[str]:
    with Identities(folder.run) as identities:
        return [identity.pseudonym for identity in identities]


def test_an_empty_file_is_pointed_out(folder):
    folder.put(f"alice/{DOUBLING}.py", b" \n")
    assert folder.collect().remarks == [f"alice {DOUBLING}: the file is empty"]


def test_who_is_no_more_on_the_roster_is_not_missed_any_more(folder):
    folder.put(f"alice/{DOUBLING}.py")
    folder.put(f"bob/{DOUBLING}.py")
    folder.collect(folder.roster("id,name\nalice,A\nzed,Z\n"))
    (folder.submissions / f"bob/{DOUBLING}.py").unlink()
    (folder.submissions / "bob").rmdir()
    collected = folder.collect(folder.roster("id,name\nalice,A\ncara,C\n"))
    assert (collected.absent, collected.unlisted) == (["cara"], [])
    with Ledger(folder.run) as ledger:
        assert ledger.db.execute("SELECT count(*) FROM student WHERE counted").fetchone()[0] == 2


def test_a_call_without_the_roster_leaves_names_as_they_are(folder):
    folder.put(f"Ann_7_assignsubmission_file/{DOUBLING}.py")
    folder.collect(folder.roster("id,name,email,moodle\nann,Ann Alm,ann@x.org,7\n"))
    before = _identities(folder)
    folder.put(f"Ann_7_assignsubmission_file/{DOUBLING}.py", HALF)
    folder.collect()
    assert _identities(folder) == before and before[0].email == "ann@x.org" and before[0].listed


def _identities(folder: Folder) -> list[object]:
    with Identities(folder.run) as identities:
        return list(identities)


def test_those_who_are_missed_are_listed_in_their_order(folder):
    names = [f"s{number:02}" for number in range(12)]
    folder.put(f"s03/{DOUBLING}.py")
    collected = folder.collect(folder.roster("id\n" + "\n".join(names)))
    assert collected.absent == [name for name in names if name != "s03"]
