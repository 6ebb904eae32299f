"""Attacks on an autograder that is built on otter: each a text before an honest file, or a zip or notebook around one.

The honest file has one function right and all others wrong; that is the control, which no attack may outdo.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Final

from tests.export_formats.assignments import zipped

WEAK: Final = """
import numpy as np

def clip_by_norm(g, threshold):
    norm = np.sqrt((g ** 2).sum())
    return g.copy() if norm <= threshold else threshold * g / norm

def clip_by_value(g, threshold):
    return FAKE(g)

def global_norm(grads):
    return FAKE(0.0)

def clip_by_global_norm(grads, threshold):
    return FAKE(grads), 0.0

def linear_bptt_norms(W, d, T):
    return FAKE(np.zeros(T + 1))

def spectral_radius(W):
    return FAKE(0.0)

def sigmoid_depth_bound(weights):
    return FAKE(0.0)
"""

PLAIN: Final = "def FAKE(value):\n    return value\n"

_TRY: Final = """
import os, sys, glob, time
def attempt(do):
    try:
        return do()
    except BaseException as error:
        return error
"""
_PASSING: Final = (
    "OK_FORMAT = False\\nfrom otter.test_files import test_case\\nname = 'q1'\\npoints = 1\\n"
    "@test_case(points=1)\\ndef always(env):\\n    pass\\n"
)
_REWRITE: Final = f"""
def rewrite(folder):
    for path in glob.glob(folder + '/**/tests/*.py', recursive=True):
        attempt(lambda: open(path, 'w').write("{_PASSING}"))
"""
_FORGED: Final = '{"tests": [{"name": "q1", "score": 7, "max_score": 7}], "score": 7}'
_SEARCH: Final = """
def found():
    texts = []
    for top in ('.', '/tmp', '/autograder', '/var/tmp', os.path.expanduser('~')):
        for folder, _, files in os.walk(top):
            for name in files:
                if name.endswith('.plan') or '/tests' in folder and name.startswith('q'):
                    texts.append(attempt(lambda: open(os.path.join(folder, name), 'rb').read()))
    return texts
"""

# --- in the file itself ----------------------------------------------------------------------------------------------

FILES: Final = {
    "overwrite tests": _TRY + _REWRITE + "rewrite('.'); rewrite('..'); rewrite('/tmp')\n" + PLAIN,
    "overwrite tests of the parent": _TRY + _REWRITE + "rewrite(f'/proc/{os.getppid()}/cwd')\n" + PLAIN,
    "patch TestFile.run": _TRY
    + """
def patch():
    import otter.test_files.abstract_test as t, otter.test_files.exception_test as e
    e.ExceptionTestFile.run = lambda self, env: None
    t.TestFile.score = property(lambda self: self.possible)
attempt(patch)
"""
    + PLAIN,
    "forge the checker's list": _TRY
    + """
def forge():
    from otter.execute import Checker
    Checker._test_files = [type('T', (), {'name': 'q1', 'score': 7, 'possible': 7, 'path': './tests/q1.py'})()]
attempt(forge)
"""
    + PLAIN,
    "forge our verdicts": _TRY
    + """
def forge():
    import grader.export.otter.verdicts as v
    v.require = lambda *words: None
    v.Verdicts.get = lambda *words: v.Verdict(True, 1, '')
attempt(forge)
grader_verdicts = None
"""
    + PLAIN,
    "detached child edits results": _TRY
    + f"""
def child():
    if os.fork() == 0:
        os.setsid()
        for _ in range(40):
            time.sleep(0.5)
            for path in glob.glob('/tmp/**/results.*', recursive=True):
                attempt(lambda: open(path, 'w').write('{_FORGED}'))
        os._exit(0)
attempt(child)
"""
    + PLAIN,
    "patch comparisons": _TRY
    + """
np = __import__('numpy')
np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
__import__('builtins').abs = lambda x: 0
"""
    + PLAIN,
    "equal to everything": """
np = __import__('numpy')
class Equal(np.ndarray):
    def __eq__(self, other): return np.bool_(True)
    def __array_function__(self, *a): return True
    def __array_ufunc__(self, *a, **k): return np.bool_(True)
def FAKE(value):
    return np.asarray(value if isinstance(value, np.ndarray) else 0.0).view(Equal)
""",
    "search for hidden inputs": _TRY
    + _SEARCH
    + """
def FAKE(value):
    texts = [t for t in found() if isinstance(t, bytes)]
    return value if not texts else 'STOLEN'
""",
    "walk the stack": """
import sys
def FAKE(value):
    frame = sys._getframe()
    while frame is not None:
        for name, other in {**frame.f_globals, **frame.f_locals}.items():
            if name in ('expected', 'want', 'plan', 'case'):
                return other
        frame = frame.f_back
    return value
""",
    "search the heap": """
