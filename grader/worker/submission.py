"""A student's source, loaded into a module, and the calls of its functions."""

from __future__ import annotations

import io
import linecache
import os
import sys
import time
import types
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from grader import wire
from grader.values import Opaque, Value, fresh
from grader.worker.arguments import Names, effects
from grader.worker.found import Parameters, found
from grader.worker.gate import Gate
from grader.worker.results import describe, encode_result
from grader.worker.surroundings import Noting, flush
from grader.worker.words import message_of, short, types_of

MAX_FRAMES: Final = 20
MAX_NAMES: Final = 500  # top-level names that are reported
REPEAT_BELOW: Final = 0.4  # of the time for a call: a slow function has no time for the second run

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")  # what PowerShell's `>` and some editors on Windows begin a file with

Answer = tuple[Value, ...]


class Submission:
    """One submission; what it is asked, it answers with a tuple whose first item says what happened."""

    def __init__(self, call_seconds: float) -> None:
        self.call_seconds = call_seconds
        self.filename = ""
        self.module = types.ModuleType("submission")
        self.parameters: dict[str, Parameters] = {}
        self.noting = Noting()

    def answer(self, kind: int, value: Any) -> Answer:
        """The answer to a request, also where the code has broken what this class uses."""
        try:
            if kind == wire.LOAD:
                return self.load(*value)
            head, given = value
            name, names, repeat = _told(head)
            return self.call(name, names, given, repeat)
        except BaseException as error:
            return ("raised", types_of(type(error)), message_of(error), (), ())

    def load(self, source: bytes, filename: str, functions: Sequence[str]) -> Answer:
        """("loaded", functions, names), or ("raised", ...) for whatever kept it from being loaded.

        The names are all that the file defines, where a function is missing that may have been given another name.
        """
        self.filename = filename
        self.module = _module(filename)
        namespace = vars(self.module)
        lines = source.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)  # for tracebacks that the code prints
        try:
            if source.startswith(_UTF_16):
                raise SyntaxError("the file is saved as UTF-16; Python reads UTF-8: save it as that")
            code = compile(source, filename, "exec", dont_inherit=True)
            self._execute(code, namespace, functions)
            described = {}
            for name in functions:
                if name in namespace:
                    described[name], self.parameters[name] = found(name, namespace[name], source, code)
        except BaseException as error:
            return self._raised(error, [])
        others = list(namespace)[:MAX_NAMES] if len(described) < len(functions) else []
        return ("loaded", described, tuple([short(name) for name in others if not name.startswith("__")]))

    def _execute(self, code: types.CodeType, namespace: dict[str, Any], functions: Sequence[str]) -> None:
        """Run a module; one that ends itself (`sys.exit()` after a trial run) counts if all functions were defined."""
        try:
            exec(code, namespace)
        except SystemExit:
            if not namespace.keys() >= set(functions):
                raise

    def call(self, name: str, names: Names, given: Sequence[Value], repeat: bool) -> Answer:
        """("returned", value, facts), ("raised", ...) or ("todo",): one call on copies of the arguments.

        With `repeat` there is a second one, on other copies. `facts` holds what is worth telling: "again", the other
        value; "changed" and "drew", names of arguments; "warnings", texts.
        """
        target = vars(self.module).get(name)
        if target is None or not callable(target):
            return ("absent", "" if target is None else describe(target))
        by_name = names if self._knows(name, names) else ()
        noted = self.noting.begin()
        started = time.perf_counter()
        first, used = self._once(target, by_name, given, noted)
        seconds = time.perf_counter() - started
        if first[0] != "returned":
            return first
        changed, drew = effects(names, given, used)
        facts: dict[str, Value] = {"changed": changed, "drew": drew, "warnings": tuple(noted)}
        if repeat and seconds <= REPEAT_BELOW * self.call_seconds:
            second = self._silently(target, by_name, given)
            if second != first:
                facts["again"] = (second[1] if second[0] == "returned" else wire.encode(_otherwise(second)),)
        return (*first, {key: value for key, value in facts.items() if value})

    def _silently(self, target: Callable[..., Any], names: Names, given: Sequence[Value]) -> Answer:
        """What the same call does again; what it prints is dropped, for it has been printed once."""
        shown = sys.stdout, sys.stderr
        flush()
        sys.stdout = sys.stderr = io.StringIO()
        second, _ = self._once(target, names, given, [])
        sys.stdout, sys.stderr = shown
        return second

    def _once(
        self, target: Callable[..., Any], names: Names, given: Sequence[Value], noted: list[str]
    ) -> tuple[Answer, list[Any]]:
        """What one call does, and the arguments it was given: by the names that there are, else by position."""
        used: list[Any] = []
        try:
            used = [fresh(value) for value in given]
            positional = [value for name, value in zip(names, used) if name is None] if names else used
            keywords = {name: value for name, value in zip(names, used) if name is not None}
            return ("returned", encode_result(target(*positional, **keywords))), used
        except NotImplementedError:
            return ("todo",), used
        except BaseException as error:
            return self._raised(error, noted), used

    def _knows(self, name: str, names: Names) -> bool:
        """Whether to give arguments by name. All by position if the function has other names: they are no mistake.

        Where some come by position already, the named ones stand after a gap, and have to be named.
        """
        if None in names:
            return any(names)
        own = self.parameters.get(name)
        return own is not None and (own.any_name or own.names.issuperset(names))

    def _raised(self, error: BaseException, noted: list[str]) -> Answer:
        """("raised", types, message, frames, warnings), with the frames of the student's own file."""
        frames, traceback = [], error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename == self.filename:
                frames.append((traceback.tb_lineno, short(code.co_name)))
            traceback = traceback.tb_next
        if len(frames) > MAX_FRAMES:
            frames = frames[: MAX_FRAMES // 2] + frames[-MAX_FRAMES // 2 :]
        message = message_of(error)
        if isinstance(error, SyntaxError) and error.filename == self.filename and type(error.lineno) is int:
            frames, message = [(max(error.lineno, 1), "<module>")], short(error.msg)
        return ("raised", types_of(type(error)), message, tuple(frames), tuple(noted))


@lru_cache(100)
def _told(head: bytes) -> Any:
    """A function's name, the names of the arguments, and whether to call it twice."""
    return wire.decode(head)


def _module(filename: str) -> types.ModuleType:
    """An empty module named after the file, or `submission` where that would hide another module."""
    name = os.path.splitext(os.path.basename(filename))[0]
    module = types.ModuleType("submission" if name in sys.modules or name in Gate.allowed else name)
    module.__file__ = filename
    sys.modules[module.__name__] = module
    return module


def _otherwise(outcome: Answer) -> Opaque:
    """The second outcome of a call whose first one was a value."""
    kind = outcome[1][0] if outcome[0] == "raised" else "NotImplementedError"
    return Opaque(f"an exception in the second of two equal calls ({kind})")
