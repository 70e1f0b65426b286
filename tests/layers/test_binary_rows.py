"""Values survive the way through a binary COPY: what is read back is what was meant."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import pyarrow as pa
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.binary_rows import binary_copy

pytestmark = pytest.mark.usefixtures("db")
IN_ONE_TRANSACTION = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def copied(values, sql_type):
    """Return what the database holds after COPY."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied (place integer, value {sql_type})")
        places = pa.array(range(len(values)), pa.int32())
        pieces = binary_copy([[(places, "integer"), (values, sql_type)]])
        statement = "COPY pg_temp.copied FROM STDIN (FORMAT binary)"
        cursor.copy_expert(statement, BytesIO(b"".join(pieces)))
        cursor.execute("SELECT value FROM pg_temp.copied ORDER BY place")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE pg_temp.copied")
        return found


@IN_ONE_TRANSACTION
@given(
    st.lists(
        st.none() | st.decimals(-(10**9), 10**9, places=3, allow_nan=False).map(float),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 5),
)
def test_decimals_are_rounded_as_they_are_written(numbers, scale):
    step = Decimal(1).scaleb(-scale)
    wanted = [
        None if number is None else Decimal(repr(number)).quantize(step, ROUND_HALF_UP)
        for number in numbers
    ]
    assert copied(pa.array(numbers, pa.float64()), f"numeric(15,{scale})") == wanted


@pytest.mark.parametrize(
    ("number", "written"),
    [(1.005, "1.01"), (-1.005, "-1.01"), (0.0, "0.00"), (9999999999.99, "9999999999.99")],
)
def test_decimals_at_the_edges(number, written):
    assert copied(pa.array([number]), "numeric(12,2)") == [Decimal(written)]


@IN_ONE_TRANSACTION
@given(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    st.lists(st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"))),
)
def test_whole_numbers_and_texts(numbers, texts):
    assert copied(pa.array(numbers, pa.int64()), "bigint") == numbers
    assert copied(pa.array(texts, pa.string()), "text") == texts


def test_the_other_types():
    assert copied(pa.array([True, None, False]), "boolean") == [True, None, False]
    days = [date(1900, 2, 28), None, date(2026, 7, 1)]
    assert copied(pa.array(days, pa.date32()), "date") == days
    objects = copied(pa.array(['{"a": 1}', None]), "jsonb")
    assert [one and json.loads(one) for one in objects] == [{"a": 1}, None]
    assert copied(pa.array([1.5, None, -0.25]), "float8") == [1.5, None, -0.25]
    assert copied(pa.array([-(2**15), 2**15 - 1], pa.int16()), "smallint") == [-(2**15), 2**15 - 1]


def test_a_copy_of_no_rows_and_of_several_batches():
    numbers = [pa.array(some, pa.int64()) for some in ([1, None], [], [3])]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE counted (value bigint)")
        for batches in ([], [[(some, "bigint")] for some in numbers]):
            pieces = BytesIO(b"".join(binary_copy(batches)))
            cursor.copy_expert("COPY pg_temp.counted FROM STDIN (FORMAT binary)", pieces)
        cursor.execute("SELECT array_agg(value) FROM pg_temp.counted")
        assert cursor.fetchone() == ([1, None, 3],)


@pytest.mark.parametrize(
    ("values", "sql_type"),
    [
        (pa.array([1.5, None, 2.5, None, 3.5, 4.5]), "numeric(5,1)"),
        (pa.array([1.5, None, 2.5, None, 3.5, 4.5]), "float8"),
        (pa.array([1, None, 2, None, 3, 4], pa.int64()), "bigint"),
        (pa.array([True, None, False, None, True, True]), "boolean"),
        (pa.array(["a", None, "b", None, "c", "d"]), "text"),
    ],
)
def test_a_part_of_a_column_keeps_its_own_nulls(values, sql_type):
    for start in range(len(values)):
        part = values.slice(start, 3)
        assert copied(part, sql_type) == part.to_pylist()
