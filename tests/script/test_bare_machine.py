"""What a bare machine gets of this one: the registries' settings and nothing else."""

from script.setup.debian_base import mirrors, sources
from script.setup.registry_settings import COPIED_TO, collect


def test_certificates_move_and_wheels_are_shown(tmp_path):
    certificate = tmp_path / "ca.crt"
    certificate.touch()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (tmp_path / ".npmrc").write_text(f"cafile={certificate}\nfund=false\n")
    settings = collect(
        {"PIP_CERT": str(certificate), "PIP_FIND_LINKS": f"file://{wheels}", "SECRET": "x"},
        tmp_path,
        tmp_path,
    )
    assert settings.environment == {
        "PIP_CERT": f"{COPIED_TO}/ca.crt",
        "PIP_FIND_LINKS": f"file://{wheels}",
    }
    assert settings.copies == {f"{COPIED_TO}/ca.crt": certificate}
    assert settings.folders == {wheels}
    assert settings.texts[".npmrc"] == f"cafile={COPIED_TO}/ca.crt\nfund=false\n"


def test_a_local_index_comes_with_its_files(tmp_path):
    pages = tmp_path / "index" / "simple"
    pages.mkdir(parents=True)
    settings = collect({"PIP_INDEX_URL": f"file://{pages}/"}, tmp_path, tmp_path)
    assert settings.folders == {tmp_path / "index"}


def test_addresses_of_registries_stay_as_they_are(tmp_path):
    value = "https://packages.example/etc/simple"
    assert collect({"PIP_INDEX_URL": value}, tmp_path, tmp_path).environment == {
        "PIP_INDEX_URL": value
    }


def test_mirrors_come_from_either_form_of_source_file():
    deb822 = "Types: deb\nURIs: http://a.example/debian\n\nURIs: http://a.example/debian-security\n"
    one_line = (
        "deb [signed-by=/x] http://b.example/debian/ bookworm main\n# deb http://c/debian x\n"
    )
    assert mirrors([deb822]) == ("http://a.example/debian", "http://a.example/debian-security")
    assert mirrors([one_line])[0] == "http://b.example/debian"
    assert mirrors([""])[0].startswith("http://deb.debian.org/")


def test_security_updates_belong_to_a_bare_machine():
    debian = ("http://a.example/debian", "http://b.example/debian-security")
    assert "b.example/debian-security trixie-security main" in sources("trixie", debian)
    assert "noble-security main universe" in sources("noble", debian)
