"""What a session says about ordinary and less ordinary code, at every level."""

from __future__ import annotations

import time

import numpy as np
import pytest

from grader.sandbox import Call, Level, Limits, Sandbox
from grader.sandbox.session import Session
from grader.values import Opaque, Seeded, Source, Value
from grader.verdict import (
    Absent,
    Broken,
    Died,
    Found,
    Loaded,
    NotWritten,
    Outcome,
    Raised,
    Returned,
    StackFrame,
    TimedOut,
)
from tests.sandbox.conftest import LIMITS


def called(sandbox: Sandbox, source: str, *arguments: Value, name: str = "f", repeat: bool = True) -> Outcome:
    """What comes of one call of a function, its arguments given by position."""
    with sandbox.session(source.encode(), "exercise17_batchnorm.py", [name]) as session:
        return session.call(name, [(None, value) for value in arguments], repeat=repeat)


def returned(sandbox: Sandbox, source: str, *arguments: Value) -> Returned:
    outcome = called(sandbox, source, *arguments)
    assert isinstance(outcome, Returned), outcome
    return outcome


def found(sandbox: Sandbox, source: str, name: str = "f") -> Found:
    with sandbox.session(source.encode(), "exercise17_batchnorm.py", [name]) as session:
        loaded = session.load()
    assert isinstance(loaded, Loaded), loaded
    return loaded.functions[name]


# --- many calls ------------------------------------------------------------------------------------------------------


def many(session: Session, *values: Value) -> list[Outcome]:
    return list(session.calls([Call("f", [(None, value)], repeat=False) for value in values]))


def test_many_calls_are_answered_in_their_order_each_with_what_it_printed(sandbox: Sandbox) -> None:
    source = b"import sys\ndef f(x):\n    print('call', x)\n    print('also', x, file=sys.stderr)\n    return x * x\n"
    with sandbox.session(source, "e.py", ["f"]) as session:
        outcomes = many(session, *range(50))
    assert [each.value for each in outcomes if isinstance(each, Returned)] == [x * x for x in range(50)]
    assert [each.printed for each in outcomes if isinstance(each, Returned)] == [
        f"call {x}\nalso {x}\n" for x in range(50)
    ]


def test_calls_go_on_in_a_new_worker_after_one_that_ended_it(sandbox: Sandbox) -> None:
    source = b"import os\ncalls = []\ndef f(x):\n    calls.append(x)\n    return len(calls) if x else os._exit(7)\n"
    with sandbox.session(source, "e.py", ["f"]) as session:
        outcomes = many(session, 1, 1, 0, 1, 0, 1, 1)
    values = [each.value if isinstance(each, Returned) else type(each) for each in outcomes]
    assert values == [1, 2, Died, 1, Died, 1, 2]


def test_calls_that_nobody_hears_do_not_answer_for_others(sandbox: Sandbox) -> None:
    source = b"def f(x):\n    return x\n"
    with sandbox.session(source, "e.py", ["f"]) as session:
        for value in range(3):
            calls = session.calls([Call("f", [(None, value)], repeat=False)] * 10)
            first = next(calls)
            calls.close()
            assert isinstance(first, Returned) and first.value == value
        last = session.call("f", [(None, "last")])
    assert isinstance(last, Returned) and last.value == "last"


def test_an_argument_that_cannot_be_sent_costs_its_own_call_only(sandbox: Sandbox) -> None:
    with sandbox.session(b"def f(x):\n    return 1\n", "e.py", ["f"]) as session:
        outcomes = many(session, 1, {1: "a key that is no text"}, 1)
    assert [type(each) for each in outcomes] == [Returned, Broken, Returned]


def test_after_two_timeouts_no_call_is_made_any_more(sandbox: Sandbox) -> None:
    source = b"def f(x):\n    while x:\n        pass\n    return x\n"
    with sandbox.session(source, "e.py", ["f"]) as session:
        outcomes = many(session, 0, 1, 0, 1, 0)
    assert [type(each) for each in outcomes] == [Returned, TimedOut, Returned, TimedOut, TimedOut]
    assert outcomes[-1] == TimedOut(0.0, of_submission=True)


# --- loading -----------------------------------------------------------------------------------------------------


