"""Fixtures of the tests of the ground floor."""

import pytest
from django.utils import timezone


@pytest.fixture
def clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes for the product: waits of seconds do not end while a busy machine tests."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
