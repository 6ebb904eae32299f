from __future__ import annotations

import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.classroom.similar.export import export
from grader.classroom.similar.find import similar, sources_of, wrong_answers
from grader.classroom.similar.fingerprint import fingerprints
from grader.classroom.similar.page import page
from grader.classroom.similar.score import Work, pairs
from tests.classroom.classes import DOUBLING, RIGHT, grade, hand_in, make_course, own, run_command

WAYS = (
    "    {v} = {x} * {k}\n", "    {v} = np.multiply({x}, {k})\n", "    {v} = {x} + {x}\n    {v} = {v} + 0 * {k}\n",
    "    {v} = []\n    for i in range(len({x})):\n        {v}.append({x}[i] * {k})\n    {v} = np.array({v})\n",
    "    {v} = np.array([q * {k} for q in {x}])\n", "    {v} = np.where({x} > {k}, {x}, {x} / {k})\n",
    "    if {k} > 3:\n        {v} = {x}.copy()\n    else:\n        {v} = {x} - {k}\n", "    {v} = np.sum({x}[:, None], axis=1) ** {k}\n",
)  # fmt: skip
NAMES = ("out", "res", "y", "value", "tmp", "answer", "z", "r")


def function(name: str, rng: random.Random) -> str:
    """A function in one of very many ways: five steps, each written in one of eight."""
    variable, argument = rng.choice(NAMES), rng.choice(("x", "inp", "a"))
    steps = "".join(rng.choice(WAYS).format(v=variable, x=argument, k=rng.randint(1, 9)) for _ in range(5))
    return f"def {name}({argument}):\n{steps}    return {variable}\n"


def work(rng: random.Random, student: int) -> str:
    functions = [function(name, rng) for name in ("doubling_forward", "doubling_backward", "helper_one", "helper_two")]
    return f"import numpy as np\n# work of number {student}\n" + "\n\n".join(functions)


def renamed(text: str) -> str:
    """A copy as students make it: other names, other comments, another order of helpers."""
    for old, new in zip((*NAMES, "inp"), ("alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta", "iota")):
        text = re.sub(rf"\b{old}\b", new, text)
    return re.sub(r"#.*", "# all my own work", text)


@pytest.fixture
def class_with_copies(tmp_path):
    rng = random.Random(5)
    course = make_course(tmp_path / "course")
    texts = {f"s{n:03}": work(rng, n) for n in range(100)}
    planted = [(f"s{n:03}", f"s{n + 50:03}") for n in range(5)]
    for original, copy in planted:
        texts[copy] = renamed(texts[original])
    for student, text in texts.items():
        hand_in(tmp_path / "in", student, text)
    return course, tmp_path / "in", planted


def names_of(found, who) -> list[tuple[str, str]]:
    return [tuple(sorted((who[pair.left.student], who[pair.right.student]))) for pair in found.pairs]


def who_is(course, place: Path) -> dict[str, str]:
    from grader.classroom.identities import course_key, pseudonym
    from grader.state import state_folder

    key = course_key(state_folder(course.root))
    return {pseudonym(key, path.name): path.name for path in place.iterdir()}


def test_renamed_copies_come_first_among_work_that_only_looks_alike(class_with_copies):
    course, place, planted = class_with_copies
    (found,) = similar(course, place, sources_of(course, place, ()), 20, 2)
    assert found.compared == 100 and found.unread == 0
    assert set(names_of(found, who_is(course, place))[:5]) == set(planted)
    worst, next_best = found.pairs[4].rank, found.pairs[5].rank
    assert worst > 1.5 * next_best


def test_an_earlier_year_is_a_pool_of_its_own_and_is_not_compared_with_itself(class_with_copies, tmp_path):
    course, place, _ = class_with_copies
    texts = {path.parent.name: path.read_text(encoding="utf-8") for path in place.glob("*/*.py")}
    old = tmp_path / "old"
    for student in ("s000", "s050"):  # copies of each other, both of the earlier year now
        hand_in(old, f"old-{student}", texts[student])
        (place / student / f"{DOUBLING}.py").unlink()
    hand_in(place, "thief", renamed(texts["s010"]))
    hand_in(old, "old-s010", texts["s010"])
    (place / "s010" / f"{DOUBLING}.py").unlink()
    sources = sources_of(course, place, (old,))
    (found,) = similar(course, place, sources, 20, 2)
    who = {**who_is(course, place), **who_is(course, old)}
    names = names_of(found, who)
    assert ("old-s010", "thief") in names[:5]
    assert ("old-s000", "old-s050") not in names
    assert "earlier year" in page("course", [found])


def test_rare_comments_and_the_same_rare_wrong_answer_are_signals_of_their_own(tmp_path):
    course = make_course(tmp_path / "course")
    for number in range(30):
        hand_in(
            tmp_path / "in",
            f"s{number:02}",
            own(RIGHT.replace("x + x", "x * x") if number % 3 else RIGHT, f"s{number:02}"),
        )
    odd = RIGHT.replace("return x + x", "return x * 2.125 + 0.375")
    hand_in(tmp_path / "in", "t1", f"# grandmother's recipe\n{odd}")
    hand_in(tmp_path / "in", "t2", odd.replace("x * 2.125 + 0.375", "0.375 + 2.125 * x") + "# other\n")
    hand_in(tmp_path / "in", "t3", f"# grandmother's recipe\n{RIGHT}")
    grade(course, tmp_path / "in", tmp_path / "run")
    assert len({answers for answers in wrong_answers(tmp_path / "run").values()}) == 2
    (found,) = similar(course, tmp_path / "run", sources_of(course, tmp_path / "run", ()), 50, 2)
    who = who_is(course, tmp_path / "in")
    by_names = dict(zip(names_of(found, who), found.pairs))
    assert by_names["t1", "t2"].shared["answers"] > 0
    assert "words" in by_names["t1", "t3"].shared and "answers" not in by_names["t1", "t3"].shared
    assert all(who[pair.left.student][0] == "t" for pair in found.pairs if "answers" in pair.shared), (
        "a common mistake is no sign"
    )


