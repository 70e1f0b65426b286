"""Time limits of statements, one inside another."""

import pytest
from django.db import connection

from gis_core.time_limit import TookTooLong, time_limit

pytestmark = pytest.mark.usefixtures("db")


def test_a_limit_inside_a_limit_gives_the_outer_one_back(db: None):
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            return str(cursor.fetchone()[0])

    before = limit()
    with time_limit("default", 5000):
        assert limit() == "5s"
        with pytest.raises(TookTooLong), time_limit("default", 10), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        assert limit() == "5s"
    assert limit() == before
