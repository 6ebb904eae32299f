"""The golden files: a formula and what each mode must make of it.

`python -m tests.texbox.golden_files` writes the sections again after a change; look at the difference before keeping it.
"""

from pathlib import Path

from grader.texbox import Mode, draw, inline

FOLDER = Path(__file__).parent / "golden"
SECTIONS = (*(mode.value for mode in Mode), "inline")


def read(path: Path) -> dict[str, str]:
    """The sections of a file by name; the first is tex."""
    sections: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            lines = sections.setdefault(line[3:], [])
        else:
            lines.append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in sections.items()}


def drawn(tex: str, section: str) -> str:
    """What the section must hold."""
    if section == "inline":
        return inline(f"${tex}$", Mode.UNICODE)
    return "\n".join(draw(tex, mode=Mode(section)))


def written(tex: str) -> str:
    """A whole file."""
    parts = [f"== tex\n{tex}\n", *(f"== {section}\n{drawn(tex, section)}\n" for section in SECTIONS)]
    return "\n".join(parts)


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.txt")):
        path.write_text(written(read(path)["tex"]), encoding="utf-8")