def test_loading_tells_lines_parameters_and_names(sandbox: Sandbox) -> None:
    source = (
        b"import numpy as np\n\ndef f(x, *, eps=1e-5):\n    return x\n\n@np.vectorize\ndef g(a, b):\n    return a\n"
    )
    with sandbox.session(source, "exercise17.py", ["f", "g", "missing"]) as session:
        loaded = session.load()
    assert isinstance(loaded, Loaded)
    assert set(loaded.functions) == {"f", "g"}
    assert loaded.functions["f"] == Found("f", 3, ("x", "eps"))
    assert loaded.functions["g"].line == 7
    assert loaded.names == ("np", "f", "g")


@pytest.mark.parametrize(
    "body",
    [
        '"""Only words."""',
        "pass",
        "...",
        "raise NotImplementedError",
        "raise NotImplementedError('soon')",
        "return",
        "return None",
    ],
)
def test_a_body_that_says_nothing_is_not_written(sandbox: Sandbox, body: str) -> None:
    assert found(sandbox, f"def f(x):\n    '''Words.'''\n    {body}\n").todo


@pytest.mark.parametrize(
    "body", ["return x", "x", "print('hi')", "raise ValueError", "y = NotImplementedError", "return 0"]
)
def test_a_body_that_says_something_is_written(sandbox: Sandbox, body: str) -> None:
    assert not found(sandbox, f"def f(x):\n    '''Words.'''\n    {body}\n").todo


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("class f:\n    pass", "is a class"),
        ("def f(x):\n    yield x", "is a generator function (it uses yield)"),
        ("async def f(x):\n    return x", "is a coroutine function (async def)"),
        ("async def f(x):\n    yield x", "is an asynchronous generator function"),
        ("f = 3", "is an int"),
        ("import numpy as np\nf = np.zeros(3)", "is an array of float64"),
        ("f = lambda x: x", ""),
        ("import numpy as np\nf = np.exp", ""),
        ("from functools import partial\nf = partial(max, 0)", ""),
        ("import numpy as np\nf = np.vectorize(abs)", ""),
    ],
)
def test_what_has_the_name_instead_of_a_function(sandbox: Sandbox, source: str, problem: str) -> None:
    assert found(sandbox, source).problem == problem


def test_a_syntax_error_has_its_line(sandbox: Sandbox) -> None:
    outcome = called(sandbox, "x = 1\ndef f(x:\n    return x\n", 1.0)
    assert isinstance(outcome, Raised)
    assert outcome.types[0] == "SyntaxError"
    assert outcome.frames == (StackFrame(2, "<module>", "def f(x:"),)


def test_an_error_at_import_shows_only_the_student_s_frames(sandbox: Sandbox) -> None:
    outcome = called(sandbox, "import json\n\ndef helper():\n    return json.loads('{')\n\nhelper()\n", 1.0)
    assert isinstance(outcome, Raised)
    assert outcome.types[:2] == ("JSONDecodeError", "ValueError")
    assert outcome.frames == (StackFrame(6, "<module>", "helper()"), StackFrame(4, "helper", "return json.loads('{')"))


