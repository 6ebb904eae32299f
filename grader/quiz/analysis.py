"""Item analysis of a run: what each question, each option and the whole paper tell, and how sure that is."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from . import item_statistics as stats
from .check import mark
from .formula import FormulaError
from .item import Gaps, Item, Judging, Matching, Ordering, Picking, Spot, Steps
from .responses import Response, Run
from .variants import plain_number, realise

ENOUGH = 30  # below this many answers a discrimination says next to nothing: its sign is wrong in 8 % of classes of 15
DEAD = 0.05  # a distractor that fewer choose does no work
TAIL = 0.27  # the top and bottom groups of an option table
FEW_ITEMS = 15
MIN_PER_VALUE = 5
DUBIOUS_EFFICIENCY = 0.15
GUESSES = 400


class OptionRow(NamedTuple):
    """One option: how many chose it, overall and in the best and worst quarter, and its correlation with the rest."""

    text: str
    right: bool
    chosen: int
    share: float
    top: int
    bottom: int
    item_rest: float | None
    dead: bool
    miskey: bool


class ItemRow(NamedTuple):
    """One question."""

    question: str
    type: str
    topic: str
    answers: int
    blank: int
    facility: float
    facility_low: float
    facility_high: float
    deviation: float
    guess: float
    discrimination: float | None
    discrimination_low: float | None
    discrimination_high: float | None
    efficiency: float | None
    median_seconds: float | None
    options: tuple[OptionRow, ...]
    by_value: tuple[tuple[str, int, float], ...]
    flags: tuple[str, ...]


class PaperRow(NamedTuple):
    """The paper as a whole; reliability is None where it is not defined."""

    students: int
    items: int
    mean: float
    median: float
    deviation: float
    skewness: float
    kurtosis: float
    alpha: float | None
    kr20: bool
    standard_error: float | None
    error_ratio: float | None
    caveats: tuple[str, ...]


class Analysis(NamedTuple):
    """Everything."""

    title: str
    paper: PaperRow
    items: tuple[ItemRow, ...]
    misconceptions: tuple[tuple[str, int, int], ...]  # tag, answers, students
    calibration: tuple[tuple[int, int, float], ...]  # certainty, answers, share right


def analyse(run: Run) -> Analysis:
    """The analysis of a run."""
    students: dict[str, list[Response]] = defaultdict(list)
    questions: dict[str, list[Response]] = defaultdict(list)
    for response in run.responses:
        students[response.student].append(response)
        questions[response.question].append(response)
    rest = _rest_shares(students)
    items = tuple(
        _item(name, run.records[name], answers, rest)
        for name, answers in sorted(questions.items())
        if name in run.records
    )
    return Analysis(
        run.title, _paper(run, students), items, _misconceptions(run.responses), _calibration(run.responses)
    )


def _rest_shares(students: Mapping[str, Sequence[Response]]) -> dict[tuple[str, int], float]:
    """For each response: the share of points that its student has on all other questions."""
    found = {}
    for student, responses in students.items():
        points = math.fsum(response.score * response.points for response in responses)
        most = math.fsum(response.points for response in responses)
        for response in responses:
            left = most - response.points
            if left > 0:
                found[student, response.place] = (points - response.score * response.points) / left
    return found


# --- one question ----------------------------------------------------------------------------------------------------


def _item(
    name: str, record: Mapping[str, Any], responses: Sequence[Response], rest: Mapping[tuple[str, int], float]
) -> ItemRow:
    scores = [response.score for response in responses]
    pairs = [(r.score, rest[r.student, r.place]) for r in responses if (r.student, r.place) in rest]
    r, low, high, efficiency = _discrimination(pairs)
    facility = stats.mean(scores)
    bounds = stats.share_interval(facility, len(scores))
    options = _options(record, responses, rest)
    seconds = [response.milliseconds / 1000 for response in responses if response.milliseconds is not None]
    guess = guess_score(record)
    return ItemRow(
        name, record["type"], record["topic"], len(responses), sum(r.state != "answered" for r in responses),
        facility, *bounds, stats.deviation(scores), guess, r, low, high, efficiency,
        stats.median(seconds) if seconds else None, options, _by_value(record, responses),
        tuple(_flags(facility, guess, r, efficiency, options, len(responses))),
    )  # fmt: skip


def _discrimination(
    pairs: Sequence[tuple[float, float]],
) -> tuple[float | None, float | None, float | None, float | None]:
    """Item-rest correlation with its interval, and the discriminative efficiency; None below the least number."""
    if len(pairs) < ENOUGH:
        return None, None, None, None
    item, others = [a for a, _ in pairs], [b for _, b in pairs]
    r = stats.correlation(item, others)
    if math.isnan(r):
        return None, None, None, None
    return r, *stats.correlation_interval(r, len(pairs)), stats.discriminative_efficiency(item, others)


def guess_score(record: Mapping[str, Any]) -> float:
    """The mean score of random guessing: exact for choices, by simulation for orders and pairs, 0 for typed answers."""
    try:
        return _guess(realise(record, 0))
    except FormulaError:
        return math.nan


def _guess(item: Item) -> float:
    match item.body:
        case Picking() as body:
            return _guess_picking(body)
        case Judging():
            return 0.5
        case Ordering(shown=shown):
            return _simulated(item, lambda rng: " ".join(str(n + 1) for n in rng.sample(range(len(shown)), len(shown))))
        case Matching(lefts=lefts, rights=rights):
            letters = "abcdefghijklmnopqrstuvwxyz"[: len(rights)]
            return _simulated(item, lambda rng: "".join(rng.choice(letters) for _ in lefts))
        case Gaps(gaps=gaps, credit=credit):
            chances = [_guess_picking(gap.body) if isinstance(gap.body, Picking) else 0.0 for gap in gaps]
            return stats.mean(chances) if credit == "each" else math.prod(chances)
        case Spot() as spot:
            line = len(spot.lines) / spot.line_count
            return (line + _guess_picking(spot.fix)) / 2 if spot.fix else line
        case Steps(steps=steps):
            return stats.mean([_guess_picking(s.body) if isinstance(s.body, Picking) else 0.0 for s in steps])
    return 0.0


def _guess_picking(body: Picking) -> float:
    letters = "abcdefghij"[: len(body.options)]
    sets: Iterable[Sequence[str]] = letters
    if body.several:
        sets = [c for size in range(1, len(letters) + 1) for c in itertools.combinations(letters, size)]
    return stats.mean([mark(body, " ".join(chosen)).score for chosen in sets])


def _simulated(item: Item, answer: Any) -> float:
    import random

    rng = random.Random(item.id)
    return stats.mean([mark(item.body, answer(rng)).score for _ in range(GUESSES)])


def _options(
    record: Mapping[str, Any], responses: Sequence[Response], rest: Mapping[tuple[str, int], float]
) -> tuple[OptionRow, ...]:
    if record["type"] == "truefalse":
        written = [("true", record["answer"]), ("false", not record["answer"])]
    elif record["type"] in ("single", "multi"):
        written = [(option["right"] or option["wrong"], option["right"] is not None) for option in record["options"]]
    else:
        return ()
    answered = [response for response in responses if response.state == "answered"]
    ranked = sorted(answered, key=lambda response: rest.get((response.student, response.place), 0.0))
    tail = max(1, round(TAIL * len(ranked))) if ranked else 0
    return tuple(
        _option(place, text, right, answered, ranked[-tail:] if tail else [], ranked[:tail], rest)
        for place, (text, right) in enumerate(written)
    )


def _option(
    place: int, text: str, right: bool, answered: Sequence[Response], top: Sequence[Response], bottom: Sequence[Response],
    rest: Mapping[tuple[str, int], float],
) -> OptionRow:  # fmt: skip
    count = sum(place in response.chosen for response in answered)
    share = count / len(answered) if answered else 0.0
    pairs = [
        (float(place in response.chosen), rest[response.student, response.place])
        for response in answered
        if (response.student, response.place) in rest
    ]
    r: float | None = None
    miskey = False
    if len(pairs) >= ENOUGH:
        value = stats.correlation([a for a, _ in pairs], [b for _, b in pairs])
        r = None if math.isnan(value) else value
        # Only a correlation whose whole interval is on the wrong side is worth the alarm.
        miskey = r is not None and not right and stats.correlation_interval(r, len(pairs))[0] > 0
    dead = not right and len(answered) >= ENOUGH and share < DEAD
    in_top = sum(place in response.chosen for response in top)
    in_bottom = sum(place in response.chosen for response in bottom)
    return OptionRow(text, right, count, share, in_top, in_bottom, r, dead, miskey)


def _by_value(record: Mapping[str, Any], responses: Sequence[Response]) -> tuple[tuple[str, int, float], ...]:
    """For questions with parameters: the facility for each value of each parameter that came up often enough."""
    groups: dict[str, list[float]] = defaultdict(list)
    for response in responses:
        for name in record["params"]:
            if name in response.values:
                groups[f"{name}={plain_number(response.values[name])}"].append(response.score)
    return tuple(
        (label, len(scores), stats.mean(scores))
        for label, scores in sorted(groups.items())
        if len(scores) >= MIN_PER_VALUE
    )


def _flags(
    facility: float, guess: float, r: float | None, efficiency: float | None, options: Sequence[OptionRow], count: int
) -> Iterable[str]:
    if count >= ENOUGH and facility >= 0.95:
        yield "nearly everybody is right"
    if count >= ENOUGH and facility <= guess:
        yield "no better than guessing"
    if r is not None and r < 0:
        yield "the better students do worse"
    elif efficiency is not None and efficiency < DUBIOUS_EFFICIENCY:
        yield f"discriminative efficiency below {DUBIOUS_EFFICIENCY:.0%}"
    for option in options:
        if option.miskey:
            yield f"possible miskey: the better students choose `{option.text[:40]}`"
    dead = sum(option.dead for option in options)
    if dead:
        yield f"{dead} dead {'distractor' if dead == 1 else 'distractors'}"


# --- the paper -------------------------------------------------------------------------------------------------------


def _paper(run: Run, students: Mapping[str, Sequence[Response]]) -> PaperRow:
    shares = []
    for responses in students.values():
        most = math.fsum(response.points for response in responses)
        shares.append(math.fsum(r.score * r.points for r in responses) / most if most else 0.0)
    matrix, same = _matrix(students)
    caveats = []
    reliability: float | None = None
    if not run.papers:
        caveats.append("Totals and reliability are not given: in self-quizzes everybody answers other questions.")
    elif matrix:
        value = stats.alpha(matrix)
        reliability = None if math.isnan(value) else value
        if not same:
            caveats.append(
                "Papers differ: alpha treats the n-th question of each paper as one item and is a lower guess."
            )
        if len(matrix[0]) < FEW_ITEMS:
            caveats.append(
                f"With {len(matrix[0])} items alpha is low however good they are; 15 and more tell something."
            )
        if len(matrix) < ENOUGH:
            caveats.append(f"With {len(matrix)} students alpha may be off by 0.1 and more.")
    spread = stats.deviation(shares)
    error = spread * math.sqrt(max(0.0, 1 - reliability)) if reliability is not None else None
    kr20 = bool(matrix) and all(score in (0.0, 1.0) for row in matrix for score in row)
    items = len(matrix[0]) if matrix else len({response.question for response in run.responses})
    return PaperRow(
        len(students), items, stats.mean(shares), stats.median(shares), spread, stats.skewness(shares),
        stats.kurtosis(shares), reliability, kr20, error, error / spread if error is not None and spread > 0 else None,
        tuple(caveats),
    )  # fmt: skip


def _matrix(students: Mapping[str, Sequence[Response]]) -> tuple[list[list[float]], bool]:
    """Scores of students by place on the paper, if all papers are equally long; whether all have the same questions."""
    ordered = [sorted(responses, key=lambda response: response.place) for responses in students.values()]
    if not ordered or len({len(responses) for responses in ordered}) != 1:
        return [], False
    same = len({tuple(response.question for response in responses) for responses in ordered}) == 1
    return [[response.score * response.points for response in responses] for responses in ordered], same


def _misconceptions(responses: Iterable[Response]) -> tuple[tuple[str, int, int], ...]:
    counts: Counter[str] = Counter()
    who: dict[str, set[str]] = defaultdict(set)
    for response in responses:
        for tag in response.misconceptions:
            counts[tag] += 1
            who[tag].add(response.student)
    return tuple((tag, count, len(who[tag])) for tag, count in counts.most_common())


def _calibration(responses: Iterable[Response]) -> tuple[tuple[int, int, float], ...]:
    levels: dict[int, list[bool]] = defaultdict(list)
    for response in responses:
        if response.certainty is not None and response.state == "answered":
            levels[response.certainty].append(response.score >= 1 - 1e-9)
    return tuple((level, len(right), sum(right) / len(right)) for level, right in sorted(levels.items()))


# --- output ----------------------------------------------------------------------------------------------------------


def to_json(analysis: Analysis) -> str:
    """The analysis as JSON; numbers that are not defined are null."""
    document = {
        "schema": 1, "title": analysis.title, "paper": analysis.paper._asdict(),
        "items": [{**item._asdict(), "options": [option._asdict() for option in item.options]} for item in analysis.items],
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
    import csv
    import io

    columns = [name for name in ItemRow._fields if name not in ("options", "by_value", "flags")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, "flags"])
    for item in analysis.items:
        cells = [getattr(item, name) for name in columns]
        writer.writerow([*("" if _missing(cell) else f"{cell:.6g}" if isinstance(cell, float) else cell for cell in cells),
                         "; ".join(item.flags)])  # fmt: skip
    return out.getvalue()


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def to_lines(analysis: Analysis) -> list[str]:
    """The analysis as plain text, for the terminal and as Markdown alike."""
    lines = [f"# {analysis.title}", "", *_paper_lines(analysis.paper), "", "## Questions", ""]
    lines += ["| question | n | blank | facility (95 %) | guess | discrimination (95 %) | efficiency | notes |",
              "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for item in analysis.items:
        lines.append(
            f"| {item.question} | {item.answers} | {item.blank} | {item.facility:.0%} ({item.facility_low:.0%} to"
            f" {item.facility_high:.0%}) | {_percent(item.guess)} | {_discrimination_text(item)} |"
            f" {_percent(item.efficiency)} | {'; '.join(item.flags)} |"
        )
    for item in analysis.items:
        lines += _option_lines(item)
    return lines + _closing_lines(analysis)


def _percent(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.0%}"


def _discrimination_text(item: ItemRow) -> str:
    if item.discrimination is None:
        return f"hidden below {ENOUGH}" if item.answers < ENOUGH else "no spread"
    return f"{item.discrimination:.2f} ({item.discrimination_low:.2f} to {item.discrimination_high:.2f})"


def _paper_lines(paper: PaperRow) -> list[str]:
    lines = [
        f"{paper.students} students, {paper.items} items. Mean {paper.mean:.1%}, median {paper.median:.1%},"
        f" standard deviation {_percent(paper.deviation)}, skewness {_number(paper.skewness)},"
        f" kurtosis {_number(paper.kurtosis)}."
    ]
    if paper.alpha is not None:
        name = "KR-20" if paper.kr20 else "Cronbach's alpha"
        lines.append(f"{name} {paper.alpha:.2f}, standard error {_percent(paper.standard_error)}, error ratio"
                     f" {_percent(paper.error_ratio)}. Moodle's guide: mean 50 to 75 %, deviation 12 to 18 %, alpha"
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
                f"| {key}{text} | {option.chosen} ({option.share:.0%}) | {option.top} | {option.bottom} | {r} | {note} |"
            )
    if item.by_value:
        shown = ", ".join(f"{label}: {facility:.0%} of {count}" for label, count, facility in item.by_value)
        lines += ["", f"{item.question} by parameter: {shown}"]
    return lines


def _closing_lines(analysis: Analysis) -> list[str]:
    lines: list[str] = []
    if analysis.misconceptions:
        lines += ["", "## Misconceptions", "", "| id | answers | students |", "|---|---|---|"]
        lines += [f"| {tag} | {answers} | {students} |" for tag, answers, students in analysis.misconceptions]
    if analysis.calibration:
        names = {1: "guess", 2: "rather sure", 3: "sure"}
        lines += ["", "## Certainty", "", "| said | answers | right |", "|---|---|---|"]
        lines += [f"| {names[level]} | {count} | {share:.0%} |" for level, count, share in analysis.calibration]
    return lines
