"""Where the private cluster lives and listens, on ordinary and on awkward machines."""

import os
from pathlib import Path

import pytest

from script.setup import cluster_places
from script.setup.cluster import quoted_folder
from script.setup.cluster_places import (
    SOCKET_NAME,
    SOCKET_PATH_BYTES,
    SYSTEM_FOLDER,
    Places,
    choose_places,
    make_socket_folder,
    short_name,
)
from script.setup.commands import Account
from script.setup.errors import SetupError

ME = Account("me", os.geteuid(), os.getegid())


def open_to_all(_folder):
    return True


def test_the_cluster_lives_in_the_checkout():
    places = choose_places(Path("/srv/city/var"), 1000, open_to_all)
    assert places.data == Path("/srv/city/var/pg")
    assert places.socket == Path("/srv/city/var/run")
    assert not places.is_outside


def test_a_closed_checkout_gets_a_folder_of_the_database_account():
    places = choose_places(Path("/root/city/var"), 100, lambda _folder: False)
    assert places.home.parent == SYSTEM_FOLDER
    assert places.data.parent == places.socket.parent == places.home
    assert places.is_outside


@pytest.mark.parametrize("letter", ["a", "ệ"])
def test_a_socket_path_never_exceeds_what_the_kernel_takes(letter):
    for length in range(1, 240):
        var = Path("/srv") / (letter * length) / "var"
        places = choose_places(var, 1000, open_to_all)
        assert len(os.fsencode(places.socket / SOCKET_NAME)) <= SOCKET_PATH_BYTES
        assert places.data == var / "pg"


def test_two_checkouts_never_share_a_name():
    assert short_name(Path("/srv/a/var")) != short_name(Path("/srv/b/var"))


@pytest.fixture
def in_tmp(tmp_path):
    return Places(home=tmp_path / "var", data=tmp_path / "var/pg", socket=tmp_path / "city-socket")


def test_a_socket_folder_outside_is_private(in_tmp):
    make_socket_folder(in_tmp, ME)
    make_socket_folder(in_tmp, ME)
    assert in_tmp.socket.stat().st_mode & 0o777 == 0o700


def test_a_link_that_somebody_put_there_is_refused(in_tmp, tmp_path):
    target = tmp_path / "elsewhere"
    target.mkdir(mode=0o700)
    in_tmp.socket.symlink_to(target)
    with pytest.raises(SetupError, match="not a private folder"):
        make_socket_folder(in_tmp, ME)


def test_a_folder_open_to_others_is_refused(in_tmp):
    in_tmp.socket.mkdir()
    in_tmp.socket.chmod(0o755)
    with pytest.raises(SetupError, match="not a private folder"):
        make_socket_folder(in_tmp, ME)


def test_a_folder_of_another_account_is_refused(in_tmp):
    in_tmp.socket.mkdir(mode=0o700)
    with pytest.raises(SetupError, match="not a private folder"):
        make_socket_folder(in_tmp, Account("other", ME.uid + 1, ME.gid))


def test_root_needs_the_database_account(monkeypatch):
    def unknown(name):
        raise KeyError(name)

    monkeypatch.setattr(cluster_places.os, "geteuid", lambda: 0)
    monkeypatch.setattr(cluster_places.pwd, "getpwnam", unknown)
    with pytest.raises(SetupError, match="postgresql-common"):
        cluster_places.cluster_account()


def test_blanks_commas_and_quotes_survive_in_the_settings():
    assert quoted_folder(Path("/srv/my city, old")) == "'\"/srv/my city, old\"'"
    assert quoted_folder(Path("/srv/o'x\"y")) == "'\"/srv/o''x\"\"y\"'"
