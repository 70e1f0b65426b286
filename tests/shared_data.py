"""Files of the shared test data, which a fresh clone does not have."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """Return a file of the shared test data, or skip the test, saying so."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no shared test data here ({path})")
    return found
