"""Whether a typed answer is right, how much of it is, and why."""

from __future__ import annotations

import math
import random
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .formula import FormulaError, evaluate, names, number
from .item import (
    LETTERS,
    Body,
    Choice,
    Expression,
    Gaps,
    Judging,
    Matching,
    Number,
    Ordering,
    Picking,
    Sizes,
    Slip,
    Spot,
    Steps,
    Words,
    show_shape,
)
from .variants import plain_number

Answer = str | tuple["Answer", ...]

MAX_ANSWER = 300


class NotAnAnswer(ValueError):
    """A typed text that answers nothing, such as a letter where a number is wanted: ask again, count nothing."""


class Reason(NamedTuple):
    """A label (`a`, `line 3`), the text it belongs to, whether that is right, and why."""

    label: str
    text: str
    right: bool
    why: str
    chosen: bool = False


class Marked(NamedTuple):
    """A marked answer: credit from 0 to 1, the reasons to show, and the misconceptions it points to."""

    score: float
    reasons: tuple[Reason, ...]
    misconceptions: tuple[str, ...] = ()
    slip: Slip | None = None

    @property
    def right(self) -> bool:
        """Whether the whole answer is right."""
        return self.score >= 1 - 1e-9


def mark(body: Body, answer: Answer) -> Marked:
    """The marked answer; raises NotAnAnswer where the text cannot be read as an answer of this kind."""
    if isinstance(answer, str) and len(answer) > MAX_ANSWER:
        raise NotAnAnswer(f"Keep the answer under {MAX_ANSWER} characters.")
    match body:
        case Gaps():
            return _mark_parts([(gap.name, gap.body) for gap in body.gaps], _parts(answer), body.credit)
        case Steps():
            return _mark_parts([(f"step {i}", s.body) for i, s in enumerate(body.steps, 1)], _parts(answer), "each")
        case Spot():
            return _mark_spot(body, _parts(answer))
    if not isinstance(answer, str):
        raise NotAnAnswer("One answer is wanted here, not several.")
    match body:
        case Picking():
            return _mark_picking(body, answer)
        case Judging():
            return _mark_judging(body, answer)
        case Number():
            return _mark_number(body, answer)
        case Sizes():
            return _mark_sizes(body, answer)
        case Words():
            return _mark_words(body, answer)
        case Expression():
            return _mark_expression(body, answer)
        case Ordering():
            return _mark_ordering(body, answer)
        case Matching():
            return _mark_matching(body, answer)
    raise TypeError(type(body).__name__)


def _parts(answer: Answer) -> tuple[Answer, ...]:
    if isinstance(answer, tuple):
        return answer
    return tuple(part.strip() for part in answer.split(";"))


# --- choices ---------------------------------------------------------------------------------------------------------


def letters_in(text: str, count: int) -> list[int]:
    """Numbers (from 0) of the options named by letters or numbers: `b`, `2`, `a c`, `1,3`, `acd`."""
    tokens = re.findall(r"[a-z]+|[0-9]+", text.strip().lower())
    if re.sub(r"[a-z0-9\s,;.)(]", "", text.strip().lower()) or not tokens:
        raise NotAnAnswer(f"Type a letter from a to {LETTERS[count - 1]}.")
    chosen: list[int] = []
    for token in tokens:
        pieces = [token] if token.isdigit() else list(token)
        for piece in pieces:
            index = int(piece) - 1 if piece.isdigit() else LETTERS.index(piece)
            if not 0 <= index < count:
                raise NotAnAnswer(f"There is no option {piece}: type a letter from a to {LETTERS[count - 1]}.")
            chosen.append(index)
    return chosen


def _mark_picking(body: Picking, answer: str) -> Marked:
    chosen = set(letters_in(answer, len(body.options)))
    if not body.several and len(chosen) != 1:
        raise NotAnAnswer("One option is wanted here.")
    reasons = tuple(
        Reason(LETTERS[index], option.text, option.right, option.why, index in chosen)
        for index, option in enumerate(body.options)
    )
    wrong = [body.options[index] for index in sorted(chosen) if not body.options[index].right]
    return Marked(_picking_score(body, chosen), reasons, _tags(wrong))


def _picking_score(body: Picking, chosen: set[int]) -> float:
    right = {index for index, option in enumerate(body.options) if option.right}
    if chosen == right:
        return 1.0
    if not body.several or body.credit == "all":
        return 0.0
    if body.credit == "each":
        return sum((index in chosen) == (index in right) for index in range(len(body.options))) / len(body.options)
    return max(0.0, (len(chosen & right) - len(chosen - right)) / len(right))


