"""Ids of a load: the permutation of the database, and none that a single row gets as well."""

import hypothesis.strategies as st
import numpy as np
from django.db import connection
from hypothesis import HealthCheck, example, given, settings

from layers import feature_ids
from layers.feature_ids import ReservedIds, permuted

KEYS = st.integers(-(2**63), 2**63 - 1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 2**52 - 1), min_size=1, max_size=30), KEYS, KEYS)
@example([0, 1, 2**26 - 1, 2**26, 2**51, 2**52 - 1], 0, 0)
@example([0, 1, 2**26 - 1, 2**26, 2**51, 2**52 - 1], -1, 2**32)
def test_the_permutation_is_that_of_the_database(db: None, numbers: list[int], one: int, two: int):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(city.permute_id(n, %s, %s) ORDER BY place)"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS numbers (n, place)",
            [one, two, numbers],
        )
        (wanted,) = cursor.fetchone()
    assert permuted(np.array(numbers), one, two).tolist() == wanted


def test_no_id_comes_twice(db: None):
    with connection.cursor() as cursor:
        first = feature_ids.reserve(cursor, 2_000)
        cursor.execute("SELECT city.new_feature_id() FROM generate_series(1, 2000)")
        singles = {row for (row,) in cursor.fetchall()}
        second = feature_ids.reserve(cursor, 2_000)
    found = [*first.some(0, 2_000).tolist(), *second.some(0, 2_000).tolist(), *singles]
    assert len(set(found)) == 6_000
    assert 0 <= min(found) < max(found) < 2**52


@given(
    st.lists(st.integers(1, 2**31 - 1), min_size=3, max_size=3, unique=True),
    st.integers(0, 3 * 2**20 - 50),
)
def test_a_load_of_several_blocks_has_an_id_for_each_row(blocks: list[int], start: int):
    ids = ReservedIds(3 * 2**20, np.array(blocks), 17, -5)
    whole = ids.some(start, start + 50)
    assert len(set(whole.tolist())) == 50
    assert np.array_equal(
        whole, np.concatenate([ids.some(start, start + 7), ids.some(start + 7, start + 50)])
    )
    ends = [place + step for place in range(0, ids.count, 2**20) for step in (0, 2**20 - 1)]
    assert len({int(ids.some(place, place + 1)[0]) for place in ends}) == len(ends)
