import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.report import items_plot, plots, svg
from grader.report.findings import by_failure, glance
from grader.report.lines import ItemLine
from grader.report.model import ClassReport
from grader.report.statistics import Item, item_statistics
from tests.classroom.runs import EXERCISES, Class, Work, make_run, person
from tests.report.classes import large_class, nasty_names, report_of, storable

LETTER = 6.2  # pixels of an average letter at the size of labels


def lines_of(report: ClassReport, items: Sequence[Item]) -> list[ItemLine]:
    return [ItemLine(report.columns[item.column].name, "an exercise", str(item.n), item) for item in items]


def inside(picture: str) -> ET.Element:
    """The parsed picture, after checking that everything it draws lies within it."""
    root = ET.fromstring(picture)
    left, top, width, height = map(float, root.get("viewBox", "").split())
    for element in root.iter():
        for x, y in corners(element):
            assert left - 0.01 <= x <= left + width + 0.01, ET.tostring(element)
            assert top - 0.01 <= y <= top + height + 0.01, ET.tostring(element)
    return root


def corners(element: ET.Element) -> list[tuple[float, float]]:
    def value(name: str) -> float:
        return float(element.get(name, "0"))

    if element.tag == "rect":
        assert value("width") >= 0 and value("height") >= 0
        return [(value("x"), value("y")), (value("x") + value("width"), value("y") + value("height"))]
    if element.tag == "circle":
        return [(value("cx"), value("cy"))]
    if element.tag == "text" and not element.get("transform"):
        size = len(element.text or "") * LETTER
        shift = {"start": 0.0, "middle": size / 2, "end": size}[element.get("text-anchor", "start")]
        return [(value("x") - shift, value("y")), (value("x") - shift + size, value("y"))]
    if element.tag == "path" and "c" not in element.get("class", "").split():
        return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", element.get("d", ""))]
    return []


@pytest.mark.parametrize(
    "shares", [[0.0, 1.0], [0.5] * 40, [1.3, 0.2], [-0.25, 0.5], [0.999999999999, 1.0], [0.1 * i for i in range(11)]]
)
def test_every_student_is_in_one_bin_of_the_histogram(shares: list[float]) -> None:
    made = plots.bins(shares)
    assert sum(each.students for each in made) == len(shares)
    assert made[0].low <= min(0.0, *shares) + 1e-9 and made[-1].high >= max(1.0, *shares) - 1e-9
    for each in made:
        assert sum(each.low - 1e-8 <= share < each.high + 1e-8 for share in shares) >= each.students


def test_the_histogram_lies_in_its_picture(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(80)))
    made = plots.bins([s.share or 0.0 for s in report.students])
    root = inside(plots.histogram(made, [each.students for each in made], glance(report)))
    bars = [e for e in root.iter("rect")]
    assert len(bars) == sum(each.students > 0 for each in made)
    tallest = max(bars, key=lambda bar: float(bar.get("height", "0")))
    assert f" {max(each.students for each in made)} students" in "".join(tallest.itertext())


def test_a_hidden_bin_has_no_bar(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(20)))
    made = plots.bins([0.05, 0.55, 0.56])
    root = inside(plots.histogram(made, [None if each.students else 0 for each in made], glance(report)))
    assert not list(root.iter("rect"))
    assert [e.text for e in root.iter("text")].count("hidden") == 2


def test_the_worst_item_is_inside_the_axes_however_bad_it_is(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(40)))
    items = [
        Item(0, 40, 0.02, -0.97, -0.99, -0.9, -1.0),
        Item(1, 40, 1.0, 0.99, 0.98, 1.0, 1.0),
        Item(2, 40, 0.5, None, None, None, None),
    ]
    root = inside(items_plot.scatter(lines_of(report, items)))
    dots = list(root.iter("circle"))
    assert len(dots) == 2
    grid = [corners(e) for e in root.iter("path") if e.get("class") == "grid"]
    low, high = min(y for line in grid for _, y in line), max(y for line in grid for _, y in line)
    left, right = min(x for line in grid for x, _ in line), max(x for line in grid for x, _ in line)
    for dot in dots:
        assert low <= float(dot.get("cy", "nan")) <= high
        assert left <= float(dot.get("cx", "nan")) <= right


def test_no_two_names_of_items_overlap(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(40)))
    items = [Item(i % 3, 40, 0.9 + i / 1000, -0.01 * i, -0.2, 0.2, 0.1) for i in range(30)]
    root = inside(items_plot.scatter(lines_of(report, items)))
    names = [e for e in root.iter("text") if e.get("class") == "t s"]
    assert 2 <= len(names) <= 6
    places = [(float(e.get("x", "0")), float(e.get("y", "0")), len(e.text or "") * LETTER) for e in names]
    for i, (x, y, size) in enumerate(places):
        assert not any(x < x2 + s2 and x2 < x + size and abs(y - y2) < 12 for x2, y2, s2 in places[:i])


@pytest.mark.parametrize("students", [1, 7, 40, 150])
def test_the_heat_map_has_a_cell_for_every_student_and_function(tmp_path: Path, students: int) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(students)))
    root = inside(plots.heat_map(report, report.students))
    place = plots.layout(report, report.students, True)
    area = 0.0
    for path in root.iter("path"):
        for x, y, length in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d", "")):
            assert place.left - 0.01 <= float(x) and float(x) + float(length) <= 1120
            assert 0 <= float(y) <= place.row * students
            area += float(length)
    assert area == pytest.approx(students * len(report.columns) * place.cell, rel=0.01)


def test_names_of_any_script_stay_in_the_heat_map(tmp_path: Path) -> None:
    people = [person(f"s{i}", storable(name)) for i, name in enumerate(nasty_names(95)[60:95])]
    report = report_of(
        make_run(tmp_path / "run", Class(people, [Work(p.student, EXERCISES[0].id, {}) for p in people]))
    )
    assert len(
        [e for e in inside(plots.heat_map(report, report.students)).iter("text") if e.get("text-anchor") == "end"]
    ) == len(people)


def test_a_bar_is_as_long_as_its_shares(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(50)))
    for weak in by_failure(report):
        widths = [float(e.get("width", "0")) for e in ET.fromstring(plots.bar(weak)).iter("rect")]
        assert sum(widths) == pytest.approx(160, abs=0.1)


def test_ticks_cover_the_data_with_round_steps() -> None:
    assert svg.ticks(0, 47, 5, whole=True) == [0, 10, 20, 30, 40, 50]
    assert svg.ticks(0, 1, 5, whole=True) == [0, 1]
    for low, high in ((-0.42, 0.61), (0.0, 0.5), (-0.97, 0.99), (0.0, 1e-6)):
        made = svg.ticks(low, high, 7)
        assert made[0] <= low and made[-1] >= high and len(made) <= 10


def test_real_items_lie_in_the_plot(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(90)))
    items = item_statistics(report).items
    assert len(list(inside(items_plot.scatter(lines_of(report, items))).iter("circle"))) == len(report.columns)
