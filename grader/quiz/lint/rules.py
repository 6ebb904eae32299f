"""Rules for one question. Each yields (rule, place in the question, message, repair)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ..schema import (
    AnyQuestion,
    Blank,
    Bug,
    Cloze,
    ClozeStep,
    Derive,
    Match,
    Multi,
    Numeric,
    NumericBody,
    Option,
    Order,
    Shape,
    ShapeBody,
    Short,
    Single,
    SingleStep,
    TrueFalse,
)
from ..variants import BLANK, PLACEHOLDER
from .texts import MATHS, Loc, content_words, normalised, texts, visible, words

Problem = tuple[str, Loc, str, str]
Rule = Callable[[AnyQuestion], Iterator[Problem]]


def option_lists(question: AnyQuestion) -> Iterator[tuple[Loc, list[Option], bool]]:
    """The lists of options in a question: place, options, whether exactly one is right."""
    match question:
        case Single():
            yield ("options",), question.options, True
        case Multi():
            yield ("options",), question.options, False
        case Bug() if question.fix:
            yield ("fix",), question.fix, True
        case Derive():
            for index, step in enumerate(question.steps):
                if isinstance(step, SingleStep):
                    yield ("steps", index, "options"), step.options, True


def text_of(option: Option) -> str:
    """The text of an option, right or wrong."""
    return option.right if option.right is not None else option.wrong or ""


# --- errors ----------------------------------------------------------------------------------------------------------


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


def blanks(question: AnyQuestion) -> Iterator[tuple[Loc, Blank]]:
    """The gaps of a cloze, or of the steps of a derivation that are clozes."""
    if isinstance(question, Cloze):
        for name, blank in question.blanks.items():
            yield ("blanks", name), blank
    elif isinstance(question, Derive):
        for index, step in enumerate(question.steps):
            if isinstance(step, ClozeStep):
                for name, blank in step.blanks.items():
                    yield ("steps", index, "blanks", name), blank


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


# --- warnings --------------------------------------------------------------------------------------------------------

ABSOLUTE = frozenset("always never only all none every completely entirely must cannot impossible guarantees".split())
VAGUE = frozenset("usually often sometimes generally typically probably may might possibly frequently".split())


def key_length(question: AnyQuestion) -> Iterator[Problem]:
    """The right option does not stand out by its length."""
    for loc, options, single in option_lists(question):
        keys = [len(visible(text_of(option))) for option in options if option.right is not None]
        rest = [len(visible(text_of(option))) for option in options if option.right is None]
        if single and keys and rest and keys[0] > 1.2 * max(rest) and keys[0] - max(rest) > 4:
            yield (
                "key-longest", loc, f"the right option ({keys[0]}) is over 1.2 times as long as any wrong ({max(rest)}).",
                "Shorten it, or lengthen a wrong one.",
            )  # fmt: skip


def negative_stem(question: AnyQuestion) -> Iterator[Problem]:
    """Questions ask positively, or shout their NOT."""
    if isinstance(question, TrueFalse):
        if re.search(r"\bnot\b|n't\b", question.q, re.IGNORECASE):
            yield "truefalse-not", ("q",), "a true-false statement has a `not`.", "State it positively."
    elif re.search(r"\b(not|except|isn't|doesn't)\b", question.q) and list(option_lists(question)):
        yield "negative-stem", ("q",), "the question is negative.", "Ask positively, or write NOT in capitals."


def cue_words(question: AnyQuestion) -> Iterator[Problem]:
    """No absolute or vague words, by which options are guessed."""
    for loc, options, _ in option_lists(question):
        for index, option in enumerate(options):
            found = sorted(set(words(text_of(option))) & (ABSOLUTE | VAGUE))
            if found:
                yield "cue-word", (*loc, index), f"`{found[0]}` gives an option away.", "Say exactly when or how much."
    if isinstance(question, TrueFalse):
        found = sorted(set(words(question.q)) & (ABSOLUTE | VAGUE))
        if found:
            yield "cue-word", ("q",), f"`{found[0]}` gives a statement away.", "Say exactly when or how much."


def stem_echo(question: AnyQuestion) -> Iterator[Problem]:
    """A word of the question does not point to the right option alone."""
    stem = content_words(question.q)
    for loc, options, single in option_lists(question):
        if not single:
            continue
        key = [content_words(text_of(option)) for option in options if option.right is not None]
        rest = [content_words(text_of(option)) for option in options if option.right is None]
        echo = (key[0] & stem) - set().union(*rest) if key and rest else set()
        if echo:
            yield (
                "stem-echo", loc, f"only the right option repeats `{min(echo)}` of the question.",
                "Use the word in a wrong option too, or in none.",
            )  # fmt: skip


def stem_form(question: AnyQuestion) -> Iterator[Problem]:
    """A question of a sensible length that asks something."""
    count = len(question.q.split())
    if count < 4:
        yield "stem-length", ("q",), f"the question has {count} words.", "Ask a whole question."
    if count > 60:
        yield "stem-length", ("q",), f"the question has {count} words.", "Cut it to 60."
    asks = re.search(r"\?|[:.]\s*\Z|\b(put|match|find|complete|write|give|fill)\b", question.q, re.IGNORECASE)
    if not asks and not isinstance(question, (TrueFalse, Cloze)):
        yield "stem-question", ("q",), "the text is neither a question nor an instruction.", "End it with `?`."


def parallel_options(question: AnyQuestion) -> Iterator[Problem]:
    """Options of one form: capitals and full stops."""
    for loc, options, _ in option_lists(question):
        found = [text_of(option).strip() for option in options]
        ends = {text[-1:] in ".!?" for text in found}
        if len(ends) > 1:
            yield "not-parallel", loc, "some options end with a full stop and some do not.", "Treat all alike."
        starts = {text[:1].isupper() for text in found if text[:1].isalpha()}
        if len(starts) > 1:
            yield "not-parallel", loc, "some options start with a capital and some do not.", "Treat all alike."


def article_cue(question: AnyQuestion) -> Iterator[Problem]:
    """No `a` or `an` that fits some options only."""
    ending = re.search(r"\b(an?)\s*[:?…_]*\s*\Z", question.q)
    for loc, options, _ in option_lists(question):
        vowels = {text_of(option)[:1].lower() in "aeiou" for option in options}
        if ending and len(vowels) > 1:
            yield "article-cue", loc, f"`{ending[1]}` before the options rules some of them out.", "Write a/an."


def convergence(question: AnyQuestion) -> Iterator[Problem]:
    """The right option is not the one that shares most words with the others."""
    for loc, options, single in option_lists(question):
        if not single or len(options) < 4:
            continue
        bags = [content_words(text_of(option)) for option in options]
        shared = [
            sum(len(bag & other) for place, other in enumerate(bags) if place != index)
            for index, bag in enumerate(bags)
        ]
        key = next((index for index, option in enumerate(options) if option.right is not None), 0)
        others = [score for index, score in enumerate(shared) if index != key]
        if shared[key] >= 4 and shared[key] > 1.5 * max(others):
            yield "convergence", loc, "the right option shares most words with the others.", "Vary the wrong ones."


def option_count(question: AnyQuestion) -> Iterator[Problem]:
    """Three to five options."""
    for loc, options, single in option_lists(question):
        if single and len(options) > 5:
            yield "option-count", loc, f"{len(options)} options.", "Three or four do."
        if single and len(options) < 3:
            yield "option-count", loc, "only two options.", "Add a third, or use `type: truefalse`."


def hints_keep_quiet(question: AnyQuestion) -> Iterator[Problem]:
    """No hint that contains the answer."""
    keys = [text_of(option) for _, options, single in option_lists(question) if single for option in options
            if option.right is not None]  # fmt: skip
    if isinstance(question, Short):
        keys += [word for word in question.accept if not word.startswith("re:")]
    for index, hint in enumerate(question.hints):
        for key in keys:
            if len(normalised(key)) > 3 and normalised(key) in normalised(hint):
                yield "hint-tells", ("hints", index), "the hint contains the answer.", "Point to the way instead."


def why_length(question: AnyQuestion) -> Iterator[Problem]:
    """Reasons of at least four words."""
    for loc, text in texts(question):
        if loc[-1] in ("why", "trap") and len(text.split()) < 4:
            yield "why-short", loc, f"the reason has {len(text.split())} words.", "Give the reason in a sentence."


_EXPECTED = {"remember": (1, 3), "understand": (1, 4), "apply": (2, 5), "analyse": (2, 5), "evaluate": (3, 5),
             "create": (3, 5)}  # fmt: skip


def bloom_fits(question: AnyQuestion) -> Iterator[Problem]:
    """A difficulty that is usual for the Bloom level."""
    low, high = _EXPECTED[question.bloom]
    if not low <= question.difficulty <= high:
        yield (
            "bloom-difficulty", ("difficulty",), f"difficulty {question.difficulty} is odd for `{question.bloom}`.",
            f"From {low} to {high} is usual.",
        )  # fmt: skip


def diagnoses(question: AnyQuestion) -> Iterator[Problem]:
    """At least one diagnosed mistake for a typed number or shape."""
    bodies: list[tuple[Loc, NumericBody | ShapeBody]] = []
    if isinstance(question, (Numeric, Shape)):
        bodies = [((), question)]
    for loc, body in bodies:
        if not body.mistakes:
            yield "no-mistakes", (*loc, "answer"), "no wrong answer is diagnosed.", "Add `mistakes:` with a `why`."


ERRORS: tuple[Rule, ...] = (
    one_key, distinct_options, no_meta_options, placeholders_known, gaps_match_text, bug_lines, order_graph, patterns,
)  # fmt: skip
WARNINGS: tuple[Rule, ...] = (
    key_length, negative_stem, cue_words, stem_echo, stem_form, parallel_options, article_cue, convergence,
    option_count, hints_keep_quiet, why_length, bloom_fits, diagnoses,
)  # fmt: skip
