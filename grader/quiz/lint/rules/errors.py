"""Rules that a question has to keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...schema import AnyQuestion, Bug, Cloze, ClozeStep, Derive, Match, Order, Short
from ...variants import BLANK, PLACEHOLDER
from ..texts import MATHS, Loc, normalised, texts
from .parts import Problem, Rule, blanks, option_lists, text_of


def one_key(question: AnyQuestion) -> Iterator[Problem]:
    """Exactly one right option in a single choice; right and wrong ones in a multiple one."""
    for loc, options, single in option_lists(question):
        right = sum(option.right is not None for option in options)
        if single and right != 1:
            yield "key-count", loc, f"{right} options are right, exactly one must be.", "Or use `type: multi`."
        if not single and (right == 0 or right == len(options)):
            yield "key-count", loc, f"{right} of {len(options)} options are right.", "Have right and wrong ones."


def distinct_options(question: AnyQuestion) -> Iterator[Problem]:
    """No two options, items or answers of a pair that read the same."""
    for loc, options, _ in option_lists(question):
        yield from _distinct(loc, [text_of(option) for option in options])
    match question:
        case Order():
            extras = [extra.text for extra in question.distractors]
            yield from _distinct(("items",), [*question.items, *extras])
        case Match():
            yield from _distinct(("pairs",), [pair.left for pair in question.pairs])
            rights = {normalised(pair.right) for pair in question.pairs}
            for index, extra in enumerate(question.distractors):
                if normalised(extra.text) in rights:
                    yield "duplicate-option", ("distractors", index), "is also the answer of a pair.", "Drop it."
        case Cloze() | Derive():
            for loc, blank in blanks(question):
                if blank.right is not None:
                    yield from _distinct(loc, [blank.right, *(wrong.text for wrong in blank.wrong or [])])


def _distinct(loc: Loc, found: Sequence[str]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, text in enumerate(found):
        first = seen.setdefault(normalised(text), index)
        if first != index:
            yield "duplicate-option", loc, f"entries {first + 1} and {index + 1} are the same.", "Change one."


_META = re.compile(
    r"\b(all|none|both|neither|any|either) of (the )?(above|below|these|them)\b|\bboth \(?[a-e]\)? (and|or) \(?[a-e]\)?\b"
    r"|\b(options?|answers?) \(?[a-e]\)? (and|or) \(?[a-e]\)?\b|^(all|none|both|neither)( of the others)?\.?$",
    re.IGNORECASE,
)


def no_meta_options(question: AnyQuestion) -> Iterator[Problem]:
    """No option that speaks of other options, such as `all of the above`."""
    for loc, options, _ in option_lists(question):
        for index, option in enumerate(options):
            if _META.search(text_of(option)):
                yield (
                    "meta-option", (*loc, index), f"`{text_of(option)[:40]}` speaks of the other options.",
                    "Options are shuffled: name the thing, or use `type: multi`.",
                )  # fmt: skip


def placeholders_known(question: AnyQuestion) -> Iterator[Problem]:
    """Placeholders only where there are parameters, and parameters only where they show."""
    known = question.params.keys() | question.vars.keys()
    used = " ".join(text for _, text in texts(question)) + (question.code or "")
    if re.search(PLACEHOLDER, used) and not known:
        yield "placeholder", ("q",), "a `{{…}}` stands in a question without params.", "Add `params:`."
    if question.params and not re.search(PLACEHOLDER, question.q + (question.code or "") + _step_texts(question)):
        yield "placeholder", ("q",), "the question has params but shows none of them.", "Write `{{name}}` in `q`."
    for loc, text in texts(question):
        if loc[-1] != "formula" and re.search(r"(?<![\\{])\{[a-z]\}(?![{}])", MATHS.sub("", text)):
            yield "placeholder", loc, "a single-brace `{n}` stands outside of maths.", "Placeholders are `{{n}}`."


def _step_texts(question: AnyQuestion) -> str:
    return "".join(step.q for step in question.steps) if isinstance(question, Derive) else ""


def gaps_match_text(question: AnyQuestion) -> Iterator[Problem]:
    """Each gap in the text has its entry, and the other way round."""
    clozes: list[tuple[Loc, Cloze | ClozeStep]] = []
    if isinstance(question, Cloze):
        clozes = [((), question)]
    elif isinstance(question, Derive):
        clozes = [(("steps", i), step) for i, step in enumerate(question.steps) if isinstance(step, ClozeStep)]
    for loc, cloze in clozes:
        in_text = re.findall(BLANK, cloze.q)
        for name in sorted(set(in_text) ^ cloze.blanks.keys()):
            where = "has no entry in `blanks`" if name in in_text else "does not stand in `q`"
            yield "blank", (*loc, "blanks"), f"the gap [[{name}]] {where}.", ""
        if len(set(in_text)) != len(in_text):
            yield "blank", (*loc, "q"), "a gap stands twice in the text.", "Give each its own name."


def bug_lines(question: AnyQuestion) -> Iterator[Problem]:
    """The lines named lie within the code."""
    if not isinstance(question, Bug):
        return
    count = len(question.code.rstrip("\n").split("\n"))
    for line in [*question.lines, *(mistake.line for mistake in question.mistakes)]:
        if line > count:
            yield "bug-line", ("lines",), f"line {line} is beyond the {count} lines of the code.", ""
    for line in {mistake.line for mistake in question.mistakes} & set(question.lines):
        yield "bug-line", ("mistakes",), f"line {line} is faulty and innocent at once.", ""


def order_graph(question: AnyQuestion) -> Iterator[Problem]:
    """Precedences agree with the order in which the items are written."""
    if not isinstance(question, Order) or question.depends is None:
        return
    for first, second in question.depends:
        if not (1 <= first < second <= len(question.items)):
            yield (
                "depends", ("depends",), f"[{first}, {second}] does not name two of the items in written order.",
                "Items are counted from 1 and written in one right order.",
            )  # fmt: skip


_NESTED = re.compile(r"\([^()]*[+*][^()]*\)[+*{]")


def patterns(question: AnyQuestion) -> Iterator[Problem]:
    """Patterns compile, come with samples, and cannot run for ever."""
    holders: list[tuple[Loc, list[str], list[str]]] = []
    if isinstance(question, Short):
        holders.append((("accept",), question.accept, question.samples))
    holders += [((*loc, "accept"), blank.accept or [], blank.samples) for loc, blank in blanks(question)]
    for loc, accept, samples in holders:
        for index, word in enumerate(accept):
            if not word.startswith("re:"):
                continue
            if not samples:
                yield "pattern", (*loc, index), "a pattern needs `samples` that it accepts.", ""
            if _NESTED.search(word):
                yield "pattern", (*loc, index), "a repeated group with a repetition inside can take forever.", ""
            try:
                re.compile(word[3:])
            except re.error as error:
                yield "pattern", (*loc, index), f"is not a regular expression: {error}.", ""


ERRORS: tuple[Rule, ...] = (
    one_key, distinct_options, no_meta_options, placeholders_known, gaps_match_text, bug_lines, order_graph, patterns,
)  # fmt: skip
