"""Secrets and addresses of an installation: private, kept, and correct for awkward paths."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from script.setup.checkout import Checkout
from script.setup.cluster import Cluster
from script.setup.cluster_places import Places
from script.setup.commands import Account
from script.setup.databases import database_url, password_in, read_instance, write_instance
from script.setup.postgres_programs import PostgresVersion
from script.setup.product import demo_accounts
from script.setup.stamps import Stamps, files_below, fingerprint, write_private


@pytest.fixture
def checkout(tmp_path):
    return Checkout(root=tmp_path, var=tmp_path)


def cluster_at(folder):
    places = Places(home=folder, data=folder / "pg", socket=folder / "run")
    return Cluster(places, Account("me", 1, 1), PostgresVersion(15, ()), "key", "secret")


def test_an_address_survives_blanks_and_letters_of_any_language():
    url = database_url("city", "p/w:@ ", "city", Path("/srv/thành phố/run"))
    parts = urlsplit(url)
    assert parts.username == "city"
    assert password_in(url) == "p/w:@ "
    assert parts.path == "/city"
    assert parse_qs(parts.query)["host"] == ["/srv/thành phố/run"]


def test_no_address_has_no_password():
    assert password_in(None) is None
    assert password_in("postgres:///city") is None


def test_secrets_are_made_once_and_follow_the_socket(checkout):
    first = write_instance(checkout, cluster_at(Path("/srv/a")))
    second = write_instance(checkout, cluster_at(Path("/srv/b")))
    assert first["secret_key"] == second["secret_key"]
    assert password_in(first["database_url"]) == password_in(second["database_url"])
    assert password_in(first["database_url"]) != password_in(first["public_database_url"])
    assert "%2Fsrv%2Fb%2Frun" in second["database_url"]
    assert read_instance(checkout) == second


def test_only_the_owner_reads_the_secrets(checkout):
    write_instance(checkout, None)
    assert checkout.instance_file.stat().st_mode & 0o777 == 0o600
    assert set(read_instance(checkout)) == {"secret_key"}


def test_a_private_file_is_private_from_its_first_byte(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]


def test_a_step_is_current_only_for_the_same_content(tmp_path):
    stamps = Stamps(tmp_path / "stamps.json")
    source = tmp_path / "source.py"
    source.write_text("a")
    mark = fingerprint([source])
    assert not stamps.is_current("step", mark)
    stamps.set("step", mark)
    assert stamps.is_current("step", mark)
    source.write_text("b")
    assert not stamps.is_current("step", fingerprint([source]))
    assert fingerprint([source], "one") != fingerprint([source], "two")


def test_a_broken_stamp_file_means_nothing_is_done(tmp_path):
    (tmp_path / "stamps.json").write_text('{"step": ')
    assert not Stamps(tmp_path / "stamps.json").is_current("step", "mark")


def test_files_are_found_by_ending_outside_of_caches(tmp_path):
    for name in ("a.py", "b.txt", "__pycache__/c.py", "dist/d.py", "deep/e.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = {path.name for path in files_below(tmp_path, (".py",), skip=("dist",))}
    assert found == {"a.py", "e.py"}


def test_accounts_are_shown_by_role_name_and_password(tmp_path):
    path = tmp_path / "demo_accounts.json"
    path.write_text('{"demo-planner": {"password": "secret", "role": "planner"}}')
    assert demo_accounts(path) == [("planner", "demo-planner", "secret")]


def test_without_accounts_none_are_shown(tmp_path):
    assert demo_accounts(tmp_path / "demo_accounts.json") == []
