"""One question being answered: its parts are read one by one, hints given, and what is no answer asked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..item import Body, Gaps, Item, Picking, Spot, Step, Steps
from ..screen import Screen, asked_for, body_lines, reason_lines, say, shown_answer, verdict_word
from .session import Session
from .terminal import Left
from .typed import HELP, Command, command_of

if TYPE_CHECKING:
    from ..check import Answer, Marked


class Asking:
    """Reads the answer to one item.

    `keep` saves the session whenever a part was answered or a hint given; `sheet` is the exercise to read for help.
    """

    def __init__(
        self, screen: Screen, item: Item, session: Session, read: Callable[[str], str],
        keep: Callable[[Session], None], sheet: str = "",
    ) -> None:  # fmt: skip
        self.screen = screen
        self.item = item
        self.session = session
        self.read = read
        self.keep = keep
        self.sheet = sheet

    def answer(self) -> Answer:
        """The answer as typed; raises Left, or Command for skip and undo."""
        match self.item.body:
            case Gaps(gaps=gaps):
                return self._parts([(f"[{gap.name}]", gap.body) for gap in gaps])
            case Spot(fix=fix) as spot:
                parts: list[tuple[str, Body]] = [("line", spot._replace(fix=None))]
                return self._parts([*parts, ("repair", fix)] if fix else parts)
            case Steps(steps=steps):
                return self._steps(steps)
        return self._one("answer", self.item.body)

    def certainty(self) -> int:
        """How sure the student says they are, 1 to 3."""
        while True:
            text = self.read("how sure (1 guess, 2 rather sure, 3 sure): ").strip().lower()
            if text in ("q", "quit"):
                raise Left("You left.")
            if text in ("1", "2", "3"):
                return int(text)
            if text:
                say(["  Type 1, 2 or 3."])

    def _parts(self, parts: Sequence[tuple[str, Body]]) -> tuple[Answer, ...]:
        for name, body in parts[len(self.session.parts) :]:
            if isinstance(body, Picking):
                title = "Which repair is right?" if name == "repair" else name
                say([*([title] if len(parts) > 1 else []), *body_lines(self.screen, body)[1:]])
            self._took(self._one(name, body))
        return self._all_parts()

    def _steps(self, steps: Sequence[Step]) -> tuple[Answer, ...]:
        for number, step in enumerate(steps, 1):
            prompt = self.screen.prose(f"Step {number} of {len(steps)}. {step.prompt}", "  ", "")
            say([*([""] if number > 1 else []), *prompt, *body_lines(self.screen, step.body), ""])
            if number <= len(self.session.parts):
                say([f"  (answered; right is: {shown_answer(step.body)})"])
                continue
            answer: Answer
            if isinstance(step.body, Gaps):
                answer = tuple(self._one(f"[{gap.name}]", gap.body) for gap in step.body.gaps)
            else:
                answer = self._one("answer", step.body)
            self._took(answer)
            self._show_step(step, marked_answer(step.body, answer))
        return self._all_parts()

    def _took(self, part: Answer) -> None:
        self.session.parts.append(part)
        self.keep(self.session)

    def _all_parts(self) -> tuple[Answer, ...]:
        return tuple(_as_answer(part) for part in self.session.parts)

    def _show_step(self, step: Step, marked: Marked) -> None:
        word = verdict_word(marked.score)
        lines = [f"  {self.screen.paint(word, word.split()[0])}", *reason_lines(self.screen, step.body, marked)]
        say([*lines, *(self.screen.formula(step.formula) if step.formula else [])])

    def _one(self, name: str, body: Body) -> str:
        """Read until the text is an answer of this kind; commands and hints are dealt with on the way."""
        while True:
            text = self.read(f"{name} ({asked_for(body)}): ").strip()
            match command_of(text, body):
                case "hint":
                    self._hint()
                case "help":
                    say(self.screen.wrapped("  " + line for line in HELP))
                case "quit":
                    raise Left("You left.")
                case str(command):
                    raise Command(command)
                case None if text:
                    refusal = _refusal(body, text)
                    if not refusal:
                        return text
                    say(self.screen.wrapped([f"  {refusal}"]))

    def _hint(self) -> None:
        hints, session = self.item.hints, self.session
        if session.hints >= len(hints):
            first = "That was the last hint." if hints else "This question has no hints."
            help_ = f" Its formulas: grade show {self.sheet}, in another terminal." if self.sheet else ""
            say(self.screen.wrapped([f"  {first}{help_} `skip` leaves it for later."]))
            return
        text = hints[session.hints]
        session.hints += 1
        self.keep(session)
        say(self.screen.prose(f"Hint {session.hints} of {len(hints)}: {text}", "    ", "  "))


def marked_answer(body: Body, answer: Answer) -> Marked:
    """The marked answer; what marking needs is imported only now, so that the first question shows sooner."""
    from ..check import mark

    return mark(body, answer)


def _refusal(body: Body, text: str) -> str:
    """Why a typed text is no answer of this kind, or nothing."""
    from ..check import NotAnAnswer, mark

    try:
        mark(body, (text,) if isinstance(body, Spot) else text)
    except NotAnAnswer as error:
        return str(error)
    return ""


def _as_answer(part: object) -> Answer:
    """A part that was kept as JSON, with lists made tuples again."""
    return tuple(_as_answer(piece) for piece in part) if isinstance(part, (list, tuple)) else str(part)
