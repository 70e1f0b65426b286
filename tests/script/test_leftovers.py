"""Clusters outside `var/`: which are orphans, and which of those may be deleted."""

from script.setup import leftovers
from script.setup.leftovers import clean_up, orphans


def cluster_of(folder, name, checkout, rest=""):
    home = folder / name
    (home / "pg").mkdir(parents=True)
    (home / "checkout").write_text(f"{checkout}\n{rest}")
    return home


def test_a_cluster_whose_checkout_is_there_is_no_orphan(tmp_path):
    cluster_of(tmp_path, "city-1", tmp_path)
    assert list(orphans(tmp_path)) == []


def test_only_clusters_of_test_runs_are_deleted(tmp_path, monkeypatch, capsys):
    real = cluster_of(tmp_path, "city-real", "/gone/city")
    test_run = cluster_of(tmp_path, "city-test", "/gone/clone", "passing\n")
    assert list(orphans(tmp_path)) == [(real, False), (test_run, True)]
    monkeypatch.setattr(leftovers, "orphans", lambda: orphans(tmp_path))
    monkeypatch.setattr(leftovers.os, "geteuid", lambda: 0)
    clean_up()
    clean_up()
    assert real.exists()
    assert not test_run.exists()
    assert str(real) in capsys.readouterr().out
