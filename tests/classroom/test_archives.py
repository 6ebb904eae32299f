from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import stat
import struct
import tarfile
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.classroom.collect import archives
from grader.classroom.collect.archives import ArchiveError, Bounds, Member
from tests.classroom.classes import CRASH, DOUBLING, HALF, RIGHT
from tests.classroom.test_collect import Folder, folder, reasons  # noqa: F401

NAME = f"{DOUBLING}.py"
SMALL = Bounds(10, 1 << 20, 1 << 16)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def tarred(*members: tuple[tarfile.TarInfo | str, bytes], mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if info.type == tarfile.REGTYPE:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def read(data: bytes, name: str = "a.zip", bounds: Bounds = SMALL) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for member in archives.members(io.BytesIO(data), name, bounds):
        if isinstance(member, Member):
            found[member.name] = member.read(1 << 20)
        else:
            found[member[0]] = member[1]
    return found


# --- what students pack ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("alice.zip", lambda *m: zipped(*m)),
        ("alice.tar", lambda *m: tarred(*m)),
        ("alice.tar.gz", lambda *m: tarred(*m, mode="w:gz")),
        ("alice.tgz", lambda *m: tarred(*m, mode="w:gz")),
        ("alice.tar.bz2", lambda *m: tarred(*m, mode="w:bz2")),
        ("alice.tar.xz", lambda *m: tarred(*m, mode="w:xz")),
    ],
)
def test_an_archive_of_a_student_may_hold_several_exercises_in_a_folder(folder, name, pack):  # noqa: F811
    folder.put(name, pack((f"homework/{NAME}", RIGHT.encode()), ("homework/exercise03_batchnorm.py", HALF.encode())))
    assert folder.collect().kinds == {"archive": 1}
    assert [(student, exercise) for student, exercise, _ in folder.found()] == [
        ("alice", DOUBLING), ("alice", "exercise03_batchnorm"),
    ]  # fmt: skip


def test_a_download_of_a_platform_is_read_as_if_it_were_unpacked_and_students_archives_in_it_too(folder, tmp_path):  # noqa: F811
    path = tmp_path / "download.zip"
    path.write_bytes(
        zipped(
            (f"Ada_1_assignsubmission_file/{NAME}", RIGHT),
            ("Bob_2_assignsubmission_file/work.zip", zipped((NAME, HALF), ("inner.zip", zipped((NAME, CRASH))))),
            (f"Cara_3_assignsubmission_file_{NAME}", CRASH),
            ("notes.txt", "x"),
        )
    )
    collected = folder.collect(root=path)
    assert sorted((student, text) for student, _, text in folder.found()) == [
        ("moodle:1", RIGHT), ("moodle:2", HALF), ("moodle:3", CRASH),
    ]  # fmt: skip
    assert "archives in archives are not opened" in " ".join(reasons(collected).values())
    assert reasons(collected)["notes.txt"] == "it is not a Python file"


def test_a_students_archive_cannot_hand_in_for_somebody_else(folder):  # noqa: F811
    folder.put("mallory.zip", zipped((f"Alice_1_assignsubmission_file/{NAME}", RIGHT)))
    folder.collect()
    assert folder.who() == {"mallory"}


def test_a_gradescope_export_is_read_from_its_archive(folder, tmp_path):  # noqa: F811
    path = tmp_path / "export.zip"
    metadata = "submission_11:\n  :submitters:\n  - :name: Ada\n    :sid: a1\n  :created_at: 2026-03-01 10:00:00 Z\n"
    path.write_bytes(
        zipped(
            ("assignment_5_export/submission_metadata.yml", metadata),
            (f"assignment_5_export/submission_11/{NAME}", RIGHT),
        )
    )
    folder.collect(root=path)
    assert folder.found() == [("a1", DOUBLING, RIGHT)]


def manifest(student: str, **more: object) -> str:
    return json.dumps({"schema": 1, "student": {"id": student, "name": student.title(), "email": ""}, **more})


