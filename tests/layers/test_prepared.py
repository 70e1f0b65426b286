"""Statements that connections keep: prepared once, and made again when they are gone."""

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from layers import prepared
from layers.prepared import fetch_value

pytestmark = pytest.mark.usefixtures("db")


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name ~ '^p[0-9a-f]{32}$'")
        return {row[0] for row in cursor.fetchall()}


def test_values_arrive_with_their_names():
    sql = "SELECT format('%%s of %%s: %%s', %(a)s, %(b)s::int, %(a)s)"
    statement = prepared.prepared(sql, {"a": "x", "b": 1})
    assert fetch_value("default", statement, {"a": "it's", "b": 7}) == "it's of 7: it's"
    assert fetch_value("default", statement, {"a": "%s", "b": -1}) == "%s of -1: %s"


def test_a_text_stays_a_text_behind_an_ambiguous_operator():
    statement = prepared.prepared("""SELECT '{"vi": "a"}'::jsonb ->> %(key)s""", {"key": "vi"})
    assert fetch_value("default", statement, {"key": "vi"}) == "a"


def test_a_connection_prepares_once():
    statement = prepared.prepared("SELECT %(n)s::int + 41", {"n": 1})
    before = kept()
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql.split()[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert [fetch_value("default", statement, {"n": n}) for n in (1, 2, 3)] == [42, 43, 44]
    assert seen == ["PREPARE", "EXECUTE", "EXECUTE", "EXECUTE"]
    assert kept() - before == {statement.name}


def test_a_new_connection_prepares_again():
    statement = prepared.prepared("SELECT %(n)s::int + 1", {"n": 1})
    other = connections["public"]
    assert fetch_value("public", statement, {"n": 1}) == 2
    other.close()
    assert fetch_value("public", statement, {"n": 2}) == 3


def test_a_statement_that_fails_is_not_taken_for_prepared():
    statement = prepared.prepared("SELECT %(n)s::int FROM nowhere", {"n": 1})
    for _attempt in range(2):
        failing = pytest.raises(ProgrammingError, match="nowhere")
        with failing, transaction.atomic(using="public"):
            fetch_value("public", statement, {"n": 1})


def test_the_memory_of_a_connection_stays_bounded(monkeypatch):
    monkeypatch.setattr(prepared, "_KEPT", 5)
    for number in range(12):
        statement = prepared.prepared(f"SELECT {number} + %(n)s::int", {"n": 1})
        assert fetch_value("default", statement, {"n": 1}) == number + 1
        assert fetch_value("default", statement, {"n": 2}) == number + 2
    assert len(kept()) <= 5
