"""The secret of a run: hidden seeds come from it, results hold only a commitment to it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.classroom.fault import ClassError

MIN_BYTES: Final = 16
MAX_BYTES: Final = 4096


@dataclass(frozen=True)
class Secret:
    """Bytes that nobody else may know, and a commitment that shows which they were without giving them away."""

    value: bytes
    commitment: str

    def seed(self, exercise: str) -> str:
        """The seed of an exercise: 128 bits that say nothing about the secret or about another exercise."""
        return hmac.new(self.value, f"seed {exercise}".encode(), hashlib.sha256).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"Secret({self.commitment})"


def _secret(value: bytes) -> Secret:
    # slow on purpose: where an instructor chose a phrase, the commitment is no quick way to guess it
    digest = hashlib.scrypt(value, salt=b"grade class: commitment to the seed", n=1 << 14, r=8, p=1, dklen=16)
    return Secret(value, digest.hex())


def read_secret(path: Path) -> Secret:
    """The secret in a file; ClassError if it is missing, too short to be one, or no file."""
    try:
        with open(path, "rb") as file:
            value = file.read(MAX_BYTES + 1).strip()
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}", "Name a file that holds at least 16 random bytes.") from error
    if not MIN_BYTES <= len(value) <= MAX_BYTES or len(set(value)) < 8:
        raise ClassError(
            f"{path}: a secret has {MIN_BYTES} to {MAX_BYTES} bytes, at least 8 of them different",
            f"Make one: python -c 'import secrets; print(secrets.token_hex(32))' > {path.name}",
        )
    return _secret(value)


def run_secret(folder: Path) -> Secret:
    """The secret that a run keeps for itself, made at the first call; only its owner may read it."""
    path = folder / "secret"
    create_private(path, secrets.token_hex(32).encode())
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ClassError(f"{path} can be read by others", f"chmod 600 {path}; hidden inputs follow from it.")
    try:
        return read_secret(path)
    except ClassError as error:
        hint = "Put back a copy of it; without it the hidden inputs of this run cannot be drawn again. Or grade into a new folder."
        raise ClassError(str(error), hint) from error


def create_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, unless it is there; another process sees all of it or nothing."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # fails where another process was first, whose file then counts
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
