"""Every test belongs to exactly one group of `script/test`."""

from script.setup.pytest_groups import group_of


def test_marks_fixtures_and_folder_decide():
    assert group_of([], ["tmp_path"], "layers") == "unit"
    assert group_of([], ["db", "database"], "layers") == "database"
    assert group_of(["slow"], ["world", "database"], "layers") == "database"
    assert group_of(["browser"], ["world", "database"], "map_ui") == "browser"
    assert group_of([], ["server", "database"], "browser") == "browser"
