"""The progress map: what is done, where the student is, what is open, and what waits for an earlier exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from grader.render.text import COLOURS, Line, Page, columns, pad

if TYPE_CHECKING:
    from grader.catalog import ExerciseInfo
    from grader.record import Standing

DONE: Final = "done"
HERE: Final = "<- here"
READY: Final = "ready"
LOCKED: Final = "locked"
BROKEN: Final = "BROKEN"
_COLOURS: Final = {DONE: "green", HERE: "yellow", BROKEN: COLOURS["BROKEN"]}


@dataclass(frozen=True)
class Place:
    """One exercise on the map; `open_needs` are the numbers of exercises before it that are not done."""

    info: ExerciseInfo
    standing: Standing
    state: str
    open_needs: tuple[int, ...]

    @property
    def passed(self) -> int:
        """How many of its functions passed when they were last graded."""
        return sum(self.standing.passed(function.name) for function in self.info.functions)

    @property
    def points(self) -> int:
        """The points of its functions when they were last graded."""
        return sum(self.standing.points.get(function.name, 0) for function in self.info.functions)


def places(infos: Sequence[ExerciseInfo], standings: Mapping[str, Standing], empty: Standing) -> tuple[Place, ...]:
    """Every exercise with its state; at most one is `here`: the one tried last, else the first that is open."""
    done = {info.number for info in infos if _is_done(info, standings.get(info.id, empty))}
    here = _here(infos, standings, done)
    found = []
    for info in infos:
        known = {other.number for other in infos}
        open_needs = tuple(number for number in info.needs if number in known and number not in done)
        state = DONE if info.number in done else HERE if info is here else LOCKED if open_needs else READY
        found.append(Place(info, standings.get(info.id, empty), BROKEN if info.problem else state, open_needs))
    return tuple(found)


def _is_done(info: ExerciseInfo, standing: Standing) -> bool:
    return bool(info.functions) and all(standing.passed(function.name) for function in info.functions)


def _here(infos: Sequence[ExerciseInfo], standings: Mapping[str, Standing], done: set[int]) -> ExerciseInfo | None:
    """The exercise to go on with: the one begun and tried last unless it is done, else the first whose needs are done."""
    unfinished = [info for info in infos if info.number not in done and not info.problem]
    tried = [info for info in unfinished if info.id in standings and standings[info.id].begun]
    if tried:
        return max(tried, key=lambda info: standings[info.id].latest)
    numbers = {info.number for info in infos}
    ready = [info for info in unfinished if not (set(info.needs) & numbers) - done]
    return next(iter(ready or unfinished), None)


def next_place(found: Sequence[Place]) -> Place | None:
    """The exercise to go on with, None if there is none left."""
    return next((place for place in found if place.state == HERE), None)


def map_screen(course: str, found: Sequence[Place], page: Page, now: datetime) -> list[Line]:
    """The whole map; it ends with the next command."""
    lines = [_head(course, found, page, now)]
    if not found:
        lines.append(Line("  This course has no exercises yet."))
    size = max((len(place.info.slug) for place in found), default=0)
    bar = max((len(place.info.functions) for place in found), default=0)
    for place in found:
        lines += [_sentence(place, page)] if page.plain else _row(place, page, size, bar)
    here = next_place(found)
    lines += [
        Line(f"  {place.info.id}: {page.cut(place.info.problem, page.width - 6 - len(place.info.id))}")
        for place in found
        if place.info.problem
    ]
    return [*lines, Line(f"Next: grade {here.info.short}" if here else "Next: grade quiz")]


def _head(course: str, found: Sequence[Place], page: Page, now: datetime) -> Line:
    done = sum(place.state == DONE for place in found)
    points, most = sum(place.points for place in found), sum(place.info.max_points for place in found)
    last = max((place.standing.last for place in found if place.standing.last is not None), default=None)
    parts = [f"{done} of {len(found)} exercises", f"{points}/{most} points"]
    if last is not None and (day := _day(datetime.fromtimestamp(last), now)):
        parts.append(f"last run {day}")
    return Line(page.cut(f"{course}    {'   '.join(parts)}"))


def _day(then: datetime, now: datetime) -> str:
    """A past day in words; empty for one that lies ahead, as after the clock was set back."""
    days = (now.date() - then.date()).days
    if days < 0:
        return ""
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago" if days < 60 else f"on {then.date()}"


def _row(place: Place, page: Page, size: int, bar: int) -> list[Line]:
    done, most = place.passed, len(place.info.functions)
    drawn = pad(f"[{'#' * done}{'.' * (most - done)}]", bar + 2)
    head = f"{place.info.number:>4} {pad(place.info.slug, size)} {drawn} {f'{done}/{most}':>5}  {place.state:<7}"
    text = head
    for part in _remarks(place):
        longer = f"{text}  {part}"
        text = longer if columns(longer) <= page.width else text
    return [
        Line(page.cut(text.rstrip()), place.state if place.state in _COLOURS else "", _COLOURS.get(place.state, ""))
    ]


def _sentence(place: Place, page: Page) -> Line:
    parts = [place.state.strip("<- "), f"{place.passed} of {len(place.info.functions)} functions", *_remarks(place)]
    return Line(page.cut(f"  {place.info.short} {place.info.slug}: {', '.join(parts)}"))


def _remarks(place: Place) -> list[str]:
    standing = place.standing
    remarks = []
    if place.open_needs:
        remarks.append(f"needs {', '.join(map(str, place.open_needs))}")
    if place.state != DONE and standing.begun:
        remarks.append(f"{standing.attempts} attempt{'s' * (standing.attempts != 1)}")
    if place.state != DONE and standing.hints:
        remarks.append(f"{standing.hints} hint{'s' * (standing.hints != 1)} read")
    return remarks
