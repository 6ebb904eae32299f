"""YAML files of the bank as plain values with positions; what YAML 1.1 would silently change is refused.

PyYAML follows YAML 1.1, editors follow 1.2. Where the two disagree (`no`, `012`, `1e-3`, `12:30`) the text must be
quoted or rewritten, so that the author, the editor and the quiz see the same value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .fault import Fault

MAX_BYTES = 1_000_000  # a topic file has about 30 kB
MAX_DEPTH = 12
MAX_NODES = 60_000

Loc = tuple[str | int, ...]
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """The values of one file, the position of each of them, and the faults found on the way."""

    file: Path
    value: Any = None
    marks: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def position(self, loc: Loc) -> tuple[int, int]:
        """Line and column, counted from 1, of a value or of the nearest value around it."""
        while loc and loc not in self.marks:
            loc = loc[:-1]
        return self.marks.get(loc, (1, 1))

    def fault(self, loc: Loc, message: str, repair: str = "") -> Fault:
        """A fault at a value of this document."""
        line, column = self.position(loc)
        return Fault(self.file, line, column, dotted(loc), message, repair)


def dotted(loc: Loc) -> str:
    """`questions[3].options[1].why` for ("questions", 3, "options", 1, "why")."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_document(file: Path) -> Document:
    """The values of a YAML file; what could not be read is in `faults`, and then `value` may be None."""
    document = Document(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        document.faults.append(document.fault((), f"cannot be read: {error.strerror}."))
        return document
    return parse_document(file, data)


def parse_document(file: Path, data: bytes) -> Document:
    """As read_document, for bytes already read."""
    document = Document(file)
    if len(data) > MAX_BYTES:
        document.faults.append(document.fault((), f"has {len(data)} bytes, the limit is {MAX_BYTES}.", "Split it."))
        return document
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        document.faults.append(Fault(file, line, 1, "", "is not UTF-8.", "Save the file as UTF-8."))
        return document
    reader = _Reader(document, text.splitlines())
    try:
        reader.refuse_references(text)
        if not document.faults:
            node = yaml.compose(text, Loader=_Loader)
            document.value = None if node is None else reader.build(node, ())
    except yaml.YAMLError as error:
        document.faults.append(_syntax_fault(file, error, reader.lines))
    except _Stop:
        pass
    return document


class _Stop(Exception):
    """Reading ends here: the fault is already noted."""


def _syntax_fault(file: Path, error: yaml.YAMLError, lines: list[str]) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    problem = getattr(error, "problem", None) or str(error)
    source = lines[line].strip() if line < len(lines) else ""
    repair = "Put prose into a block scalar (`key: |` and an indented line) or into single quotes."
    if "\t" in (lines[line] if line < len(lines) else ""):
        repair = "Indent with spaces, not with tabs."
    elif "escape" in problem:
        repair = "Backslashes belong in single quotes or in a block scalar."
    return Fault(file, line + 1, column + 1, "", f"not YAML: {problem}, near `{source[:60]}`.", repair)


_WORDS = re.compile(r"(?i)(yes|no|on|off)\Z")
_OCTAL = re.compile(r"[-+]?0[0-9_]+\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z")
_UNDERSCORE = re.compile(r"[-+]?[0-9][0-9]*_[0-9_.]+\Z")
_LOOSE_FLOAT = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_CASED = re.compile(r"(TRUE|FALSE|True|False|NULL|Null)\Z")
_COMMENT = re.compile(r"[ \t]+#")


class _Reader:
    """Builds values from YAML nodes and notes every trap."""

    def __init__(self, document: Document, lines: list[str]) -> None:
        self.document = document
        self.lines = lines
        self.nodes = 0

    def refuse_references(self, text: str) -> None:
        """Anchors and aliases are refused before anything is built, so that no bomb can expand."""
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self._stop(event, "anchors (&) and aliases (*) are not allowed.", "Write the value out.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    self._stop(event, f"is nested more than {MAX_DEPTH} deep.", "")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            self.nodes += 1
            if self.nodes > MAX_NODES:
                self._stop(event, f"has more than {MAX_NODES} values.", "Split the file.")

    def _stop(self, where: Any, message: str, repair: str) -> None:
        mark = where.start_mark
        self.document.faults.append(Fault(self.document.file, mark.line + 1, mark.column + 1, "", message, repair))
        raise _Stop

    def build(self, node: Any, loc: Loc) -> Any:
        self.document.marks[loc] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, loc))
        if isinstance(node, yaml.SequenceNode):
            return [self._element(node, child, (*loc, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, loc)

    def _pairs(self, node: Any, loc: Loc) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, child in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            here = (*loc, key)
            self.document.marks[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not key:
                self._note(here, "a key must be a plain word.", "If the text starts with a brace, quote it.")
                continue
            if _WORDS.match(key) and not key_node.style:
                self._note(
                    here, f"YAML reads the key `{key}` as true or false.", "Use `right:` and `wrong:`, or quote it."
                )
            if key == "<<":
                self._note(here, "merge keys are not allowed.", "Write the values out.")
            if key in seen:
                self._note(here, f"the key `{key}` stands twice in one mapping; the first would be lost.", "Keep one.")
            seen.add(key)
            if node.flow_style and isinstance(child, yaml.ScalarNode):
                self._flow(child, here, 6)
            value = self.build(child, here)
            # The position of the key, not of a value that may start on a later line.
            self.document.marks[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            yield key, value

    def _element(self, parent: Any, child: Any, loc: Loc) -> Any:
        value = self.build(child, loc)
        if parent.flow_style and isinstance(child, yaml.ScalarNode):
            self._flow(child, loc, 3)
        return value

    def _flow(self, node: Any, loc: Loc, limit: int) -> None:
        if not node.style and len(node.value.split()) > limit and not re.search(r"[-+*/%<>=]", node.value):
            self._note(loc, "prose stands in { } or [ ], where a comma cuts it.", "Use one line for each, or quotes.")

    def _note(self, loc: Loc, message: str, repair: str) -> None:
        self.document.faults.append(self.document.fault(loc, message, repair))

    def _scalar(self, node: Any, loc: Loc) -> Any:
        text = node.value
        if node.style == '"' and "\\" in self._raw(node):
            self._note(loc, "a backslash in double quotes is an escape.", "Use single quotes or a block scalar.")
        if node.style:  # the C parser gives "" for plain text, the Python one None
            return text
        self._plain_traps(node, text, loc)
        tag = node.tag.rpartition(":")[2]
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() in ("true", "yes", "on")
        if tag == "int":
            return _int(text)
        if tag == "float":
            return _float(text)
        return text

    def _plain_traps(self, node: Any, text: str, loc: Loc) -> None:
        for pattern, message, repair in (
            (_WORDS, "YAML 1.1 reads `{}` as true or false.", "Quote it: '{}'."),
            (_CASED, "`{}` is read differently by different tools.", "Write it in small letters, or quote it."),
            (_OCTAL, "YAML 1.1 reads `{}` as an octal number.", "Drop the leading zero, or quote it."),
            (_SEXAGESIMAL, "YAML 1.1 reads `{}` in base 60.", "Quote it: '{}'."),
            (_UNDERSCORE, "`{}` is a number to some tools and a text to others.", "Drop the underscores."),
            (_DATE, "YAML 1.1 reads `{}` as a date.", "Quote it: '{}'."),
        ):
            if pattern.match(text):
                self._note(loc, message.format(text), repair.format(text))
        if _LOOSE_FLOAT.match(text) and not node.tag.endswith("float"):
            self._note(loc, f"YAML 1.1 reads `{text}` as a text.", "Write 0.001, or 1.0e-3 with a point and a sign.")
        if text.count("(") != text.count(")") and self._in_flow(node):
            self._note(loc, f"`{text}` was cut at a comma.", "Quote formulas with commas inside [ ] and { }.")
        line = self._line(node.end_mark.line)
        rest = line[node.end_mark.column :]
        if _COMMENT.match(rest) and len(text.split()) > 1 and loc[-1:] not in (("where",),):
            self._note(loc, f"` #` starts a comment, so the text ends at `{text[-20:]}`.", "Quote the text.")

    def _in_flow(self, node: Any) -> bool:
        before = self._line(node.start_mark.line)[: node.start_mark.column]
        return before.count("[") > before.count("]") or before.count("{") > before.count("}")

    def _line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def _raw(self, node: Any) -> str:
        first, last = node.start_mark.line, node.end_mark.line
        lines = [self._line(number) for number in range(first, last + 1)]
        lines[-1] = lines[-1][: node.end_mark.column]
        lines[0] = lines[0][node.start_mark.column :]
        return "\n".join(lines)


def _int(text: str) -> int | str:
    try:
        return int(text.replace("_", ""), 10)
    except ValueError:
        return text


def _float(text: str) -> float | str:
    plain = text.replace("_", "").lower()
    try:
        return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
