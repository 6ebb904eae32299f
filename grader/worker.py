"""Executes student code: the only module that ever does, in a process of its own that the sandbox has confined.

It reads requests (the source, then one message a call) and answers each with what happened, as plain values. Nothing in
here can be trusted once a submission is loaded; the other side takes its answers as bytes that may say anything.
"""

from __future__ import annotations

import ast
import builtins
import faulthandler
import inspect
import io
import linecache
import os
import random
import signal
import sys
import time
import types
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import numpy.fft
import numpy.linalg
import numpy.random

from grader import wire
from grader.values import Opaque, Seeded, Source, Value, fresh

MAX_MESSAGE: Final = 2000  # characters of an exception's text
MAX_WARNINGS: Final = 20
MAX_FRAMES: Final = 20
MAX_NAMES: Final = 500  # top-level names that are reported
MAX_RESULT: Final = 8 << 20  # bytes; the largest result of a task has a few kB
MAX_ITEMS: Final = 100_000
MAX_TEXT: Final = 1 << 20
MAX_DEPTH: Final = 20
_CHUNK: Final = 1 << 16
REPEAT_BELOW: Final = 0.4  # of the time for a call: a slow function has no time for the second run

Names = Sequence["str | None"]

_SCALARS: Final = frozenset(
    np.dtype(code).type for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
) | {np.longlong, np.ulonglong}
_EXCEPTIONS: Final = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


# --- the conversation --------------------------------------------------------------------------------------------


def warm(writer: int) -> None:
    """Make a process ready to become a worker: every import done, and the way to all others closed.

    `writer` is the descriptor that answers will be written to.
    """
    roots = sys.argv[2:4]
    sys.argv[:] = sys.orig_argv[:] = ["submission.py"]
    os.environ.pop("PYTHONHASHSEED", None)
    sys.path[:] = [path for path in sys.path if path not in roots]
    for root in roots:
        sys.path_importer_cache.pop(root, None)
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Gate())
    _standard_streams()
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, file=writer, all_threads=False)  # answers "where are you"
    faulthandler.enable(file=2, all_threads=False)
    trial = Submission(1.0)  # what runs once here is loaded and warm in every worker
    trial.load(b"import numpy as np\ndef first(x, rng):\n    return np.exp(x).mean(axis=0)\n", "trial.py", ("first",))
    for _ in range(20):
        trial.call("first", ("x", "rng"), (np.ones((2, 3)), Seeded(0)), True)
    del sys.modules["trial"]


class Gate:
    """Refuses the import of everything but NumPy and the standard library."""

    allowed = frozenset(sys.stdlib_module_names) | {"numpy"}

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """None for what may be imported, so that the usual finders go on; ImportError for the rest."""
        top = name.partition(".")[0]
        if top in self.allowed or top.startswith("_sysconfigdata"):
            return
        advice = "; copy what you need into this file" if top.startswith("exercise") else ""
        raise ImportError(f"{top} is not allowed here: only NumPy and the standard library{advice}", name=name)


def serve(reader: int, writer: int, confine: Callable[[dict[str, Value]], Value]) -> None:
    """Answer requests until the other side closes; the first one holds the limits, for `confine`."""
    _, request, limits = _receive(reader)
    random.seed(0)  # global streams start alike in every worker (a fork seeds this one from the system)
    np.random.seed(0)
    _send(writer, request, confine(limits))
    submission = Submission(float(limits["call_seconds"]))
    while True:
        kind, request, value = _receive(reader)
        with _answering_where(writer, submission.call_seconds):
            answer = submission.answer(kind, value)
        _flush()
        _send(writer, request, answer)


@contextmanager
def _answering_where(writer: int, seconds: float) -> Iterator[None]:
    """On systems without the signal that asks where the code is, say it unasked when the time is over."""
    if hasattr(faulthandler, "register"):
        yield
        return
    faulthandler.dump_traceback_later(seconds + 0.03, file=writer)  # when the other side has given up, not before
    yield
    faulthandler.cancel_dump_traceback_later()


def _receive(reader: int) -> tuple[int, bytes, Value]:
    """The next request. Only one is ever on its way, so what comes first is mostly the whole of it."""
    data = _more(reader)
    while len(data) < wire.HEADER.size:
        data += _more(reader)
    kind, request, length = wire.header(data[: wire.HEADER.size])
    parts, missing = [data[wire.HEADER.size :]], wire.HEADER.size + length - len(data)
    while missing > 0:
        parts.append(_more(reader))
        missing -= len(parts[-1])
    return kind, request, wire.decode(b"".join(parts))


def _more(reader: int) -> bytes:
    data = os.read(reader, _CHUNK)
    if not data:
        os._exit(0)  # the other side has closed
    return data


def _send(writer: int, request: bytes, value: Value) -> None:
    rest = memoryview(wire.frame(wire.ANSWER, request, value))
    while rest:
        rest = rest[os.write(writer, rest) :]


