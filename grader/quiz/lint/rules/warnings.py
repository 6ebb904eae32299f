"""Rules of thumb of item writing: what gives an answer away, or makes a question hard to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...schema import AnyQuestion, Cloze, Numeric, NumericBody, Shape, ShapeBody, Short, TrueFalse
from ..texts import Loc, content_words, normalised, texts, visible, words
from .parts import Problem, Rule, option_lists, text_of

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


WARNINGS: tuple[Rule, ...] = (
    key_length, negative_stem, cue_words, stem_echo, stem_form, parallel_options, article_cue, convergence,
    option_count, hints_keep_quiet, why_length, bloom_fits, diagnoses,
)  # fmt: skip
