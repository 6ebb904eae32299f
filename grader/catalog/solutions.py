"""Solution files as modules: run from their path, checked, never on a path of imports."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from grader.catalog.course import CourseFault


def load_solution(path: Path) -> ModuleType:
    """A solution file, run as a module that is on no path and leaves no byte code; CourseFault says what is wrong with it."""
    try:
        source = path.read_bytes()
    except FileNotFoundError as error:
        raise CourseFault(
            f"{path}: there is no such solution", "Grading needs the solution beside the exercise."
        ) from error
    except OSError as error:
        raise CourseFault(f"{path}: {error.strerror}", "Make the file readable.") from error
    module = ModuleType(f"solution_{path.stem}")
    module.__file__ = str(path)
    try:
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:  # whatever the file does wrong is reported as the file's fault
        raise CourseFault(
            f"{path}{_where(error, path)}: {type(error).__name__}: {error}", "Correct the solution."
        ) from error
    _validate(module, path)
    return module


def _where(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f":{error.lineno}"
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f":{trace.tb_lineno}"
        trace = trace.tb_next
    return line


def _validate(module: ModuleType, path: Path) -> None:
    from grader.spec import Check

    title, needs, checks = (getattr(module, name, None) for name in ("TITLE", "NEEDS", "CHECKS"))
    if not isinstance(title, str) or not title.strip():
        raise CourseFault(f"{path}: TITLE must be the title of the exercise")
    if not isinstance(needs, tuple) or not all(type(number) is int for number in needs):
        raise CourseFault(f"{path}: NEEDS must be a tuple of exercise numbers, () if there are none")
    if not isinstance(checks, tuple) or not checks or not all(isinstance(check, Check) for check in checks):
        raise CourseFault(f"{path}: CHECKS must be a tuple of Check, one for each function")
    names = [check.name for check in checks]
    if twice := [name for name in names if names.count(name) > 1]:
        raise CourseFault(f"{path}: CHECKS holds {twice[0]} twice")
