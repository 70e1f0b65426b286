"""Every test belongs to exactly one group of `script/test`."""

import sys
from pathlib import Path

import pytest

from script.setup.checkout import Checkout
from script.setup.checks import Check, run_checks
from script.setup.pytest_groups import group_of


@pytest.fixture
def checkout(tmp_path):
    return Checkout(root=Path(__file__).parents[2], var=tmp_path)


def test_marks_fixtures_and_folder_decide():
    assert group_of([], ["tmp_path"], "layers") == "unit"
    assert group_of([], ["db", "database"], "layers") == "database"
    assert group_of(["slow"], ["world", "database"], "layers") == "database"
    assert group_of([], ["db", "database"], "importers") == "import"
    assert group_of([], ["tmp_path"], "importers") == "unit"
    assert group_of(["browser"], ["world", "database"], "map_ui") == "browser"
    assert group_of([], ["server", "database"], "browser") == "browser"


def test_a_group_beside_another_is_waited_for_shown_and_judged(checkout, capfd):
    flag = checkout.var / "the other began"
    wait = f"import pathlib,time\nwhile not pathlib.Path({str(flag)!r}).exists(): time.sleep(0.01)"
    fails = (sys.executable, "-c", f"{wait}\nprint('told why')\nraise SystemExit(1)")
    passes = (sys.executable, "-c", f"import pathlib; pathlib.Path({str(flag)!r}).touch()")
    checks = [
        Check("unit tests", fails, record=checkout.var / "unit.log"),
        Check("database tests", passes),
    ]
    assert run_checks(checkout, checks) == 1
    shown = capfd.readouterr().out
    assert "told why" in shown
    assert "FAILED: unit tests," in shown
