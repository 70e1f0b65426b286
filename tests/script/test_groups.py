"""Every test belongs to exactly one group of `script/test`."""

from script.setup.pytest_groups import group_of


def test_marks_and_fixtures_decide():
    assert group_of([], ["tmp_path"]) == "unit"
    assert group_of([], ["db", "database"]) == "database"
    assert group_of(["slow"], ["world", "database"]) == "database"
    assert group_of(["browser"], ["world", "database"]) == "browser"
