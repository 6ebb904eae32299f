"""An analysis as JSON, as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

from .rows import ENOUGH, Analysis, ItemRow, PaperRow


def to_json(analysis: Analysis) -> str:
    """The analysis as JSON; numbers that are not defined are null."""
    document = {
        "schema": 1, "title": analysis.title, "paper": analysis.paper._asdict(),
        "items": [
            {**item._asdict(), "options": [option._asdict() for option in item.options]} for item in analysis.items
        ],
        "misconceptions": [{"id": tag, "answers": n, "students": k} for tag, n, k in analysis.misconceptions],
        "calibration": [{"certainty": level, "answers": n, "right": share} for level, n, share in analysis.calibration],
    }  # fmt: skip
    return json.dumps(_finite(document), ensure_ascii=False, indent=1)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(child) for child in value]
    return value


def to_csv(analysis: Analysis) -> str:
    """One line for each question."""
    columns = [name for name in ItemRow._fields if name not in ("options", "by_value", "flags")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, "flags"])
    for item in analysis.items:
        cells = [getattr(item, name) for name in columns]
        shown = ["" if _missing(cell) else f"{cell:.6g}" if isinstance(cell, float) else cell for cell in cells]
        writer.writerow([*shown, "; ".join(item.flags)])
    return out.getvalue()


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def to_markdown(analysis: Analysis) -> list[str]:
    """The analysis as Markdown."""
    lines = [f"# {analysis.title}", "", *paper_lines(analysis.paper), "", "## Questions", ""]
    lines += ["| question | n | blank | facility (95 %) | guess | discrimination (95 %) | efficiency | notes |",
              "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for item in analysis.items:
        lines.append(
            f"| {item.question} | {item.answers} | {item.blank} | {item.facility:.0%} ({item.facility_low:.0%} to"
            f" {item.facility_high:.0%}) | {percent(item.guess)} | {_discrimination_text(item)} |"
            f" {percent(item.efficiency)} | {'; '.join(item.flags)} |"
        )
    for item in analysis.items:
        lines += _option_lines(item)
    return lines + closing_lines(analysis)


def percent(value: float | None) -> str:
    """`12%`, or a dash where there is no number."""
    return "-" if value is None or math.isnan(value) else f"{value:.0%}"


def _discrimination_text(item: ItemRow) -> str:
    if item.discrimination is None:
        return f"hidden below {ENOUGH}" if item.answers < ENOUGH else "no spread"
    return f"{item.discrimination:.2f} ({item.discrimination_low:.2f} to {item.discrimination_high:.2f})"


def paper_lines(paper: PaperRow) -> list[str]:
    """Totals, reliability, and what limits them."""
    lines = [
        f"{paper.students} students, {paper.items} items. Mean {paper.mean:.1%}, median {paper.median:.1%},"
        f" standard deviation {percent(paper.deviation)}, skewness {_number(paper.skewness)},"
        f" kurtosis {_number(paper.kurtosis)}."
    ]
    if paper.alpha is not None:
        name = "KR-20" if paper.kr20 else "Cronbach's alpha"
        lines.append(f"{name} {paper.alpha:.2f}, standard error {percent(paper.standard_error)}, error ratio"
                     f" {percent(paper.error_ratio)}. Moodle's guide: mean 50 to 75 %, deviation 12 to 18 %, alpha"
                     " above 0.75 good, below 0.64 unsatisfactory.")  # fmt: skip
    return [*lines, *(f"Note: {caveat}" for caveat in paper.caveats)]


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _option_lines(item: ItemRow) -> list[str]:
    lines: list[str] = []
    if item.options:
        lines += ["", f"### {item.question}", "", "| option | chosen | top 27 % | bottom 27 % | r with the rest | |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        for option in item.options:
            note = "possible miskey" if option.miskey else "dead" if option.dead else ""
            r = "-" if option.item_rest is None else f"{option.item_rest:.2f}"
            text = option.text.replace("|", "\\|").replace("\n", " ")
            key = "right: " if option.right else ""
            lines.append(
                f"| {key}{text} | {option.chosen} ({option.share:.0%}) | {option.top} | {option.bottom} | {r} |"
                f" {note} |"
            )
    if item.by_value:
        shown = ", ".join(f"{label}: {facility:.0%} of {count}" for label, count, facility in item.by_value)
        lines += ["", f"{item.question} by parameter: {shown}"]
    return lines


def closing_lines(analysis: Analysis) -> list[str]:
    """Misconceptions and certainty, where there are any."""
    lines: list[str] = []
    if analysis.misconceptions:
        lines += ["", "## Misconceptions", "", "| id | answers | students |", "|---|---|---|"]
        lines += [f"| {tag} | {answers} | {students} |" for tag, answers, students in analysis.misconceptions]
    if analysis.calibration:
        names = {1: "guess", 2: "rather sure", 3: "sure"}
        lines += ["", "## Certainty", "", "| said | answers | right |", "|---|---|---|"]
        lines += [f"| {names[level]} | {count} | {share:.0%} |" for level, count, share in analysis.calibration]
    return lines
