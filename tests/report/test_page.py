import builtins
import html.parser
import re
from importlib.resources import files
from pathlib import Path

import pytest

from grader.classroom import ClassError
from grader.report.page import page
from grader.report.statistics import item_statistics
from tests.classroom.runs import CONDITIONS, EXERCISES, Class, Work, make_run, person
from tests.report.classes import large_class, report_of, small_class

FIRST = EXERCISES[0].id


class Reader(html.parser.HTMLParser):
    """The outline of a page: headings, tables after plots, ids and links, text of each section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.order: list[str] = []
        self.regions: list[dict[str, str | None]] = []
        self.pictures: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if own.get("id"):
            self.ids.append(str(own["id"]))
        if tag == "a":
            self.links.append(str(own["href"]))
        if own.get("role") == "region":
            self.regions.append(own)
        if tag == "svg":
            self.pictures.append(own)
        if tag in ("table", "svg"):
            self.order.append(tag if tag == "table" or own.get("role") == "img" else "bar")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("page") / "run", large_class(60))


def made(folder: Path, *, named: bool = True, shared: bool = False) -> str:
    report = report_of(folder, named=named)
    return page(report, item_statistics(report), shared=shared)


def test_the_page_loads_nothing_and_runs_nothing(folder: Path) -> None:
    text = made(folder)
    assert "<script" not in text and "javascript:" not in text and "@import" not in text and "url(" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    assert not re.findall(r'(?:src|href)="(?!#|data:,")', text)


def test_headings_links_and_ids_make_an_outline(folder: Path) -> None:
    reader = Reader(made(folder))
    assert reader.headings[0] == 1 and reader.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(reader.headings, reader.headings[1:]))
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[1:] for link in reader.links} <= set(reader.ids)


def test_every_picture_has_words_and_a_table_behind_it(folder: Path) -> None:
    reader = Reader(made(folder))
    for picture in reader.pictures:
        assert picture.get("aria-hidden") == "true" or set(str(picture["aria-labelledby"]).split()) <= set(reader.ids)
    plots = [i for i, tag in enumerate(reader.order) if tag == "svg"]
    assert len(plots) == 3
    for start, end in zip(plots, [*plots[1:], len(reader.order)]):
        assert "table" in reader.order[start:end]


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(folder: Path) -> None:
    reader = Reader(made(folder))
    assert reader.regions
    assert all(region.get("tabindex") == "0" and region.get("aria-label") for region in reader.regions)


def test_the_tables_behind_the_heat_map_hold_every_cell(folder: Path) -> None:
    report = report_of(folder)
    cells = re.findall(r"<details><summary>\d\d.*?</details>", made(folder), re.DOTALL)
    assert len(cells) == len(report.exercises)
    for text, exercise in zip(cells, report.exercises):
        whole = text.count(" colspan=")
        assert text.count("<tr><th scope=row>") == len(report.students)
        assert text.count("<td") == 2 * whole + (len(report.students) - whole) * (1 + len(exercise.functions))


def test_a_page_without_names_holds_pseudonyms_only(folder: Path) -> None:
    text = made(folder, named=False)
    assert "Student number" not in text and "example.org" not in text
    assert report_of(folder).students[0].pseudonym in text


def test_a_shared_page_has_no_student_and_no_small_number(tmp_path: Path) -> None:
    people = [person(f"s{i}", f"Name{i}") for i in range(35)]
    kinds = ["pass"] * 20 + ["fail:adds-two"] * 7 + ["fail:rare-slip"] * 3 + ["fail:off-by-one"] * 5
    work = [Work(f"s{i}", FIRST, {"double": kind, "double_backward": "pass"}) for i, kind in enumerate(kinds)]
    folder = make_run(tmp_path / "run", Class(people, work))
    text = made(folder, named=False, shared=True)
    assert not any(student.pseudonym in text for student in report_of(folder).students)
    assert "adds-two" in text and "rare-slip" not in text and "off-by-one" not in text, "12 - 7 = 5 are others"
    assert "rare-slip" in made(folder, named=False)
    assert "Heat map" not in text and "Who needs help" not in text
    counts = [int(cell) for cell in re.findall(r'<td class="n">(\d+)</td>', text)]
    assert counts and not any(0 < count < 5 for count in counts)


@pytest.mark.parametrize(("needing", "said"), [(1, "1 of them builds on"), (2, "2 of them build on")])
def test_what_builds_on_a_wrong_function_is_counted_in_words(tmp_path: Path, needing: int, said: str) -> None:
    work = [Work(f"s{i}", FIRST, {"double": "fail", "double_backward": "skip"}) for i in range(needing)]
    work += [Work("s2", FIRST, {"double": "fail", "double_backward": "fail"})]
    folder = make_run(tmp_path / "run", Class([person(f"s{i}") for i in range(3)], work))
    assert said in Reader(made(folder)).text


def test_an_unsafe_run_says_so_at_the_top(tmp_path: Path) -> None:
    from dataclasses import replace

    unsafe = replace(small_class(), conditions=replace(CONDITIONS, level="limited", unsafe=True))
    text = made(make_run(tmp_path / "run", unsafe))
    assert "Graded without confinement" in text.split("</header>")[0]
    assert "Graded without confinement" not in made(make_run(tmp_path / "other", small_class()))


def test_statistics_are_hidden_in_a_small_class(tmp_path: Path) -> None:
    text = made(make_run(tmp_path / "run", small_class()))
    assert "No function has 30 students with a verdict" in text
    assert "Facility and discrimination" not in text


def test_provenance_names_versions_commitment_and_level(folder: Path) -> None:
    text = made(folder)
    for word in (CONDITIONS.commitment, CONDITIONS.grader, CONDITIONS.numpy, CONDITIONS.environment, "jailed"):
        assert word in text


def test_the_page_of_a_class_without_hand_ins_can_be_made(tmp_path: Path) -> None:
    assert "2 students" in made(make_run(tmp_path / "run", Class((person("a"), person("b")), ())))


def test_the_page_of_nobody_and_of_nothing_graded_has_no_empty_sentence_and_no_empty_plot(tmp_path: Path) -> None:
    empty = made(make_run(tmp_path / "empty", Class()))
    assert "0 students" in empty and "Nobody." in empty and "The lowest marks" not in empty
    waiting = Class((person("a"),), [Work("a", FIRST, {}, failure="no worker")])
    text = made(make_run(tmp_path / "waiting", waiting))
    assert "Distribution of marks" not in text and 'href="#distribution"' not in text
    assert 'role="note">1 without a mark through our own failure. Run <code>' in text, "and no count of 0"


def test_without_jinja2_the_message_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **others: object) -> object:
        if name.split(".")[0] == "jinja2":
            raise ImportError(name)
        return real(name, *rest, **others)  # type: ignore[arg-type]

    report = report_of(folder)
    statistics = item_statistics(report)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ClassError, match="jinja2") as caught:
        page(report, statistics)
    assert "pip install" in caught.value.hint


# --- colours ---------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes() -> list[dict[str, str]]:
    style = (files("grader.report") / "templates" / "style.css.j2").read_text()
    blocks = [
        dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", block)) for block in re.findall(r":root\{(.*?)\}", style, re.DOTALL)
    ]
    return [{**blocks[0], **block} for block in blocks]


def test_words_can_be_read_in_light_dark_and_print() -> None:
    assert len(themes()) == 3
    for theme in themes():
        for ink, paper in (
            ("text", "bg"),
            ("text", "card"),
            ("soft", "card"),
            ("soft", "bg"),
            ("link", "card"),
            ("link", "bg"),
            ("warn", "warn-bg"),
        ):
            assert contrast(theme[ink], theme[paper]) >= 4.5, (ink, paper)


def test_what_matters_in_plots_stands_out_in_every_theme() -> None:
    for theme in themes():
        for mark in ("right", "wrong", "error"):
            assert contrast(theme[mark], theme["card"]) >= 3, mark
        for mark in ("wrong", "error"):
            assert contrast(theme[mark], theme["cell"]) >= 2, mark