def test_the_sheet_itself_makes_nobody_alike(tmp_path):
    course = make_course(tmp_path / "course")
    stub = course.exercises[0].stub.read_bytes()
    for student in ("alice", "bob"):
        hand_in(tmp_path / "in", student, stub + b"\n")
    (found,) = similar(course, tmp_path / "in", sources_of(course, tmp_path / "in", ()), 5, 1)
    assert found.pairs == ()


def test_what_many_share_weighs_nothing_and_pairs_are_never_all_looked_at():
    works = [Work(str(n), bytes([n % 256]), False, {"structure": frozenset({"common", n % 2500})}) for n in range(5000)]
    best = pairs(works, 10_000, {})
    assert len(best) == 2500 and all(pair.common["structure"] != ["common"] for pair in best)


@pytest.mark.parametrize(
    "text",
    [
        b"(" * 100_000,
        b"def f(:\n",
        b"\0",
        b"\xff\xfe",
        b"x = " + b"-" * 200_000 + b"1",
        b"def f():\n" + b" " * 10 + b"return " + b"[" * 5000,
        b"",
    ],
)
def test_hostile_text_is_unread_and_stops_nothing(tmp_path, text):
    course = make_course(tmp_path / "course")
    hand_in(tmp_path / "in", "mallory", text)
    for student in ("alice", "bob"):
        hand_in(tmp_path / "in", student, own(work(random.Random(1), 1), student))
    (found,) = similar(course, tmp_path / "in", sources_of(course, tmp_path / "in", ()), 5, 1)
    assert found.compared == 3
    assert (
        len(names_of(found, {name: name for pair in found.pairs for name in (pair.left.student, pair.right.student)}))
        >= 1
    )


class Reader(HTMLParser):
    """Reads a page as a browser does: the tags that there are and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def test_the_page_holds_texts_as_text_pseudonyms_and_what_it_does_not_prove(tmp_path):
    course = make_course(tmp_path / "course")
    evil = "# <script>alert('x')</script> <img src=x onerror=alert(1)> \x1b[31m \u202e\n" + work(random.Random(1), 1)
    for student in ("alicewonder", "bobwonder"):
        hand_in(tmp_path / "in", student, own(evil, student[:1]))
    run_command(course, tmp_path / "in", "--out", tmp_path / "page.html", name="similar")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert not reader.tags & {"script", "img", "iframe", "link"}
    assert "<script>alert('x')</script>" in reader.text, "it is shown, as text"
    assert "\x1b" not in text and "\u202e" not in text
    assert "wonder" not in text
    assert "worth a look" in text and "no verdict" in text and "default-src 'none'" in text


def test_the_page_marks_the_functions_that_two_share_and_no_others(tmp_path):
    """A copied function among many of one's own, most of whose structure everybody has."""
    course = make_course(tmp_path / "course")
    for number in range(30):
        hand_in(tmp_path / "in", f"s{number:02}", own(RIGHT, f"s{number:02}"))
    odd = "\n\ndef spread(x):\n    low = x.min() - 7\n    return [np.tanh(q - low) ** 3 for q in x if q > low]\n"
    for student, name in (("t1", "spread"), ("t2", "another_name")):
        hand_in(tmp_path / "in", student, own(RIGHT + odd.replace("spread", name), student))
    (found,) = similar(course, tmp_path / "in", sources_of(course, tmp_path / "in", ()), 1, 1)
    text = page("course", [found])
    assert "few others: another_name, spread (marked)." in text
    marked = re.findall(r"<b>\s*\d+ (.*?)</b>", text)
    assert len(marked) == 6 and {line.split("(")[0] for line in marked if line.startswith("def ")} == {
        "def spread",
        "def another_name",
    }


def test_one_work_is_said_in_the_singular(tmp_path):
    course = make_course(tmp_path / "course")
    hand_in(tmp_path / "in", "alice", RIGHT)
    found = list(similar(course, tmp_path / "in", sources_of(course, tmp_path / "in", ()), 5, 1))
    assert "1 work was compared." in page("course", found)


def test_folders_for_other_tools_are_written(class_with_copies, tmp_path):
    course, place, _ = class_with_copies
    assert export(course, sources_of(course, place, (place,)), tmp_path / "out") == 200
    folder = tmp_path / "out" / DOUBLING
    assert len(list((folder / "submissions").iterdir())) == len(list((folder / "previous").iterdir())) == 100
    assert (folder / "base" / f"{DOUBLING}.py").read_bytes() == course.exercises[0].stub.read_bytes()
    assert "compare50" in (tmp_path / "out/commands.txt").read_text(encoding="ascii")


def test_names_comments_and_docstrings_are_no_structure():
    one = b"def f(a):\n    '''Text.'''\n    b = a * 2  # twice\n    c = b + a.sum()\n    return c\n"
    two = b"def f(x):\n    y = x * 2\n    z = y + x.sum()\n    return z\n"
    three = b"def f(x):\n    y = x * 2\n    z = y + x.mean()\n    return z\n"
    (first,), (second,), (third,) = ([each[0][0][3]] for each in fingerprints([one, two, three]))
    assert first == second != third and first