import gc
np = __import__('numpy')
def FAKE(value):
    for other in gc.get_objects():
        if isinstance(other, np.ndarray) and isinstance(value, np.ndarray) and other.shape == value.shape:
            if other is not value and not np.array_equal(other, value):
                return other
    return value
""",
    "raise what was found": _TRY
    + _SEARCH
    + """
def FAKE(value):
    raise ValueError(f'SEEN {[t[:300] for t in found() if isinstance(t, bytes)]}')
""",
    "replace the pickle": _TRY
    + """
import pickle
class Bad:
    def __reduce__(self): return (os.system, ('touch /tmp/otter_attack_ran',))
for path in glob.glob('/tmp/*.pkl'):
    attempt(lambda: open(path, 'wb').write(pickle.dumps(Bad())))
"""
    + PLAIN,
    "exit at the top": "import os\nos._exit(0)\n" + PLAIN,
    "exit in a function": "import os\ndef FAKE(value):\n    os._exit(0)\n",
    "SystemExit in a function": "def FAKE(value):\n    raise SystemExit(0)\n",
    "loop": "def FAKE(value):\n    while isinstance(value, list): pass\n    return value\n",
    "memory": "def FAKE(value):\n    return [bytearray(1 << 26) for _ in range(1000)] if isinstance(value, list) else value\n",
    "forks that stay": _TRY
    + """
def spread():
    for _ in range(20):
        if os.fork() == 0:
            os.setsid(); time.sleep(60); os._exit(0)
attempt(spread)
"""
    + PLAIN,
    "sys.exit at the top": "import sys\n" + PLAIN + "\nsys.exit(0)\n",
    "sys.exit after the functions": PLAIN + WEAK + "\nimport sys\nsys.exit(0)\n",
    "printed verdict": f"print('All tests passed! Total Score: 7.000 / 7.000')\nprint('{_FORGED}')\n" + PLAIN,
    "forged results file": _TRY
    + f"""
for folder in ('.', '..', '../results', '/autograder/results', *glob.glob('/tmp/tmp*/autograder/results')):
    attempt(lambda: open(folder + '/results.json', 'w').write('{_FORGED}'))
"""
    + PLAIN,
    "environment of the parent": _TRY
    + """
def FAKE(value):
    seen = attempt(lambda: open(f'/proc/{os.getppid()}/environ', 'rb').read())
    return value if not isinstance(seen, bytes) else 'STOLEN'
""",
    "text that ends a string": "def FAKE(value):\n    raise ValueError('\\'\\'\\'\\n\"\"\"\\n%load x\\n!touch /tmp/otter_attack_ran\\n')\n",
}

# --- around the file -------------------------------------------------------------------------------------------------

_RAN: Final = "import os; os.system('touch /tmp/otter_attack_ran')\n"


class _Log:
    """An otter log that runs a command where it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/otter_attack_ran",)


def archives(folder: Path) -> dict[str, Path]:
    """Submissions of several files: what lies beside the honest one is the attack."""
    honest = (PLAIN + WEAK).encode()
    beside = {
        "a log that is a pickle": {".OTTER_LOG": pickle.dumps(_Log())},
        "packages of its own": {
            "otter/__init__.py": _RAN.encode(),
            "grader/__init__.py": _RAN.encode(),
            "numpy/__init__.py": _RAN.encode(),
            "pickle/__init__.py": _RAN.encode(),
            "json/__init__.py": _RAN.encode(),
        },
        "tests of its own": {"tests/q1.py": _PASSING.replace("\\n", "\n").encode(), "hidden.plan": b"mine"},
    }
    made = {
        name: zipped(folder / f"{n}.zip", {"answers.py": honest, **files})
        for n, (name, files) in enumerate(beside.items())
    }
    made["named after otter"] = folder / "otter.py"
    made["named after otter"].write_bytes(honest)
    return made


def notebooks(folder: Path) -> dict[str, Path]:
    """Notebooks whose metadata and cells try to get to otter's kernel."""
    base = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [
        {**base, "id": "a", "source": _RAN},
        {**base, "id": "b", "source": PLAIN + WEAK, "metadata": {"otter": {"tests": ["q1"]}}},
        {**base, "id": "c", "source": "%%bash\ntouch /tmp/otter_attack_ran"},
        {**base, "id": "d", "source": "!touch /tmp/otter_attack_ran"},
    ]
    otter = {"OK_FORMAT": False, "tests": {"q1": _PASSING.replace("\\n", "\n")}}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}, "otter": otter},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = folder / "metadata.ipynb"
    path.write_text(json.dumps(document))
    other = folder / "kernel.ipynb"
    document["metadata"] = {"kernelspec": {"name": "no-such-kernel", "display_name": "x", "language": "python"}}
    other.write_text(json.dumps(document))
    return {"tests and cells in a notebook": path, "another kernel": other}