def test_a_manifest_says_whose_an_archive_is_where_its_name_does_not(folder):  # noqa: F811
    roster = folder.roster("id,name\nalice,Alice\nbob,Bob\n")
    folder.put("submission.zip", zipped((NAME, RIGHT), ("manifest.json", manifest("alice"))))
    folder.put("bob.zip", zipped((NAME, HALF), ("manifest.json", manifest("bob"))))
    folder.collect(roster)
    assert folder.who() == {"alice", "bob"}


def test_a_manifest_that_disagrees_is_never_obeyed_silently(folder):  # noqa: F811
    roster = folder.roster("id,name,moodle\nalice,Alice,1\nbob,Bob,2\n")
    folder.put("alice.zip", zipped((NAME, RIGHT), ("manifest.json", manifest("bob"))))
    folder.put("Bob_2_assignsubmission_file/x.zip", zipped((NAME, HALF), ("manifest.json", manifest("alice"))))
    collected = folder.collect(roster)
    assert reasons(collected) == {"alice.zip": "its name says alice, its manifest bob"}
    assert folder.found() == [("bob", DOUBLING, HALF)], "the platform knows who was logged in"
    assert re.search(r"its manifest names another student: [a-z2-7]{12}$", collected.remarks[0]), collected.remarks


def test_a_manifest_tells_of_an_older_sheet(folder):  # noqa: F811
    files = {NAME: {"sha256": "0", "stub": "f" * 64}}
    folder.put("alice.zip", zipped((NAME, RIGHT), ("manifest.json", manifest("alice", files=files))))
    assert "made for another sheet" in folder.collect().remarks[0]


@pytest.mark.parametrize("text", ["[" * 100_000, "null", '{"student": 3}', "\xff", '{"student": {"id": {"a": 1}}}'])
def test_a_hostile_manifest_is_as_good_as_none(folder, text):  # noqa: F811
    folder.put("alice.zip", zipped((NAME, RIGHT), ("manifest.json", text)))
    folder.collect()
    assert len(folder.found()) == 1


def test_what_grade_submit_packs_is_matched_with_the_roster_and_with_the_sheet(folder):  # noqa: F811
    from grader.student.identity import Student
    from grader.student.submit import Entry, Submission, file_name, pack

    now = hashlib.sha256(folder.course.exercises[0].stub.read_bytes()).hexdigest()
    for student, stub in (("s-1", now), ("s-2", "f" * 64)):
        entries = (Entry(DOUBLING, RIGHT.encode(), stub), Entry("exercise03_batchnorm", HALF.encode(), ""))
        submission = Submission("small course", Student(student.upper(), student), 1_772_359_200.0, {}, entries)
        folder.put(file_name(submission), pack(submission))
    collected = folder.collect(folder.roster("id,name\ns-1,One\ns-2,Two\n"))
    assert collected.unplaced == [] and collected.unlisted == [] and collected.absent == []
    assert sorted((student, exercise) for student, exercise, _ in folder.found()) == [
        ("s-1", DOUBLING), ("s-1", "exercise03_batchnorm"), ("s-2", DOUBLING), ("s-2", "exercise03_batchnorm"),
    ]  # fmt: skip
    assert collected.remarks == ["s-2 exercise01_doubling: made for another sheet (its manifest says so)"]


# --- hostile archives ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        f"../{NAME}",
        f"/{NAME}",
        f"a/../../{NAME}",
        f"C:/{NAME}",
        f"..\\{NAME}",
        f"\\\\host\\{NAME}",
        "a" * 5000 + f"/{NAME}",
    ],
)
def test_a_member_whose_name_leads_out_is_not_taken(folder, name):  # noqa: F811
    folder.put("alice.zip", zipped((name, RIGHT)))
    collected = folder.collect()
    assert folder.found() == [] and len(collected.unplaced) == 1
    assert not (folder.submissions.parent / NAME).exists()


