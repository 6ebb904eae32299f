"""Texts with maths and what `prose` makes of them; `python -m tests.texbox.golden_prose` writes the files again."""

from pathlib import Path

from grader.texbox import Mode, prose

FOLDER = Path(__file__).parent / "prose"
WIDTH = 60


def golden_path(source: Path, mode: Mode) -> Path:
    """The file that holds what the mode makes of the text."""
    return source.with_suffix(f".{mode.value}.txt")


def drawn(source: Path, mode: Mode) -> str:
    """What the file must hold."""
    return "\n".join(prose(source.read_text(encoding="utf-8"), WIDTH, mode)) + "\n"


if __name__ == "__main__":
    for source in FOLDER.glob("*.text"):
        for mode in Mode:
            golden_path(source, mode).write_text(drawn(source, mode), encoding="utf-8")
