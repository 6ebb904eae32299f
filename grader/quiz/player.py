"""The self-quiz: asks, saves each answer before its verdict shows, and can be left and taken up at any moment."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .formula import FormulaError
from .index import Entry, Index
from .item import Body, Expression, Gaps, Item, Number, Picking, Sizes, Spot, Step, Steps, Words
from .schedule import DAY, MASTERED, Review, Wish, mastery, queue, rate
from .screen import (
    Screen,
    asked_for,
    body_lines,
    days_text,
    next_lines,
    question_lines,
    reason_lines,
    say,
    shown_answer,
    verdict_lines,
    verdict_word,
)
from .store import Event, Store, answer_text
from .variants import realise, seed_of

if TYPE_CHECKING:
    from .check import Answer, Marked

SESSION = "session"
RESUME_SECONDS = 3 * DAY  # a session left longer ago is not taken up again: its choice of questions is stale
CERTAINTY_POINTS = {1: (1, 0), 2: (2, -2), 3: (3, -6)}  # right, wrong; honest from 67 % and 80 % on (Gardner-Medwin)


class Left(Exception):
    """The student leaves: quit, end of input, or Ctrl-C."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class _Command(Exception):
    """A typed command instead of an answer."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Session:
    """A session as it is saved: which questions, how far, and what was typed of the current one."""

    def __init__(
        self, id: str, wish: str, ids: list[str], done: int = 0, seed: str | None = None, hints: int = 0,
        parts: list[Answer] | None = None, at: float = 0.0,
    ) -> None:  # fmt: skip
        self.id = id
        self.wish = wish
        self.ids = ids
        self.done = done
        self.seed = seed
        self.hints = hints
        self.parts = parts or []
        self.at = at

    def dump(self) -> str:
        """The session as JSON."""
        return json.dumps(self.__dict__, ensure_ascii=False)

    @classmethod
    def load(cls, text: str | None) -> Session | None:
        """The session of a JSON text, None where there is none or it cannot be read."""
        try:
            return cls(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None


class Settings(NamedTuple):
    """How a session runs."""

    wish: Wish
    size: int
    seed: str | None = None
    certainty: bool = False
    restart: bool = False
    exam: float | None = None


class Player:
    """One run of the quiz in a terminal."""

    def __init__(
        self, index: Index, store: Store, screen: Screen, settings: Settings, read: Callable[[str], str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.index = index
        self.store = store
        self.screen = screen
        self.settings = settings
        self.read = read or read_line
        self.clock = clock
        self.review = Review(settings.exam)
        self.results: list[tuple[str, float, int | None]] = []

    # --- the session -------------------------------------------------------------------------------------------------

    def run(self) -> bool:
        """Ask until the session ends or is left; True if it came to its end."""
        self._prepare()
        session = self._begin()
        if session is None:
            return True
        try:
            while session.done < len(session.ids):
                self._one(session)
        except Left as left:
            self._keep(session)
            say(["", f"{left.reason} {self._saved(session)}"])
            self._summary()
            raise
        self.store.set_state(SESSION, "")
        self._summary()
        return True

    def _prepare(self) -> None:
        for notice in self.store.notices:
            say([notice])
        breaking = {entry.id: entry.breaking for entry in self.index.entries.values() if entry.breaking}
        if self.store.state("rebuild"):
            self.store.rebuild(breaking, self.review)
            self.store.set_state("rebuild", "")
        self.store.drop_broken(breaking, self.review)

    def _saved(self, session: Session) -> str:
        left = len(session.ids) - session.done
        return f"Every answer is saved; {left} of {len(session.ids)} are left. `grade quiz` takes the session up again."

    def _begin(self) -> Session | None:
        found = Session.load(self.store.state(SESSION))
        wish = self._wish_key()
        if found and not self.settings.restart and found.done < len(found.ids):
            fresh = self.clock() - found.at < RESUME_SECONDS and all(name in self.index.entries for name in found.ids)
            if fresh and (found.wish == wish or not self._asks_for_something()):
                say(
                    [
                        f"Taking up the session you left: {found.done} of {len(found.ids)} done. (--restart begins a new one.)"
                    ]
                )
                return found
        entries = self.index.entries
        ids = queue(
            entries, self.index.topics, self.store.cards(), self.store.asked_since(self._midnight()), self.clock(),
            self.settings.wish,
        )  # fmt: skip
        if not ids:
            say(self._nothing())
            return None
        chosen = ids[: self.settings.size]
        session = Session(os.urandom(6).hex(), wish, chosen, seed=self.settings.seed)
        say(self._opening(chosen))
        self._keep(session)
        return session

    def _asks_for_something(self) -> bool:
        wish = self.settings.wish
        return bool(wish.topics or wish.only_due or wish.only_new or self.settings.seed)

    def _wish_key(self) -> str:
        wish = self.settings.wish
        return json.dumps([sorted(wish.topics), wish.only_due, wish.only_new, self.settings.seed])

    def _midnight(self) -> float:
        now = time.localtime(self.clock())
        return time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))

    def _nothing(self) -> list[str]:
        cards = self.store.cards()
        if self.settings.wish.only_due:
            coming = min((card.due for card in cards.values()), default=None)
            when = f" The next one is due {days_text((coming - self.clock()) / DAY)}." if coming else ""
            return [f"Nothing is due.{when}", "New questions: grade quiz --new"]
        return ["There is no question for this choice.", "All topics: grade quiz --list"]

    def _opening(self, ids: Sequence[str]) -> list[str]:
        cards = self.store.cards()
        due = sum(name in cards and cards[name].due <= self.clock() for name in ids)
        new = sum(name not in cards for name in ids)
        plural = "question" if len(ids) == 1 else "questions"
        return [
            f"{self.index.title}: {len(ids)} {plural} ({due} due, {new} new).",
            "Type an answer, or: hint, skip, undo (the last answer), quit. Each answer is saved at once.",
        ]

    def _keep(self, session: Session) -> None:
        session.at = self.clock()
        self.store.set_state(SESSION, session.dump())

    # --- one question ------------------------------------------------------------------------------------------------

    def _one(self, session: Session) -> None:
        entry = self.index.entries[session.ids[session.done]]
        try:
            item = self.item(entry, session)
        except FormulaError as error:
            say(["", f"{entry.id} is skipped: {error}. `grade lint` says more."])
            self._advance(session)
            return
        topic = self.index.topics[entry.topic].title
        head = f"{session.done + 1} of {len(session.ids)} · {topic} · difficulty {entry.difficulty} · {entry.id}"
        say(question_lines(self.screen, item, head))
        started = self.clock()
        try:
            answer = self._ask(item, session)
            certainty = self._certainty() if self.settings.certainty else None
        except _Command as command:
            self._obey(command.name, session, item)
            return
        marked = _mark(item.body, answer)
        self._save(session, item, answer, marked, certainty, self.clock() - started)
        self._show(item, marked, certainty)

    def item(self, entry: Entry, session: Session) -> Item:
        """The variant to ask: of the session's seed, or of the next attempt of this student."""
        attempt = 0 if session.seed else self.store.attempts(entry.id)
        return realise(self.index.record(entry.id), seed_of(entry.id, session.seed or self._learner(), attempt))

    def _learner(self) -> str:
        found = self.store.state("learner")
        if not found:
            found = os.urandom(8).hex()
            self.store.set_state("learner", found)
        return found

    def _save(
        self, session: Session, item: Item, answer: Answer, marked: Marked, certainty: int | None, seconds: float
    ) -> None:
        typed = not isinstance(item.body, Picking)
        event = Event(
            at=self.clock(), kind="answer", session=session.id, question=item.id, topic=item.topic, revision=item.revision,
            content=item.content, seed=item.seed, variant=json.dumps(dict(item.values)), answer=answer_text(answer),
            score=marked.score, rating=rate(marked.score, session.hints, certainty, seconds, typed), certainty=certainty,
            hints=session.hints, milliseconds=int(1000 * max(0.0, seconds)), misconceptions=" ".join(marked.misconceptions),
        )  # fmt: skip
        self.store.add(event, self.review)
        self.results.append((item.topic, marked.score, certainty))
        self._advance(session)

    def _advance(self, session: Session) -> None:
        session.done += 1
        session.hints = 0
        session.parts = []
        self._keep(session)

    def _show(self, item: Item, marked: Marked, certainty: int | None) -> None:
        lines = verdict_lines(self.screen, item, marked)
        if isinstance(item.body, Steps):
            word = verdict_word(marked.score)
            lines = [f"All steps: {self.screen.paint(word, word.split()[0])}"]
            lines += ["", *self.screen.formula(item.formula)] if item.formula else []
        if certainty is not None:
            right, wrong = CERTAINTY_POINTS[certainty]
            lines.append(f"  Certainty {certainty}: {right if marked.right else wrong:+d} points.")
        card = self.store.cards().get(item.id)
        say(["", *lines, "", *next_lines(item, marked, ((card.due if card else 0) - self.clock()) / DAY)])

    def _obey(self, name: str, session: Session, item: Item) -> None:
        if name == "skip":
            event = Event(
                at=self.clock(), kind="skip", session=session.id, question=item.id, topic=item.topic,
                revision=item.revision, content=item.content, seed=item.seed, variant=json.dumps(dict(item.values)), answer="",
                score=0.0, rating=0, certainty=None, hints=session.hints, milliseconds=0, misconceptions="",
            )  # fmt: skip
            self.store.add(event, self.review)
            say(["Skipped; it comes again another time."])
            self._advance(session)
        elif name == "undo":
            self._undo(session)

    def _undo(self, session: Session) -> None:
        found = self.store.last_of_session(session.id)
        if found is None:
            say(["There is no answer of this session to take back."])
            return
        self.store.undo(found.id, self.clock(), self.review)
        if self.results:
            self.results.pop()
        if session.done and session.ids[session.done - 1] == found.question:
            session.done -= 1
        else:  # skipped questions lie between: it is asked next
            session.ids.insert(session.done, found.question)
        session.parts, session.hints = [], found.hints
        self._keep(session)
        say([f"Taken back: the answer to {found.question} does not count. It is asked again."])

    # --- answers -----------------------------------------------------------------------------------------------------

    def _ask(self, item: Item, session: Session) -> Answer:
        match item.body:
            case Gaps() as gaps:
                return self._ask_parts([(f"[{gap.name}]", gap.body) for gap in gaps.gaps], item, session)
            case Spot(fix=fix):
                parts: list[tuple[str, Body]] = [("line", item.body._replace(fix=None))]
                return self._ask_parts([*parts, ("repair", fix)] if fix else parts, item, session)
            case Steps() as steps:
                return self._ask_steps(steps.steps, item, session)
        return self._ask_one("answer", item.body, item, session)

    def _ask_parts(self, parts: Sequence[tuple[str, Body]], item: Item, session: Session) -> tuple[Answer, ...]:
        for name, body in parts[len(session.parts) :]:
            if isinstance(body, Picking):
                say([*self._part_title(name, parts), *body_lines(self.screen, body)[1:]])
            session.parts.append(self._ask_one(name, body, item, session))
            self._keep(session)
        return tuple(_as_answer(part) for part in session.parts)

    @staticmethod
    def _part_title(name: str, parts: Sequence[tuple[str, Body]]) -> list[str]:
        return [f"{'Which repair is right?' if name == 'repair' else name}"] if len(parts) > 1 else []

    def _ask_steps(self, steps: Sequence[Step], item: Item, session: Session) -> tuple[Answer, ...]:
        for number, step in enumerate(steps, 1):
            say(["", *self.screen.prose(step.prompt, "  ", f"Step {number} of {len(steps)}. "),
                 *body_lines(self.screen, step.body), ""])  # fmt: skip
            if number <= len(session.parts):
                say([f"  (answered; right is: {shown_answer(step.body)})"])
                continue
            if isinstance(step.body, Gaps):
                gaps = [self._ask_one(f"[{gap.name}]", gap.body, item, session) for gap in step.body.gaps]
                answer: Answer = tuple(gaps)
            else:
                answer = self._ask_one("answer", step.body, item, session)
            session.parts.append(answer)
            self._keep(session)
            self._show_step(step, _mark(step.body, answer))
        return tuple(_as_answer(part) for part in session.parts)

    def _show_step(self, step: Step, marked: Marked) -> None:
        word = verdict_word(marked.score)
        lines = [f"  {self.screen.paint(word, word.split()[0])}", *reason_lines(self.screen, step.body, marked)]
        say([*lines, *(self.screen.formula(step.formula) if step.formula else [])])

    def _ask_one(self, name: str, body: Body, item: Item, session: Session) -> str:
        """Read until the text is an answer of this kind; commands and hints are dealt with on the way."""
        while True:
            text = self.read(f"{name} ({asked_for(body)}): ").strip()
            command = command_of(text, body)
            if command == "hint":
                self._hint(item, session)
                continue
            if command == "help":
                say(["  " + line for line in _HELP])
                continue
            if command == "quit":
                raise Left("You left.")
            if command:
                raise _Command(command)
            if not text:
                continue
            refusal = _refusal(body, text)
            if refusal:
                say([f"  {refusal}"])
                continue
            return text

    def _hint(self, item: Item, session: Session) -> None:
        if session.hints >= len(item.hints):
            say(["  There is no hint here." if not item.hints else "  That was the last hint."])
            return
        text = item.hints[session.hints]
        session.hints += 1
        self._keep(session)
        say(self.screen.prose(f"Hint {session.hints} of {len(item.hints)}: {text}", "    ", "  "))

    def _certainty(self) -> int:
        while True:
            text = self.read("how sure (1 guess, 2 rather sure, 3 sure): ").strip().lower()
            if text in ("q", "quit"):
                raise Left("You left.")
            if text in ("1", "2", "3"):
                return int(text)
            if text:
                say(["  Type 1, 2 or 3."])

    # --- the end -----------------------------------------------------------------------------------------------------

    def _summary(self) -> None:
        if not self.results:
            return
        scores = [score for _, score, _ in self.results]
        right = sum(score >= 1 - 1e-9 for score in scores)
        lines = ["", f"This session: {right} of {len(scores)} right, score {sum(scores) / len(scores):.0%}."]
        topics = list(dict.fromkeys(topic for topic, _, _ in self.results))
        for topic in topics:
            mine = [score for name, score, _ in self.results if name == topic]
            title = self.index.topics[topic].title
            lines.append(f"  {title}: {sum(mine):.3g} of {len(mine)}")
        sure = [(score, level) for _, score, level in self.results if level]
        if sure:
            points = sum(CERTAINTY_POINTS[level][0 if score >= 1 - 1e-9 else 1] for score, level in sure)
            lines.append(f"  Certainty points: {points} of {3 * len(sure)}")
        weak = min(topics, key=lambda t: _mean([score for name, score, _ in self.results if name == t]))
        if right < len(scores):
            known = mastery(self.index.entries.values(), self.store.cards())
            shaky = [need for need in self.index.topics[weak].needs if known.get(need, 1.0) < MASTERED]
            if shaky:
                lines.append(f"Before that: grade quiz {' '.join(shaky)}")
            lines.append(f"Next: grade quiz {weak}")
            exercises = self.index.topics[weak].exercises
            lines.append(f"      grade {exercises[0]}" if exercises else "")
        else:
            due = self.store.count_due(self.clock() + DAY)
            lines.append(f"Due by tomorrow: {due}. Next: grade quiz")
        say([line for line in lines if line or line == lines[0]])