def _tags(choices: Sequence[Choice | Slip]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(choice.misconception for choice in choices if choice.misconception))


_TRUE = {"t", "true", "yes", "y", "right", "1", "a"}
_FALSE = {"f", "false", "no", "n", "wrong", "2", "b"}


def _mark_judging(body: Judging, answer: str) -> Marked:
    word = answer.strip().lower()
    if word not in _TRUE | _FALSE:
        raise NotAnAnswer("Type t for true or f for false.")
    said = word in _TRUE
    right = said == body.answer
    verdict = Reason("t" if body.answer else "f", "true" if body.answer else "false", True, body.why, right)
    other = Reason("f" if body.answer else "t", "false" if body.answer else "true", False, body.trap, not right)
    tags = () if right or body.misconception is None else (body.misconception,)
    return Marked(float(right), (verdict, other), tags)


# --- numbers and shapes ----------------------------------------------------------------------------------------------


def read_number(text: str, body: Number) -> float:
    """The typed number in the unit of the question; `1/3`, `2^10`, `0,5`, `25%` and `1.5 GB` are numbers too."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("×", "*").replace("·", "*")
    plain, factor = _without_unit(plain, body)
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", plain) and not re.fullmatch(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}", plain):
        plain = plain.replace(",", ".")
    plain = re.sub(r"(?<=[0-9])[,_ ](?=[0-9]{3}(?![0-9]))", "", plain).replace("^", "**").replace("√", "sqrt")
    try:
        return float(number(re.sub(r"(?<![0-9.])0+(?=[0-9])", "", plain), {})) * factor
    except FormulaError:
        raise NotAnAnswer("Type a number, such as 0.25, 1/4 or 2.5e-1.") from None


def _without_unit(text: str, body: Number) -> tuple[str, float]:
    units = {**body.units}
    if body.unit:
        units[body.unit] = 1.0
    units.setdefault("%", 0.01)
    for name in sorted(units, key=len, reverse=True):
        if text.endswith(name) and text != name:
            return text[: -len(name)].strip(), units[name]
        if text.lower().endswith(name.lower()) and text[: -len(name)].rstrip()[-1:].isdigit():
            return text[: -len(name)].strip(), units[name]
    tail = re.search(r"(?<=[0-9.])\s*([A-Za-z]{2,})$", text)
    if tail and not re.match(r"e[-+]?[0-9]", tail[1]):
        known = ", ".join(sorted(units)) if body.unit else "none"
        raise NotAnAnswer(f"The unit {tail[1]} is not known here; units that are: {known}.")
    return text, 1.0


def close(got: float, want: float, tolerance: tuple[str, float]) -> bool:
    """Whether a number lies within the tolerance of the wanted one."""
    if not math.isfinite(got):
        return False
    return abs(got - want) <= allowed_error(want, tolerance) * (1 + 1e-9) + 1e-15


def allowed_error(want: float, tolerance: tuple[str, float]) -> float:
    """The absolute error that a tolerance allows at the wanted value."""
    kind, size = tolerance
    if kind == "abs":
        return size
    if kind == "rel":
        return size * abs(want)
    leading = math.floor(math.log10(abs(want))) if want else 0
    return float(0.5 * 10.0 ** (leading - int(size) + 1))


def _mark_number(body: Number, answer: str) -> Marked:
    got = read_number(answer, body)
    unit = f" {body.unit}" if body.unit else ""
    key = Reason("", plain_number(body.want) + unit, True, body.why)
    if close(got, body.want, body.tolerance):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if isinstance(slip.value, (int, float)) and close(got, slip.value, body.tolerance):
            mine = Reason("", plain_number(slip.value) + unit, False, slip.why, True)
            return Marked(0.0, (mine, key), _tags([slip]), slip)
    return Marked(0.0, (key,))


def _mark_sizes(body: Sizes, answer: str) -> Marked:
    axes = _axes(answer, body)
    key = Reason("", show_shape(body.want), True, body.why)
    if len(axes) == len(body.want):
        hits = sum(same_formula(got, want, body.symbols) for got, want in zip(axes, body.want))
        if hits == len(axes):
            return Marked(1.0, (key,))
    else:
        hits = 0
    for slip in body.slips:
        entries = slip.value if isinstance(slip.value, tuple) else ()
        if len(entries) == len(axes) and all(same_formula(g, w, body.symbols) for g, w in zip(axes, entries)):
            return Marked(0.0, (Reason("", show_shape(entries), False, slip.why, True), key), _tags([slip]), slip)
    share = hits / len(body.want) if body.want else 0.0
    return Marked(share if share < 1 else 0.0, (key,))


def _axes(answer: str, body: Sizes) -> list[str]:
    inner = answer.strip()
    if inner[:1] in "([" and inner[-1:] in ")]":
        inner = inner[1:-1]
    if not inner.strip():
        return []
    pieces = re.split(r"\s*,\s*" if "," in inner else r"\s*[x×]\s*|\s+", inner.strip().rstrip(","))
    axes = [_symbolic(piece, body.symbols) for piece in pieces if piece]
    for axis in axes:
        try:
            unknown = names(axis) - set(body.symbols)
        except FormulaError:
            raise NotAnAnswer(f"{axis!r} is not the size of an axis: type a shape such as (32, 10).") from None
        if unknown:
            known = f" Letters that may stand here: {', '.join(body.symbols)}." if body.symbols else ""
            raise NotAnAnswer(f"{', '.join(sorted(unknown))} is not known here.{known}")
    return axes


def _symbolic(text: str, symbols: Sequence[str]) -> str:
    """A typed expression with its implied products written out: `2H` is `2*H`, `(a+b)c` is `(a+b)*c`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("^", "**").replace("−", "-").replace("·", "*")
    plain = plain.replace("×", "*")
    for symbol in sorted(symbols, key=len, reverse=True):
        plain = re.sub(rf"(?<=[0-9)])\s*(?={re.escape(symbol)}\b)", "*", plain)
    plain = re.sub(r"\)\s*\(", ")*(", plain)
    known = "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))
    if known:
        plain = re.sub(rf"\b({known})\s+(?=({known})\b)", r"\1*", plain)
        plain = re.sub(rf"\b({known})\s*\(", r"\1*(", plain)
    return plain


