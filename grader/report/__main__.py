"""`python -m grader.report`: the same as `grade report`."""

import sys

import click

from grader.report.commands import report


def main() -> int:
    """The exit code of a command line."""
    try:
        code = report.main(prog_name="grade report", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return 2


if __name__ == "__main__":
    sys.exit(main())
