"""Remembering which steps are done, by what they were done with."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace a file in one move, readable by the owner only.

    An interruption leaves the old file or the new one, never half of one.
    """
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Return a digest of file names and contents (in sorted order) and of further words."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"{len(word)}:{word}".encode())
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{len(str(path))}:{path}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def files_below(folder: Path, suffixes: Iterable[str] = (), skip: Iterable[str] = ()) -> list[Path]:
    """Return the files below a folder, by ending, without those in folders named in `skip`."""
    wanted = tuple(suffixes)
    left_out = {"__pycache__", "node_modules", *skip}
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in left_out]
        found += [Path(place, name) for name in names if not wanted or name.endswith(wanted)]
    return found


class Stamps:
    """A small file of `step → fingerprint`; a step whose fingerprint is unchanged is skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_current(self, name: str, mark: str) -> bool:
        """Return whether the step was finished with exactly this fingerprint."""
        return self._read().get(name) == mark

    def set(self, name: str, mark: str) -> None:
        """Record that the step is finished."""
        write_private(self._path, json.dumps({**self._read(), name: mark}, indent=1) + "\n")

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