def _standard_streams() -> None:
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass  # the code may have closed it or put anything in its place


# --- a submission ------------------------------------------------------------------------------------------------


class Submission:
    """A student's source, loaded into a module, and the calls of its functions."""

    def __init__(self, call_seconds: float) -> None:
        self.call_seconds = call_seconds
        self.filename = ""
        self.module = types.ModuleType("submission")
        self.accepted: dict[str, tuple[frozenset[str | None], bool] | None] = {}

    def answer(self, kind: int, value: Any) -> Value:
        """The answer to a request, also where the code has broken what this class uses."""
        try:
            return self.load(*value) if kind == wire.LOAD else self.call(*value)
        except BaseException as error:
            return ("raised", _types(type(error)), _message(error), (), (), 0.0)

    def load(self, source: bytes, filename: str, functions: Sequence[str]) -> Value:
        """("loaded", functions, names), or ("raised", ...) for whatever kept it from being loaded."""
        self.filename = filename
        name = os.path.splitext(os.path.basename(filename))[0]
        self.module = types.ModuleType("submission" if name in sys.modules or name in Gate.allowed else name)
        self.module.__file__ = filename
        sys.modules[self.module.__name__] = self.module
        namespace = vars(self.module)
        lines = source.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)  # for tracebacks that the code prints
        try:
            tree = ast.parse(source, filename)
            exec(compile(tree, filename, "exec", dont_inherit=True), namespace)
            found = {name: self._found(name, tree) for name in functions if name in namespace}
        except BaseException as error:
            return self._raised(error, [], 0.0)
        return ("loaded", found, tuple(_text(name) for name in list(namespace)[:MAX_NAMES] if not _dunder(name)))

    def _found(self, name: str, tree: ast.Module) -> Value:
        value = vars(self.module)[name]
        definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        code = value.__code__ if type(value) is types.FunctionType else None
        line = definitions[-1].lineno if definitions else code.co_firstlineno if code else 1
        todo = bool(definitions) and code is not None and all(map(_says_nothing, definitions[-1].body))
        parameters = _parameters(value)
        self.accepted[name] = _accepted(parameters)
        shown = tuple(_text(str(parameter).partition(":")[0].partition("=")[0]) for parameter in parameters or ())
        return (line, shown, todo, _problem(value))

    def call(self, name: str, names: Names, given: Sequence[Value], repeat: bool) -> Value:
        """("returned", value, seconds, facts), ("raised", ...) or ("todo",): one call on copies of the arguments.

        With `repeat` there is a second one, on other copies. `facts` holds what is worth telling: "again", the other
        value; "changed" and "drew", names of arguments; "warnings", texts.
        """
        target = vars(self.module).get(name)
        if target is None or not callable(target):
            return ("absent", "" if target is None else describe(target))
        by_name = self._knows(name, names)
        noted: list[str] = []
        with _noting(noted):
            first, used = self._once(target, names, given, by_name, noted)
            if first[0] != "returned":
                return first
            facts: dict[str, Value] = {
                "changed": _those(_changed, names, given, used),
                "drew": _those(_drew, names, given, used),
            }
            facts["warnings"] = tuple(noted)
            if repeat and first[2] <= REPEAT_BELOW * self.call_seconds:
                with _silence():
                    second, _ = self._once(target, names, given, by_name, noted)
                if second[:2] != first[:2]:
                    facts["again"] = (second[1] if second[0] == "returned" else wire.encode(_otherwise(second)),)
        return (*first, {key: value for key, value in facts.items() if value})

    def _once(
        self, target: Callable[..., Any], names: Names, given: Sequence[Value], by_name: bool, noted: list[str]
    ) -> tuple[tuple[Value, ...], list[Any]]:
        """What one call does, and the arguments that it was given."""
        used: list[Any] = []
        started = time.perf_counter()
        try:
            used = [fresh(value) for value in given]
            positional = (
                used if not by_name else [value for name, value in zip(names, used, strict=True) if name is None]
            )
            keywords = (
                {name: value for name, value in zip(names, used, strict=True) if name is not None} if by_name else {}
            )
            started = time.perf_counter()
            result = target(*positional, **keywords)
            seconds = time.perf_counter() - started
            return ("returned", encode_result(result), seconds), used
        except NotImplementedError:
            return ("todo",), used
        except BaseException as error:
            return self._raised(error, noted, time.perf_counter() - started), used

    def _knows(self, name: str, names: Names) -> bool:
        """Whether to give arguments by name. All by position if the function has other names: they are no mistake.

        Where some come by position already, the named ones stand after a gap, and have to be named.
        """
        accepted = self.accepted.get(name)
        if None in names:
            return any(names)
        return accepted is not None and (accepted[1] or accepted[0].issuperset(names))

    def _raised(self, error: BaseException, noted: list[str], seconds: float) -> tuple[Value, ...]:
        frames = []
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename == self.filename:
                frames.append((traceback.tb_lineno, _text(code.co_name)))
            traceback = traceback.tb_next
        if len(frames) > MAX_FRAMES:
            frames = frames[: MAX_FRAMES // 2] + frames[-MAX_FRAMES // 2 :]
        message = _message(error)
        if isinstance(error, SyntaxError) and error.filename == self.filename and type(error.lineno) is int:
            frames, message = [(max(error.lineno, 1), "<module>")], _text(error.msg)
        return ("raised", _types(type(error)), message, tuple(frames), tuple(noted), seconds)


@contextmanager
def _noting(noted: list[str]) -> Iterator[None]:
    """Keep the texts of RuntimeWarnings, the first few and each once, whatever the module did to the filters."""

    def note(
        message: Any, category: type[Warning], filename: str, line: int, file: Any = None, text: Any = None
    ) -> None:
        if issubclass(category, RuntimeWarning):
            words = _message(message)
            if len(noted) < MAX_WARNINGS and words not in noted:
                noted.append(words)
        elif shown is not None:
            shown(message, category, filename, line, file, text)

    shown = warnings.showwarning
    with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        warnings.simplefilter("always", RuntimeWarning)
        warnings.showwarning = note  # type: ignore[assignment]
        yield


# --- what a module holds -----------------------------------------------------------------------------------------


def _dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement of a body is one that stands there before anything is written."""
    if isinstance(statement, ast.Return):
        return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _problem(value: object) -> str:
    if isinstance(value, type):
        return "is a class"
    if type(value) is types.FunctionType:
        flags = value.__code__.co_flags
        if flags & inspect.CO_GENERATOR:
            return "is a generator function (it uses yield)"
        if flags & inspect.CO_COROUTINE:
            return "is a coroutine function (async def)"
        return "is an asynchronous generator function" if flags & inspect.CO_ASYNC_GENERATOR else ""
    return "" if callable(value) else f"is {describe(value)}"


def _parameters(value: Any) -> list[inspect.Parameter] | None:
    try:
        return list(inspect.signature(value).parameters.values())
    except BaseException:  # not callable, a builtin without a signature, or an object that lies about itself
        return None


def _accepted(parameters: list[inspect.Parameter] | None) -> tuple[frozenset[str | None], bool] | None:
    """The names that may be given, and whether any name may be."""
    if parameters is None:
        return None
    named = {each.name for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)}
    return frozenset(named), any(each.kind is each.VAR_KEYWORD for each in parameters)


@contextmanager
def _silence() -> Iterator[None]:
    """Drop what the repeated call prints: it has been printed once."""
    shown = sys.stdout, sys.stderr
    _flush()
    sys.stdout = sys.stderr = io.StringIO()
    yield
    sys.stdout, sys.stderr = shown


def _otherwise(outcome: tuple[Value, ...]) -> Opaque:
    """The second outcome of a call whose first one was a value."""
    kind = outcome[1][0] if outcome[0] == "raised" else "NotImplementedError"
    return Opaque(f"an exception in the second of two equal calls ({kind})")


# --- arguments afterwards ----------------------------------------------------------------------------------------


def _those(
    test: Callable[[Value, Any], bool], names: Names, given: Sequence[Value], used: list[Any]
) -> tuple[str, ...]:
    """The names of the arguments for which a test of before and after holds."""
    positions = [position for position, value in enumerate(given) if test(value, used[position])]
    return tuple([names[position] or f"argument {position + 1}" for position in positions])


def _changed(given: Value, used: Any) -> bool:
    """Whether a call has changed an argument; a generator that was drawn from has not been changed."""
    if used is given or isinstance(given, (Source, Seeded)):
        return False
    if type(used) is not type(given):
        return True
    if isinstance(given, np.ndarray):
        same = used.dtype == given.dtype and used.shape == given.shape and used.tobytes() == given.tobytes()
        return not same
    if isinstance(given, (list, tuple)):
        return len(used) != len(given) or any(map(_changed, given, used))
    if isinstance(given, dict):
        return list(used) != list(given) or any(_changed(given[key], used[key]) for key in given)
    return bool(used != given)


def _drew(given: Value, used: Any) -> bool:
    """Whether a call has drawn from a generator."""
    if isinstance(given, Seeded):
        state = np.random.default_rng(given.seed).bit_generator.state
        return not isinstance(used, np.random.Generator) or bool(used.bit_generator.state != state)
    if isinstance(given, (list, tuple)) and type(used) is type(given):
        return any(map(_drew, given, used))
    if isinstance(given, dict) and type(used) is dict:
        return any(key in used and _drew(given[key], used[key]) for key in given)
    return False


# --- results -----------------------------------------------------------------------------------------------------


def encode_result(result: object) -> bytes:
    """The bytes of a result, taken at once; parts of no known kind become an `Opaque` that says what they are."""
    try:
        data = wire.encode(_clean(result, 0, [MAX_ITEMS, MAX_RESULT]))
    except wire.WireError as error:
        return wire.encode(Opaque(f"a result that cannot be sent ({error})"))
    return data


def _clean(value: Any, depth: int, room: list[int]) -> Value:
    """A tree of exact types only. `room` holds how many more items and bytes there is room for."""
    kind = type(value)
    room[0] -= 1
    if value is None or kind is bool or kind is int or kind is float:
        return value if kind is not int or value.bit_length() < 8192 else Opaque("an integer of more than 8192 bits")
    if kind is np.ndarray:
        return _clean_array(value, room)
    if kind in _SCALARS:
        return np.asarray(value)
    if kind is str or kind is np.str_:
        return str(value) if len(value) <= MAX_TEXT else Opaque(f"a str of {len(value)} characters")
    if depth > MAX_DEPTH:
        return Opaque(f"something nested more than {MAX_DEPTH} deep")
    if kind is list or kind is tuple or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
        return _clean_items(value, depth, room)
    if kind in (dict, OrderedDict, defaultdict, Counter):
        return _clean_dict(value, depth, room)
    return Opaque(describe(value))


def _clean_array(value: np.ndarray, room: list[int]) -> Value:
    if value.dtype.type not in _SCALARS:
        return Opaque(describe(value))
    room[1] -= value.nbytes
    if room[1] < 0 or value.ndim > wire.MAX_DIMENSIONS:
        return Opaque(f"an array of shape {value.shape}, too large to be sent")
    return value


def _clean_items(value: Any, depth: int, room: list[int]) -> Value:
    base = list if type(value) is list else tuple
    if base.__len__(value) > room[0]:
        return Opaque(f"a {base.__name__} of {base.__len__(value)} items")
    return base([_clean(item, depth + 1, room) for item in base.__iter__(value)])


def _clean_dict(value: dict[Any, Any], depth: int, room: list[int]) -> Value:
    if len(value) > room[0]:
        return Opaque(f"a dict of {len(value)} items")
    for key in value:
        if type(key) not in (str, np.str_):
            return Opaque(f"a dict with a key that is {describe(key)}")
    return {str(key): _clean(item, depth + 1, room) for key, item in dict.items(value)}


_DESCRIPTIONS: Final = {
    types.GeneratorType: "a generator",
    types.CoroutineType: "a coroutine",
    types.FunctionType: "a function",
    types.BuiltinFunctionType: "a function",
    types.MethodType: "a method",
    types.ModuleType: "a module",
    complex: "a complex number",
    int: "an int",
    bytes: "bytes",
    np.ufunc: "a NumPy function",
    type(None): "None",
}


def describe(value: object) -> str:
    """What a value is, in words, without asking the value itself."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of {np.ndarray.__getattribute__(value, 'dtype')}"[:200]
    if kind in _DESCRIPTIONS:
        return _DESCRIPTIONS[kind]
    if issubclass(kind, type):
        return "a class"
    name = _name(kind)
    for base in (np.ndarray, np.generic, list, tuple, dict, str, bool, int, float, complex):
        if issubclass(kind, base) and kind is not base and not _own(kind):
            return f"{name}, a subclass of {'numpy.' if base in (np.ndarray, np.generic) else ''}{base.__name__}"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _own(kind: type) -> bool:
    """Whether a type is NumPy's scalar type or an ordinary built-in one, which needs no genealogy."""
    return issubclass(kind, np.generic) and _of_type(kind, "__module__") == "numpy"


# --- text, made safely -------------------------------------------------------------------------------------------


def _text(words: Any, limit: int = 200) -> str:
    return str.__str__(words)[:limit] if isinstance(words, str) else ""


def _of_type(kind: type, attribute: str) -> Any:
    """An attribute of a type as `type` itself knows it, whatever the type's own type makes of it."""
    return vars(type)[attribute].__get__(kind)


def _name(kind: type) -> str:
    return _text(_of_type(kind, "__name__"), 100)


def _types(kind: type) -> tuple[str, ...]:
    """The names of an exception's class and its bases; a class that only borrows a built-in name is told apart."""
    names = []
    for base in _of_type(kind, "__mro__")[:20]:
        name = _name(base)
        if base is not object:
            names.append(name if _EXCEPTIONS.get(name, base) is base else f"submission.{name}")
    return tuple(names)


def _message(error: object) -> str:
    try:
        words = str(error)
    except BaseException:
        return "(its message cannot be shown)"
    return _text(words, MAX_MESSAGE + 1) if len(words) <= MAX_MESSAGE else _text(words, MAX_MESSAGE) + "..."
