"""One run of the quiz in a terminal, from its first line to its summary."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..formula import FormulaError
from ..index import Entry, Index
from ..item import Item, Picking, Steps
from ..schedule import DAY, Review, queue, rate
from ..screen import Screen, counted, days_text, next_lines, question_lines, say, verdict_lines, verdict_word
from ..store import Event, Store, answer_text
from ..variants import realise, seed_of
from .asking import Asking, marked_answer
from .session import RESUME_SECONDS, SESSION, Session, Settings
from .summary import Result, summary_lines
from .terminal import Left, read_line
from .typed import Command

if TYPE_CHECKING:
    from ..check import Answer, Marked


class Player:
    """Asks the questions of a session and keeps what is answered."""

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
        self.results: list[Result] = []

    # --- the session -------------------------------------------------------------------------------------------------

    def run(self) -> bool:
        """Ask until the session ends or is left; True if it came to its end."""
        self.store.catch_up(self.index.breaking, self.review)
        session = self._resumed() or self._begun()
        if session is None:
            return True
        try:
            while session.left:
                self._one(session)
        except Left as left:
            self._keep(session)
            self._say("", f"{left.reason} Every answer is saved; {session.still}.")
            self._say("`grade quiz` takes the session up again.")
            self._summary()
            raise
        self.store.set_state(SESSION, "")
        self._summary()
        return True

    def _resumed(self) -> Session | None:
        """The session that was left, if it is recent and what was asked for now does not differ."""
        found = Session.load(self.store.state(SESSION))
        if found is None or self.settings.restart or not found.left:
            return None
        wish = self.settings.wish
        asks = wish.topics or wish.only_due or wish.only_new or self.settings.seed
        fresh = self.clock() - found.at < RESUME_SECONDS and all(name in self.index.entries for name in found.ids)
        if not fresh or (asks and found.wish != self._wish_key()):
            return None
        self._say(
            f"Taking up the session you left: {found.done} of {len(found.ids)} done. (--restart begins a new one.)"
        )
        return found

    def _begun(self) -> Session | None:
        """A new session, or None where there is nothing to ask."""
        ids = queue(
            self.index.entries, self.index.topics, self.store.cards(), self.store.asked_since(self._midnight()),
            self.clock(), self.settings.wish,
        )[: self.settings.size]  # fmt: skip
        if not ids:
            self._say(*self._nothing())
            return None
        session = Session(os.urandom(6).hex(), self._wish_key(), ids, seed=self.settings.seed)
        self._say(*self._opening(ids))
        self._keep(session)
        return session

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
        until = ((self.settings.exam or 0.0) - self.clock()) / DAY
        return [
            f"{self.index.title}: {counted(len(ids), 'question')} ({due} due, {new} new).",
            "Type an answer, or: hint, skip, undo (the last answer), quit, help.",
            "Each answer is saved at once.",
            *([f"Your exam is {days_text(until)}: everything comes back before it."] if until > 0 else []),
        ]

    def _keep(self, session: Session) -> None:
        session.at = self.clock()
        self.store.set_state(SESSION, session.dump())

    def _summary(self) -> None:
        self._say(*summary_lines(self.index, self.store, self.results, self.clock()))

    def _say(self, *lines: str) -> None:
        if lines:
            say(self.screen.wrapped(lines))

    # --- one question ------------------------------------------------------------------------------------------------

    def _one(self, session: Session) -> None:
        entry = self.index.entries[session.ids[session.done]]
        try:
            item = self._item(entry, session)
        except FormulaError as error:
            self._say("", f"{entry.id} is skipped: {error}. `grade lint` says more.")
            session.advance()
            self._keep(session)
            return
        topic = self.index.topics[entry.topic].title
        head = f"{session.done + 1} of {len(session.ids)} · {topic} · difficulty {entry.difficulty} · {entry.id}"
        say(question_lines(self.screen, item, head))
        sheet = (*item.refs, *self.index.topics[entry.topic].exercises, "")[0].partition(".")[0]
        asking = Asking(self.screen, item, session, self.read, self._keep, sheet)
        started = self.clock()
        try:
            answer = asking.answer()
            # A derivation has shown its verdicts step by step, so that being sure of it afterwards says nothing.
            asks = self.settings.certainty and not isinstance(item.body, Steps)
            certainty = asking.certainty() if asks else None
        except Command as command:
            self._obey(command.name, session, item)
            return
        marked = marked_answer(item.body, answer)
        self._save(session, item, answer, marked, certainty, max(0.0, self.clock() - started))
        self._show(item, marked, self.results[-1])

    def _item(self, entry: Entry, session: Session) -> Item:
        """The variant to ask: of the session's seed, or of the next attempt of this student."""
        attempt = 0 if session.seed else self.store.attempts(entry.id)
        return realise(self.index.record(entry.id), seed_of(entry.id, session.seed or self._learner(), attempt))

    def _learner(self) -> str:
        found = self.store.state("learner")
        if not found:
            found = os.urandom(8).hex()
            self.store.set_state("learner", found)
        return found

    def _event(self, kind: str, session: Session, item: Item) -> Event:
        """What happened to an item, without an answer."""
        return Event(
            at=self.clock(), kind=kind, session=session.id, question=item.id, topic=item.topic, revision=item.revision,
            content=item.content, seed=item.seed, variant=json.dumps(dict(item.values)), answer="", score=0.0, rating=0,
            certainty=None, hints=session.hints, milliseconds=0, misconceptions="",
        )  # fmt: skip

    def _save(
        self, session: Session, item: Item, answer: Answer, marked: Marked, certainty: int | None, seconds: float
    ) -> None:
        typed = not isinstance(item.body, Picking)
        event = self._event("answer", session, item)._replace(
            answer=answer_text(answer), score=marked.score, certainty=certainty, milliseconds=int(1000 * seconds),
            rating=rate(marked.score, session.hints, certainty, seconds, typed),
            misconceptions=" ".join(marked.misconceptions),
        )  # fmt: skip
        self._add(event, session)
        self.results.append(Result(item.topic, marked.score, certainty))

    def _add(self, event: Event, session: Session) -> None:
        """Save the event and the session behind it at once, so that whatever happens no question is asked twice."""
        session.advance()
        session.at = event.at
        self.store.add(event, self.review, {SESSION: session.dump()})

    def _show(self, item: Item, marked: Marked, result: Result) -> None:
        lines = verdict_lines(self.screen, item, marked)
        if isinstance(item.body, Steps):  # each step has had its own reasons
            word = verdict_word(marked.score)
            lines = [f"All steps: {self.screen.paint(word, word.split()[0])}"]
            lines += ["", *self.screen.formula(item.formula)] if item.formula else []
        if result.certainty is not None:
            lines += ["", f"  Points for certainty {result.certainty}: {result.certainty_points:+d}."]
        card = self.store.cards().get(item.id)
        days = ((card.due if card else 0) - self.clock()) / DAY
        say(["", *lines, "", *self.screen.wrapped(next_lines(item, marked, days))])

    # --- commands ----------------------------------------------------------------------------------------------------

    def _obey(self, name: str, session: Session, item: Item) -> None:
        if name == "skip":
            self._add(self._event("skip", session, item), session)
            self._say("Skipped; it comes again another time.")
        elif name == "undo":
            self._undo(session)

    def _undo(self, session: Session) -> None:
        found = self.store.last_of_session(session.id)
        if found is None:
            self._say("There is no answer of this session to take back.")
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
        self._say(f"Taken back: the answer to {found.question} does not count. It is asked again.")