def _mark(body: Body, answer: Answer) -> Marked:
    from .check import mark  # only once there is an answer: the first question is shown sooner without it

    return mark(body, answer)


def _refusal(body: Body, text: str) -> str:
    """Why a typed text is no answer of this kind, or nothing."""
    from .check import NotAnAnswer, mark

    try:
        mark(body, (text,) if isinstance(body, Spot) else text)
    except NotAnAnswer as error:
        return str(error)
    return ""


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _as_answer(part: object) -> Answer:
    """A part that was kept as JSON, with lists made tuples again."""
    return tuple(_as_answer(piece) for piece in part) if isinstance(part, (list, tuple)) else str(part)


_HELP = (
    "hint   the next hint; a right answer then counts a little less for the schedule",
    "skip   go on without an answer",
    "undo   take the last answer back, for a slip of the finger",
    "quit   leave; `grade quiz` takes the session up again",
    "Where no words are asked for, the first letter will do.",
)
_COMMANDS = {
    "hint": "hint",
    "skip": "skip",
    "undo": "undo",
    "quit": "quit",
    "exit": "quit",
    "help": "help",
    "?": "help",
}
_LETTERS = {"h": "hint", "s": "skip", "u": "undo", "q": "quit"}


def command_of(text: str, body: Body) -> str | None:
    """The command that a text is, or None: single letters are commands where no word or symbol is asked for."""
    word = text.strip().lower()
    if word in _COMMANDS:
        return _COMMANDS[word]
    if word.startswith(":") and word[1:] in _COMMANDS | _LETTERS:
        return {**_COMMANDS, **_LETTERS}[word[1:]]
    free = isinstance(body, (Words, Expression)) or (isinstance(body, Sizes) and body.symbols)
    if free or (isinstance(body, Number) and word in body.units):
        return None
    return _LETTERS.get(word)


def read_line(prompt: str) -> str:
    """A typed line; raises Left at the end of the input or at Ctrl-C."""
    try:
        if sys.stdin is None or sys.stdin.closed:
            raise EOFError
        if sys.stdin.isatty():
            return input(prompt)
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            raise EOFError
        print(line.rstrip("\n"))  # a transcript without a terminal shows what was answered
        return line
    except KeyboardInterrupt:
        print()
        raise Left("Interrupted.", 130) from None
    except (EOFError, OSError, ValueError, UnicodeDecodeError):
        raise Left("The input has ended.") from None