def same_formula(got: str, want: str, symbols: Sequence[str], points: int = 20) -> bool:
    """Whether two formulas have the same value at random points; a point where the wanted one has none is skipped."""
    rng = random.Random(20)
    tried = 0
    for _ in range(points * 5):
        values = {name: rng.uniform(0.2, 3.0) for name in symbols}
        try:
            expected = number(want, values)
        except FormulaError:
            continue
        try:
            value = number(got, values)
        except FormulaError:
            return False
        if abs(value - expected) > 1e-9 * max(1.0, abs(expected)):
            return False
        tried += 1
        if tried == points:
            break
    return tried > 0


# --- words and expressions -------------------------------------------------------------------------------------------


def normal(text: str) -> str:
    """A text without differences of case, width, spaces, hyphens and a closing stop."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip().strip(".!?\"'`")
    plain = re.sub(r"[‐-―-]", " ", plain)
    plain = re.sub(r"^(the|a|an) ", "", re.sub(r"\s+", " ", plain).strip())
    return plain


def accepts(body: Words, text: str) -> bool:
    """Whether a typed text is one of the accepted ones."""
    plain = normal(text)
    for word in body.accept:
        if word.startswith("re:"):
            if re.fullmatch(word[3:], plain, re.IGNORECASE):
                return True
        elif normal(word) == plain:
            return True
    return False


def _mark_words(body: Words, answer: str) -> Marked:
    if not answer.strip():
        raise NotAnAnswer("Type a word or a short phrase.")
    shown = body.samples[0] if body.samples else next(w for w in body.accept if not w.startswith("re:"))
    key = Reason("", shown, True, body.why)
    if accepts(body, answer):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if normal(str(slip.value)) == normal(answer):
            return Marked(0.0, (Reason("", str(slip.value), False, slip.why, True), key), _tags([slip]), slip)
    return Marked(0.0, (key,))


def _mark_expression(body: Expression, answer: str) -> Marked:
    got = _symbolic(answer.split("=")[-1], body.symbols)
    try:
        unknown = names(got) - set(body.symbols)
        evaluate(got, dict.fromkeys(body.symbols, 0.7))
    except FormulaError as error:
        raise NotAnAnswer(f"Type an expression in {', '.join(body.symbols)}: {error}.") from None
    if unknown:
        raise NotAnAnswer(f"{', '.join(sorted(unknown))} is not known: use {', '.join(body.symbols)}.")
    key = Reason("", body.want, True, body.why)
    if same_formula(got, body.want, body.symbols):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if same_formula(got, str(slip.value), body.symbols):
            return Marked(0.0, (Reason("", str(slip.value), False, slip.why, True), key), _tags([slip]), slip)
    return Marked(0.0, (key,))


# --- orders and pairs ------------------------------------------------------------------------------------------------


def _numbers_in(text: str, count: int) -> list[int]:
    tokens = re.findall(r"[0-9]+", text)
    if not tokens or re.sub(r"[0-9\s,;.>-]", "", text):
        raise NotAnAnswer(f"Type the numbers in order, such as {' '.join(str(n) for n in range(count, 0, -1))}.")
    chosen = [int(token) - 1 for token in tokens]
    if len(tokens) == 1 and len(tokens[0]) > 1 and count < 10:
        chosen = [int(digit) - 1 for digit in tokens[0]]
    if any(not 0 <= index < count for index in chosen):
        raise NotAnAnswer(f"The numbers run from 1 to {count}.")
    if len(set(chosen)) != len(chosen):
        raise NotAnAnswer("A number stands twice.")
    return chosen


def _mark_ordering(body: Ordering, answer: str) -> Marked:
    order = _numbers_in(answer, len(body.shown))
    extras = [body.distractors[index] for index in order if index in body.distractors]
    kept = [index for index in order if index not in body.distractors]
    score = _order_score(body, kept, bool(extras))
    reasons = [Reason(str(i + 1), e.text, False, e.why, True) for i, e in body.distractors.items()
               if i in order]  # fmt: skip
    key = "  ".join(str(index + 1) for index in body.key)
    reasons.append(Reason("", key, True, body.why))
    return Marked(score, tuple(reasons), _tags(extras))


def _order_score(body: Ordering, kept: list[int], extra: bool) -> float:
    place = {index: position for position, index in enumerate(kept)}
    complete = len(kept) == len(body.key)
    if body.before is None:
        if kept == list(body.key) and not extra:
            return 1.0
        return 0.0 if body.credit == "all" else min(_common(kept, body.key) / len(body.key), 0.99) * (not extra)
    held = sum(a in place and b in place and place[a] < place[b] for a, b in body.before)
    if held == len(body.before) and complete and not extra:
        return 1.0
    return 0.0 if body.credit == "all" or extra else min(held / len(body.before), 0.99)


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """The length of the longest common subsequence, when it is more than a single item."""
    row = [0] * (len(right) + 1)
    for a in left:
        previous = 0
        for column, b in enumerate(right, 1):
            previous, row[column] = row[column], previous + 1 if a == b else max(row[column], row[column - 1])
    return row[-1] if row[-1] > 1 else 0


def _mark_matching(body: Matching, answer: str) -> Marked:
    chosen = _pairs_in(answer, len(body.lefts), len(body.rights))
    reasons, extras = [], []
    hits = 0
    for index, (left, key) in enumerate(zip(body.lefts, body.key)):
        right = chosen[index] == key
        hits += right
        reasons.append(
            Reason(f"{index + 1}{LETTERS[key]}", f"{left}: {body.rights[key]}", True, body.whys[index], right)
        )
        if not right and chosen[index] in body.distractors:
            extra = body.distractors[chosen[index]]
            extras.append(extra)
            reasons.append(Reason(f"{index + 1}{LETTERS[chosen[index]]}", extra.text, False, extra.why, True))
    share = hits / len(body.lefts)
    return Marked(share if share == 1 or body.credit == "each" else 0.0, tuple(reasons), _tags(extras))


def _pairs_in(text: str, lefts: int, rights: int) -> list[int]:
    plain = re.sub(r"[\s,;:=)(.>-]", "", text.strip().lower())
    wanted = (
        f"Type a letter for each number, such as {' '.join(f'{i + 1}{LETTERS[i % rights]}' for i in range(lefts))}."
    )
    pairs = re.findall(r"([0-9]+)([a-z])", plain)
    if "".join(number + letter for number, letter in pairs) != plain or not pairs:
        if len(plain) != lefts or not (plain.isascii() and plain.isalpha()):
            raise NotAnAnswer(wanted)
        pairs = [(str(index + 1), letter) for index, letter in enumerate(plain)]
    chosen = {int(left) - 1: LETTERS.index(right) for left, right in pairs}
    if sorted(chosen) != list(range(lefts)) or len(pairs) != lefts or max(chosen.values()) >= rights:
        raise NotAnAnswer(wanted)
    return [chosen[index] for index in range(lefts)]


# --- several parts ---------------------------------------------------------------------------------------------------


def mark_readable(body: Body, answer: Answer) -> Marked | None:
    """A marked answer of several parts in which unreadable parts count as wrong; None if it has no parts."""
    if not isinstance(answer, tuple):
        return None
    match body:
        case Gaps():
            return _mark_parts([(gap.name, gap.body) for gap in body.gaps], answer, body.credit, lenient=True)
        case Steps():
            named = [(f"step {number}", step.body) for number, step in enumerate(body.steps, 1)]
            return _mark_parts(named, answer, "each", lenient=True)
        case Spot(fix=Picking() as fix):
            return _mark_parts([("line", body._replace(fix=None)), ("repair", fix)], answer, "each", lenient=True)
    return None


def _mark_parts(
    parts: Sequence[tuple[str, Body]], answers: Sequence[Answer], credit: str, lenient: bool = False
) -> Marked:
    if len(answers) != len(parts):
        raise NotAnAnswer(f"{len(parts)} answers are wanted, separated by semicolons.")
    marked = [(name, _mark_part(body, answer, lenient)) for (name, body), answer in zip(parts, answers)]
    share = sum(result.score for _, result in marked) / len(marked)
    reasons = tuple(
        Reason(name if not reason.label else f"{name} {reason.label}", reason.text, reason.right, reason.why,
               reason.chosen)
        for name, result in marked for reason in result.reasons if reason.right or reason.chosen
    )  # fmt: skip
    tags = tuple(dict.fromkeys(tag for _, result in marked for tag in result.misconceptions))
    return Marked(share if credit == "each" or share >= 1 - 1e-9 else 0.0, reasons, tags)


def _mark_part(body: Body, answer: Answer, lenient: bool) -> Marked:
    try:
        return mark(body, answer)
    except NotAnAnswer:
        if not lenient:
            raise
        return mark_readable(body, answer) or Marked(0.0, ())


def _mark_spot(body: Spot, answers: Sequence[Answer]) -> Marked:
    wanted = 2 if body.fix else 1
    if len(answers) != wanted or not isinstance(answers[0], str):
        raise NotAnAnswer("Type the number of the line" + (" and the letter of the repair." if body.fix else "."))
    digits = re.fullmatch(r"\s*(?:line\s*)?([0-9]+)\s*", answers[0], re.IGNORECASE)
    if not digits or not 1 <= int(digits[1]) <= body.line_count:
        raise NotAnAnswer(f"Type the number of a line, from 1 to {body.line_count}.")
    line = int(digits[1])
    key = Reason(f"line {body.lines[0]}", "", True, body.why, line in body.lines)
    found = Marked(float(line in body.lines), (key,))
    if line in body.slips:
        slip = body.slips[line]
        found = Marked(0.0, (Reason(f"line {line}", "", False, slip.why, True), key), _tags([slip]))
    if not body.fix:
        return found
    repair = mark(body.fix, answers[1])
    reasons = found.reasons + tuple(reason for reason in repair.reasons if reason.right or reason.chosen)
    return Marked((found.score + repair.score) / 2, reasons, found.misconceptions + repair.misconceptions)


def right_answer(body: Body) -> Answer:
    """An answer that is marked as right: the key, in the form in which it is typed."""
    match body:
        case Picking():
            return " ".join(LETTERS[index] for index, option in enumerate(body.options) if option.right)
        case Judging():
            return "true" if body.answer else "false"
        case Number():
            return repr(body.want)
        case Sizes():
            return f"({', '.join(body.want)})"
        case Words():
            return body.samples[0] if body.samples else next(w for w in body.accept if not w.startswith("re:"))
        case Expression():
            return body.want
        case Ordering():
            return " ".join(str(index + 1) for index in body.key)
        case Matching():
            return " ".join(f"{index + 1}{LETTERS[key]}" for index, key in enumerate(body.key))
        case Gaps():
            return tuple(right_answer(gap.body) for gap in body.gaps)
        case Steps():
            return tuple(right_answer(step.body) for step in body.steps)
        case Spot():
            line = str(body.lines[0])
            return (line, right_answer(body.fix)) if body.fix else (line,)
    raise TypeError(type(body).__name__)


def units_of(body: Number) -> Mapping[str, float]:
    """Every unit that may be typed, with its size in the unit of the question."""
    return {**({body.unit: 1.0} if body.unit else {}), **body.units}