def test_an_exception_of_numpy_has_the_name_that_python_shows(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(x):\n    return np.zeros(10**15) if x else np.linalg.inv(np.zeros((2, 2)))\n"
    memory, algebra = called(sandbox, source, 1), called(sandbox, source, 0)
    assert isinstance(memory, Raised) and isinstance(algebra, Raised)
    assert memory.types == ("MemoryError", "Exception", "BaseException"), (
        "a class of NumPy's that is called like its base"
    )
    assert algebra.types[:2] == ("LinAlgError", "ValueError")


def test_what_is_written_past_the_streams_is_not_lost(sandbox: Sandbox) -> None:
    source = b"import os\ndef f(x):\n    os.write(1, b'raw %d\\n' % x)\n    return x\ndef g(x):\n    return x\n"
    calls = [Call("f" if number % 3 == 0 else "g", [("x", number)], repeat=False) for number in range(40)]
    with sandbox.session(source, "e.py", ["f", "g"]) as session:
        printed = [outcome.printed for outcome in session.calls(calls) if isinstance(outcome, Returned)]
    assert "".join(printed).splitlines() == [f"raw {number}" for number in range(0, 40, 3)]


def test_a_call_that_changes_the_filters_of_warnings_does_not_change_the_next_one(sandbox: Sandbox) -> None:
    source = b"""
import warnings
import numpy as np
def f(x):
    result = np.log(x)
    warnings.simplefilter("ignore")
    warnings.showwarning = None
    np.seterr(all="ignore")
    return result
"""
    zero = np.zeros(2)
    with sandbox.session(source, "e.py", ["f"]) as session:
        outcomes = [session.call("f", [("x", zero)], repeat=False) for _ in range(3)]
    assert [outcome.warnings for outcome in outcomes if isinstance(outcome, Returned)] == 3 * [
        ("divide by zero encountered in log",)
    ]


def test_what_is_printed_at_import_belongs_to_loading(sandbox: Sandbox) -> None:
    with sandbox.session(
        b"print('loading')\ndef f(x):\n    print('calling')\n    return x\n", "e.py", ["f"]
    ) as session:
        loaded = session.load()
        outcome = session.call("f", [(None, 1.0)])
    assert isinstance(loaded, Loaded) and loaded.printed == "loading\n"
    assert isinstance(outcome, Returned) and outcome.printed == "calling\n"


def test_a_file_name_that_is_not_plain_does_not_get_into_tracebacks(sandbox: Sandbox) -> None:
    source = b"import traceback\ndef f(x):\n    traceback.print_stack()\n    print(__file__)\n    return x\n"
    with sandbox.session(source, '\x1b]0;hello\x07"\n.py', ["f"]) as session:
        outcome = session.call("f", [(None, 1.0)], repeat=False)
    assert isinstance(outcome, Returned)
    assert "\x1b" not in outcome.printed and "submission.py" in outcome.printed


def test_tracebacks_that_a_student_prints_show_their_own_lines(sandbox: Sandbox) -> None:
    source = "import traceback\ndef f(x):\n    try:\n        return x / 0\n    except ZeroDivisionError:\n        traceback.print_exc()\n"
    printed = returned(sandbox, source, 1.0).printed
    assert 'File "exercise17_batchnorm.py", line 4, in f' in printed
    assert "return x / 0" in printed


# --- calls -------------------------------------------------------------------------------------------------------

VALUES: tuple[Value, ...] = (
    None,
    True,
    -(2**70),
    1.5,
    float("inf"),
    "text, ü and \x00",
    np.float64(1.5),
    np.int32(-3),
    np.array(2.0),
    np.zeros((0, 3)),
    np.array([[True, False]]),
    np.arange(6, dtype=np.uint8).reshape(2, 3),
    np.array([1.5, -2.0], dtype=np.float16),
    [1, (2.0, "three"), {"four": np.arange(4)}],
    {},
    (),
    [[]],
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_kind_of_value_comes_back_as_it_went(sandbox: Sandbox, value: Value) -> None:
    got = returned(sandbox, "def f(x):\n    return x\n", value).value
    assert_same(got, value)


def assert_same(got: Value, want: Value) -> None:
    if isinstance(want, (np.ndarray, np.generic)):
        assert got.dtype == want.dtype and got.shape == want.shape and np.array_equal(got, want)
    elif isinstance(want, (list, tuple)):
        assert type(got) is type(want) and len(got) == len(want)
        for one, other in zip(got, want, strict=True):
            assert_same(one, other)
    elif isinstance(want, dict):
        assert list(got) == list(want)
        for key in want:
            assert_same(got[key], want[key])
    else:
        assert type(got) is type(want) and got == want


def test_nan_in_an_argument_is_no_change_and_no_difference(sandbox: Sandbox) -> None:
    outcome = returned(sandbox, "def f(x, y):\n    return x, y\n", np.array([np.nan, 1.0]), float("nan"))
    assert outcome.changed == () and outcome.again == ()


CHANGES = {
    "x[0] = 1": True,
    "x += 0": False,
    "x.sort()": True,
    "x = x + 1": False,
    "y.append(1)": True,
    "y[0][0] = 5.0": True,
    "y = y + [1]": False,
    "z['new'] = 1": True,
    "z['a'][0] = 7.0": True,
    "del z['a']": True,
    "z = {}": False,
}


@pytest.mark.parametrize("statement", CHANGES)
def test_a_changed_argument_is_named(sandbox: Sandbox, statement: str) -> None:
    source = f"def f(x, y, z):\n    {statement}\n    return 0\n"
    with sandbox.session(source.encode(), "e.py", ["f"]) as session:
        values = (np.array([3.0, 2.0]), [[1.0]], {"a": np.zeros(2)})
        outcome = session.call("f", list(zip("xyz", values, strict=True)))
    assert isinstance(outcome, Returned)
    assert outcome.changed == ((statement[statement.startswith("del ") * 4],) if CHANGES[statement] else ())


def test_a_change_in_the_first_call_does_not_reach_the_second(sandbox: Sandbox) -> None:
    outcome = returned(sandbox, "def f(x):\n    x += 1\n    return x\n", np.zeros(3))
    assert outcome.again == ()
    assert outcome.changed == ("argument 1",)


def test_a_generator_starts_anew_for_each_call_and_drawing_from_it_is_told(sandbox: Sandbox) -> None:
    source = "def f(rng, other):\n    return rng.normal(size=3)\n"
    outcome = called(sandbox, source, Seeded(7), Seeded(8))
    assert isinstance(outcome, Returned)
    np.testing.assert_array_equal(outcome.value, np.random.default_rng(7).normal(size=3))
    assert outcome.drew == ("argument 1",)
    assert outcome.changed == () and outcome.again == ()


def test_a_function_as_argument_is_built_anew_for_each_call(sandbox: Sandbox) -> None:
    counter = Source(
        "count = [0]\ndef step(x):\n    count[0] += 1\n    return scale * x + count[0]\n",
        {"scale": np.array([2.0, 3.0])},
    )
    outcome = returned(sandbox, "def f(step, x):\n    step(x)\n    return step(x)\n", counter, np.ones(2))
    assert outcome.value.tolist() == [4.0, 5.0]
    assert outcome.again == () and outcome.changed == ()


def test_arguments_come_by_name_where_the_names_are_known_and_by_position_where_not(sandbox: Sandbox) -> None:
    swapped = b"def f(b, a):\n    return a - b\ndef g(first, second):\n    return first - second\ndef h(**all):\n    return all['a']\n"
    with sandbox.session(swapped, "e.py", ["f", "g", "h"]) as session:
        results = [session.call(name, [("a", 5.0), ("b", 3.0)]) for name in "fgh"]
    assert [result.value if isinstance(result, Returned) else result for result in results] == [2.0, 2.0, 5.0]


def test_after_a_gap_an_argument_is_given_by_its_name_or_not_at_all(sandbox: Sandbox) -> None:
    source = b"def f(x, eps=1.0, momentum=0.5):\n    return x + momentum\ndef g(x, eps=1.0, m=0.5):\n    return x + m\n"
    with sandbox.session(source, "e.py", ["f", "g"]) as session:
        right = session.call("f", [(None, 1.0), ("momentum", 0.25)])
        wrong = session.call("g", [(None, 1.0), ("momentum", 0.25)])
    assert isinstance(right, Returned) and right.value == 1.25
    assert isinstance(wrong, Raised) and wrong.types[0] == "TypeError" and "momentum" in wrong.message


def test_warnings_are_kept_whatever_the_module_switched_off(sandbox: Sandbox) -> None:
    source = "import warnings\nimport numpy as np\nwarnings.simplefilter('ignore')\nnp.seterr(all='ignore')\ndef f(x):\n    return np.log(x) + np.log(x)\n"
    assert returned(sandbox, source, np.zeros(2)).warnings == ("divide by zero encountered in log",)


def test_a_warning_that_is_suppressed_in_the_function_is_none(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(x):\n    with np.errstate(divide='ignore'):\n        return np.log(x)\n"
    assert returned(sandbox, source, np.zeros(2)).warnings == ()


def test_many_warnings_are_cut(sandbox: Sandbox) -> None:
    source = "import warnings\ndef f(x):\n    for i in range(100):\n        warnings.warn(f'{i}', RuntimeWarning)\n        warnings.warn('other')\n    return x\n"
    assert returned(sandbox, source, 1.0).warnings == tuple(map(str, range(20)))


def test_an_exception_has_its_types_its_message_and_the_student_s_frames(sandbox: Sandbox) -> None:
    source = "import numpy as np\n\ndef inner(x):\n    return np.ones(3) + x\n\ndef f(x):\n    return inner(x)\n"
    outcome = called(sandbox, source, np.ones(4))
    assert isinstance(outcome, Raised)
    assert outcome.types == ("ValueError", "Exception", "BaseException")
    assert outcome.message == "operands could not be broadcast together with shapes (3,) (4,) "
    assert [(frame.line, frame.function, frame.source) for frame in outcome.frames] == [
        (7, "f", "return inner(x)"),
        (4, "inner", "return np.ones(3) + x"),
    ]


def test_a_recursion_error_does_not_bring_a_thousand_frames(sandbox: Sandbox) -> None:
    outcome = called(sandbox, "def f(x):\n    return f(x)\n", 1.0)
    assert isinstance(outcome, Raised) and outcome.types[0] == "RecursionError" and len(outcome.frames) == 20


def test_a_long_message_is_cut(sandbox: Sandbox) -> None:
    outcome = called(sandbox, "def f(x):\n    raise ValueError('y' * 10000)\n", 1.0)
    assert isinstance(outcome, Raised) and outcome.message == "y" * 2000 + "..."


def test_not_implemented_is_not_written(sandbox: Sandbox) -> None:
    assert isinstance(called(sandbox, "def f(x):\n    x = x + 1\n    raise NotImplementedError\n", 1.0), NotWritten)


def test_a_misspelt_function_is_absent_with_its_near_names(sandbox: Sandbox) -> None:
    outcome = called(sandbox, "def batchnorm_foward(x):\n    return x\n", 1.0, name="batchnorm_forward")
    assert outcome == Absent(near=("batchnorm_foward",))


def test_a_bad_leaf_does_not_spoil_the_others(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(x):\n    return {'dx': 2 * x, 'cache': [np.ma.masked_all(2), {1}], 'n': 3}\n"
    value = returned(sandbox, source, np.ones(2)).value
    assert value["dx"].tolist() == [2.0, 2.0] and value["n"] == 3
    assert value["cache"] == [Opaque("MaskedArray, a subclass of numpy.ndarray"), Opaque("a set")]


def test_repeat_can_be_left_out(sandbox: Sandbox) -> None:
    source = "calls = []\ndef f(x):\n    calls.append(x)\n    return len(calls)\n"
    with sandbox.session(source.encode(), "e.py", ["f"]) as session:
        values = [session.call("f", [(None, 1.0)], repeat=False) for _ in range(3)]
        repeated = session.call("f", [(None, 1.0)])
    assert [value.value if isinstance(value, Returned) else value for value in values] == [1, 2, 3]
    assert isinstance(repeated, Returned) and repeated.value == 4 and repeated.again == (5,)


def test_a_slow_call_is_not_repeated(sandbox: Sandbox) -> None:
    source = "import time\ncalls = []\ndef f(x):\n    calls.append(x)\n    time.sleep(0.4)\n    return len(calls)\n"
    outcome = called(sandbox, source, 1.0)
    assert isinstance(outcome, Returned) and outcome.again == ()


def test_what_the_repeated_call_prints_is_not_shown_twice(sandbox: Sandbox) -> None:
    source = "import sys\ndef f(x):\n    print('x is', x)\n    print('careful', file=sys.stderr)\n    return x\n"
    assert returned(sandbox, source, 1.0).printed == "x is 1.0\ncareful\n"


def test_large_arguments_and_results_pass(sandbox: Sandbox) -> None:
    outcome = returned(sandbox, "def f(x):\n    return x + 1\n", np.zeros(300_000))
    assert outcome.value.shape == (300_000,) and outcome.value[-1] == 1.0


def test_arguments_that_cannot_be_sent_are_our_fault(sandbox: Sandbox) -> None:
    with sandbox.session(b"def f(x):\n    return x\n", "e.py", ["f"]) as session:
        outcome = session.call("f", [(None, object())])
        assert outcome == Broken("what a call needs cannot be sent to the worker: a object cannot be sent")
        assert isinstance(session.call("f", [(None, 1.0)]), Returned)


# --- limits ------------------------------------------------------------------------------------------------------

MIXED = b"""import os, time
def good(x):
    return 2 * x
def endless(x):
    while True:
        pass
def ends(x):
    os._exit(3)
def slow(x):
    time.sleep(0.25)
    return x
"""


def mixed(sandbox: Sandbox) -> Session:
    return sandbox.session(MIXED, "e.py", ["good", "endless", "ends", "slow"])


def test_a_file_that_cannot_be_loaded_is_tried_once(sandbox: Sandbox) -> None:
    with sandbox.session(b"while True:\n    pass\n", "e.py", ["f"]) as session:
        first = session.load()
        started = time.monotonic()
        others = [session.call("f", [(None, 1.0)]) for _ in range(3)]
    assert isinstance(first, TimedOut) and others == [first] * 3
    assert time.monotonic() - started < 0.5


def test_after_a_crash_the_next_call_has_a_new_worker(sandbox: Sandbox) -> None:
    with mixed(sandbox) as session:
        outcomes = [session.call(name, [(None, 1.0)]) for name in ("good", "ends", "good", "ends", "good")]
    assert [type(outcome) for outcome in outcomes] == [Returned, Died, Returned, Died, Returned]
    assert outcomes[1] == Died("it ended the process (exit status 3)")


def test_after_one_timeout_the_next_call_runs_and_after_two_none_does(sandbox: Sandbox) -> None:
    with mixed(sandbox) as session:
        first = session.call("endless", [(None, 1.0)])
        between = session.call("good", [(None, 1.0)])
        second = session.call("endless", [(None, 1.0)])
        started = time.monotonic()
        last = session.call("good", [(None, 1.0)])
    assert isinstance(first, TimedOut) and not first.of_submission and first.line in (5, 6)
    assert isinstance(between, Returned)
    assert isinstance(second, TimedOut)
    assert last == TimedOut(0.0, of_submission=True)
    assert time.monotonic() - started < 0.3


def test_slow_but_legal_calls_use_up_the_time_of_the_submission(level: Level) -> None:
    limits = Limits(call_seconds=0.5, submission_seconds=1.0, memory_mb=512)
    with Sandbox(limits, want=level) as sandbox, mixed(sandbox) as session:
        outcomes = [session.call("slow", [(None, 1.0)]) for _ in range(8)]
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds[0] is Returned and kinds[-2:] == [TimedOut, TimedOut]
    stopped = outcomes[kinds.index(TimedOut)]
    assert isinstance(stopped, TimedOut) and stopped.of_submission
    assert outcomes[-1] == TimedOut(0.0, of_submission=True)


def test_a_timeout_tells_the_line_even_in_a_function_that_is_called(sandbox: Sandbox) -> None:
    source = "import time\n\ndef wait():\n    time.sleep(100)  # here\n\ndef f(x):\n    print('before')\n    wait()\n"
    outcome = called(sandbox, source, 1.0)
    assert outcome == TimedOut(LIMITS.call_seconds, 4, "time.sleep(100)  # here", False, "before\n")


def test_what_is_printed_is_cut_over_all_calls_together(sandbox: Sandbox) -> None:
    source = b"def f(x):\n    print('z' * 40_000)\n    return x\n"
    with sandbox.session(source, "e.py", ["f"]) as session:
        outcomes = [session.call("f", [(None, 1.0)], repeat=False) for _ in range(3)]
    printed = [outcome.printed for outcome in outcomes if isinstance(outcome, Returned)]
    assert printed[0] == "z" * 40_000 + "\n"
    assert printed[1].startswith("z" * 1000) and printed[1].endswith("is not shown]\n") and len(printed[1]) < 30_000
    assert printed[2].count("z") == 0
    assert sum(text.count("z") for text in printed) <= LIMITS.printed_bytes


def test_a_new_session_ends_the_one_before(sandbox: Sandbox) -> None:
    first = mixed(sandbox)
    assert isinstance(first.call("good", [(None, 1.0)]), Returned)
    with mixed(sandbox) as second:
        assert isinstance(second.call("good", [(None, 1.0)]), Returned)
    assert first.line is None


def test_the_same_calls_give_the_same_outcomes_in_another_session(sandbox: Sandbox) -> None:
    source = "import numpy as np, random\ndef f(x):\n    return [list({'b', 'a', 'c', 'd'}), random.random(), np.random.random()]\n"
    assert returned(sandbox, source, 1.0).value == returned(sandbox, source, 1.0).value


@pytest.mark.parametrize(
    ("name", "value"),
    [("call_seconds", 0), ("submission_seconds", -1.0), ("memory_mb", 10), ("printed_bytes", 0), ("file_mb", 0)],
)
def test_limits_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"limits: {name} is"):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_levels_are_ordered() -> None:
    assert sorted(Level, key=lambda level: level.rank) == [Level.SEPARATE, Level.LIMITED, Level.CONFINED, Level.JAILED]
    assert Level.CONFINED > Level.LIMITED and Level.SEPARATE < Level.LIMITED <= Level.LIMITED
    assert max(Level.SEPARATE, Level.CONFINED) is Level.CONFINED
