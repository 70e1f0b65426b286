"""What most tests of change sets start from: a layer of parcels and two people; rolled back."""

import pytest
from draft_sample import parcels, person

from gis_core.access import Actor, Grant
from layers.models import Layer


@pytest.fixture
def layer(db: None) -> Layer:
    """A published layer of parcels without a row."""
    return parcels()


@pytest.fixture
def planner(db: None) -> Actor:
    """Somebody who drafts."""
    return person("zd-planner")


@pytest.fixture
def approver(db: None) -> Actor:
    """Somebody else, who decides."""
    return person("zd-approver", Grant("approver"))
