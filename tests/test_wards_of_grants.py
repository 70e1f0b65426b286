"""The wards that the home of a person names, over the demo city."""

import pytest

from gis_core.access import Actor, Grant
from layers.inbox import my_wards


@pytest.mark.usefixtures("world")
def test_wards_are_those_of_the_grants(db):
    local = Actor(1, "local", (Grant("planner", ward_code="28261"),))
    assert [ward.code for ward in my_wards(local)] == ["28261"]
    assert len(my_wards(Actor(1, "everywhere", (Grant("planner"),)))) > 1