def test_links_devices_and_encrypted_members_are_listed(folder):  # noqa: F811
    link = zipfile.ZipInfo(NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    folder.put("alice.zip", zipped((link, "/etc/passwd")))
    kinds = {"sym": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "dev": tarfile.CHRTYPE, "fifo": tarfile.FIFOTYPE}
    for name, kind in kinds.items():
        info = tarfile.TarInfo(NAME)
        info.type, info.linkname = kind, "/etc/passwd"
        folder.put(f"{name}.tar", tarred((info, b"")))
    data = bytearray(zipped((NAME, RIGHT)))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    folder.put("bob.zip", bytes(data))
    found = reasons(folder.collect())
    assert folder.found() == []
    assert "a link" in found[f"alice.zip: {NAME}"]
    assert "encrypted" in found[f"bob.zip: {NAME}"]
    assert sum("link, a device" in reason for reason in found.values()) == 4


def test_two_members_of_one_name_are_both_refused(folder):  # noqa: F811
    with pytest.warns(UserWarning, match="Duplicate name"):
        folder.put("alice.zip", zipped((NAME, RIGHT), (NAME, HALF)))
    folder.put("bob.zip", zipped((NAME, RIGHT), (NAME.upper().replace(".PY", ".py"), HALF)))
    found = reasons(folder.collect())
    assert folder.found() == []
    assert all("several" in reason for reason in found.values()) and found


def test_a_bomb_costs_neither_memory_nor_time(folder):  # noqa: F811
    folder.put("alice.zip", zipped((NAME, b"\0" * (200 << 20))))
    folder.put("bob.tar.gz", tarred((NAME, b"\0" * (200 << 20)), mode="w:gz"))
    tracemalloc.start()
    try:
        found = reasons(folder.collect())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert folder.found() == []
    assert "more than 1 MB" in found[f"alice.zip: {NAME}"]
    assert "unpacks to more" in found["bob.tar.gz"]
    assert peak < 30 << 20


def test_too_many_entries_and_a_giant_table_of_contents_are_refused():
    many = zipped(*((f"{n}.py", b"") for n in range(11)))
    with pytest.raises(ArchiveError, match="11 entries; at most 10"):
        read(many)
    with pytest.raises(ArchiveError, match="more than 10 entries"):
        read(tarred(*((f"{n}.py", b"") for n in range(11))), "a.tar")
    claims = bytearray(zipped(("a.py", b"")))
    at = claims.rindex(b"PK\x05\x06")
    claims[at + 12 : at + 16] = struct.pack("<L", 0x7FFFFFFF)
    with pytest.raises(ArchiveError, match="table of contents"):
        read(bytes(claims))


def test_members_that_overlap_are_counted_as_often_as_they_are_read():
    """Entries that point at one compressed member, as in a non-recursive bomb."""
    one = zipped(("0.py", b"\0" * (900 << 10)))
    at = one.index(b"PK\x01\x02")
    entry, end = one[at : one.rindex(b"PK\x05\x06")], one[one.rindex(b"PK\x05\x06") :]
    entries = b"".join(entry.replace(b"0.py", b"%d.py" % n) for n in range(5))
    tail = bytearray(end)
    struct.pack_into("<HHLL", tail, 8, 5, 5, len(entries), at)
    with pytest.raises(ArchiveError):
        read(one[:at] + entries + bytes(tail))


def test_names_that_a_mac_packed_are_read_as_they_were_meant():
    info = zipfile.ZipInfo("x.py")
    data = bytearray(zipped((info, b"1")))
    name = "ä.p".encode()
    for start in (data.index(b"x.py"), data.rindex(b"x.py")):
        data[start : start + 4] = name
    assert list(read(bytes(data))) == ["ä.p"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_the_bytes_are_reading_them_ends_in_members_or_an_archive_error(data):
    kind = data.draw(st.sampled_from(["a.zip", "a.tar", "a.tar.gz"]))
    good = {
        "a.zip": zipped((NAME, RIGHT)),
        "a.tar": tarred((NAME, RIGHT.encode())),
        "a.tar.gz": tarred((NAME, b"x"), mode="w:gz"),
    }
    mutable = bytearray(good[kind])
    for _ in range(data.draw(st.integers(0, 8))):
        mutable[data.draw(st.integers(0, len(mutable) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mutable)))
    try:
        read(bytes(mutable[:cut]) if data.draw(st.booleans()) else bytes(mutable), kind)
    except ArchiveError:
        pass


def test_a_tar_whose_headers_nest_without_end_is_refused():
    header = tarfile.TarInfo("././@PaxHeader")
    header.type = tarfile.XHDTYPE
    header.size = 0
    with pytest.raises(ArchiveError):
        read(header.tobuf() * 3000, "a.tar", Bounds(10, 4 << 20, 0))


def test_a_damaged_member_is_listed_and_the_others_are_taken(folder):  # noqa: F811
    data = bytearray(zipped((NAME, RIGHT), ("exercise03_batchnorm.py", HALF), compression=zipfile.ZIP_STORED))
    data[data.index(b"def doubling")] ^= 1
    folder.put("alice.zip", bytes(data))
    found = reasons(folder.collect())
    assert "damaged" in found[f"alice.zip: {NAME}"]
    assert [exercise for _, exercise, _ in folder.found()] == ["exercise03_batchnorm"]


# --- what people do to archives --------------------------------------------------------------------------------------


def test_a_renamed_archive_is_read_as_what_it_is():
    member = (NAME, RIGHT.encode())
    assert read(tarred(member), "work.zip") == read(tarred(member, mode="w:gz"), "work.zip") == dict([member])
    assert read(zipped(member), "work.tar.gz") == dict([member])


@pytest.mark.parametrize(("data", "words"), [(b"", "it is empty"), (b"hello", "no zip archive, or not a whole one")])
def test_what_is_no_archive_is_said_to_be_none(data, words):
    with pytest.raises(ArchiveError, match=words):
        read(data)


def test_backslashes_of_a_windows_program_part_folders_and_still_lead_nowhere(folder):  # noqa: F811
    def packed(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo("x")
        info.filename, info.create_system = name, 0
        return info

    folder.put("alice.zip", zipped((packed(f"exercises\\{NAME}"), RIGHT)))
    folder.put("bob.zip", zipped((packed(f"C:\\{NAME}"), RIGHT), (packed(f"..\\{NAME}"), RIGHT)))
    collected = folder.collect()
    assert folder.found() == [("alice", DOUBLING, RIGHT)]
    assert set(reasons(collected)) == {f"bob.zip: C:/{NAME}", f"bob.zip: ../{NAME}"}


def test_a_path_in_an_archive_is_named_as_it_is_there(folder):  # noqa: F811
    folder.put("alice.zip", zipped(("inner.zip", zipped((NAME, RIGHT))), ("notes.txt", "x"), (NAME, RIGHT)))
    assert reasons(folder.collect())["alice.zip: inner.zip"] == "archives in archives are not opened"


def test_a_manifest_that_alone_says_whose_it_is_is_pointed_out(folder):  # noqa: F811
    folder.put("mallory/work.zip", zipped((NAME, RIGHT), ("manifest.json", manifest("alice"))))
    folder.put("submission-bob-20260301-120000.zip", zipped((NAME, HALF), ("manifest.json", manifest("bob"))))
    remarks = folder.collect().remarks
    assert remarks == [f"alice {DOUBLING}: it came as mallory; whose it is, only its manifest says"]


def test_an_archive_with_nothing_in_it_is_listed(folder):  # noqa: F811
    folder.put("alice.zip", zipped())
    folder.put("bob.tar", tarred())
    folder.put("zeros.tar.gz", gzip.compress(b"\0" * 100_000))
    (folder.submissions / "cara").mkdir()
    names = {"alice.zip", "bob.tar", "zeros.tar.gz", "cara"}
    for _ in range(2):
        assert reasons(folder.collect()) == dict.fromkeys(names, "there is no file in it")
