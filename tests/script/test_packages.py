"""Which PostgreSQL a distribution offers and which one a cluster runs with."""

from script.setup.browser import distribution
from script.setup.packages import newest_major
from script.setup.postgres_programs import (
    EXTENSIONS,
    PostgresVersion,
    data_major,
    installed_versions,
    usable_version,
)


def test_the_newest_version_with_both_extensions_is_taken():
    names = ["postgresql-15-postgis-3", "postgresql-15-pgrouting", "postgresql-17-postgis-3"]
    assert newest_major(names) == 15
    assert newest_major([*names, "postgresql-17-pgrouting"]) == 17


def test_too_old_or_incomplete_offers_are_not_taken():
    assert newest_major(["postgresql-13-postgis-3", "postgresql-13-pgrouting"]) is None
    assert newest_major(["postgresql-15-postgis-3-scripts", "postgresql-15-pgrouting"]) is None


def test_the_distribution_is_read_from_its_own_file(tmp_path):
    path = tmp_path / "os-release"
    assert distribution(path) == ""
    path.write_text('NAME="Debian"\nVERSION_ID="12"\nID=debian\n')
    assert distribution(path) == "debian"
    path.write_text('PRETTY_NAME="Ubuntu"\nID="ubuntu"\nID_LIKE=debian\n')
    assert distribution(path) == "ubuntu"


def install(tmp_path, major, extensions):
    (tmp_path / f"lib/{major}/bin").mkdir(parents=True)
    (tmp_path / f"lib/{major}/bin/initdb").touch()
    folder = tmp_path / f"share/{major}/extension"
    folder.mkdir(parents=True)
    for name in extensions:
        (folder / f"{name}.control").touch()


def test_installed_versions_name_what_they_lack(tmp_path):
    install(tmp_path, 15, EXTENSIONS)
    install(tmp_path, 17, ["postgis"])
    (tmp_path / "lib/16/bin").mkdir(parents=True)  # a client without a server
    found = installed_versions(tmp_path / "lib", tmp_path / "share")
    assert [version.major for version in found] == [17, 15]
    assert "pgrouting" in found[0].missing_extensions
    assert found[1].missing_extensions == ()


def test_a_cluster_keeps_the_version_that_made_it():
    new, old = PostgresVersion(17, ()), PostgresVersion(15, ())
    assert usable_version((new, old), None) == new
    assert usable_version((new, old), 15) == old
    assert usable_version((new,), 15) is None
    assert usable_version((PostgresVersion(17, ("pgrouting",)), old), None) == old


def test_the_data_folder_tells_its_version(tmp_path):
    assert data_major(tmp_path) is None
    (tmp_path / "PG_VERSION").write_text("15\n")
    assert data_major(tmp_path) == 15
