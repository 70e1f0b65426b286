"""Settings: one file, overruled by the environment; wrong values end with one line."""

import pytest

from script.setup.errors import SetupError
from script.setup.options import load_settings, parse_settings, read_options


def test_defaults_serve_this_machine_only():
    options = read_options({})
    assert (options.host, options.port) == ("127.0.0.1", 8000)
    assert options.demo_data
    assert options.database_url is None


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000.5"])
def test_a_port_that_is_no_port_is_named(port):
    with pytest.raises(SetupError, match="PORT"):
        read_options({"PORT": port})


@pytest.mark.parametrize("word", ["0", "false", "No", "off"])
def test_demo_data_can_be_left_out(word):
    assert not read_options({"DEMO_DATA": word}).demo_data


def test_a_missing_profile_is_named():
    with pytest.raises(SetupError, match=r"/nowhere/city\.toml"):
        read_options({"CITY_PROFILE": "/nowhere/city.toml"})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000/"),  # noqa: S104 - compared, not bound
        ("::", "http://[::1]:8000/"),
        ("gis.local", "http://gis.local:8000/"),
    ],
)
def test_the_address_can_be_opened_in_a_browser(host, address):
    assert read_options({"HOST": host}).address == address


def test_a_settings_file_holds_names_values_and_remarks():
    text = "# remark\n\nPORT=8080\nexport HOST = '10.0.0.9'\nDATABASE_URL=postgres://a:b=c@h/d\n"
    assert parse_settings(text, "file") == {
        "PORT": "8080",
        "HOST": "10.0.0.9",
        "DATABASE_URL": "postgres://a:b=c@h/d",
    }


@pytest.mark.parametrize("line", ["PORT 8080", "=8080", "lower=1", "PROT=8080"])
def test_a_wrong_line_is_named_with_its_number(line):
    with pytest.raises(SetupError, match="line 2"):
        parse_settings(f"# first\n{line}\n", "file")


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    path = tmp_path / "settings.env"
    path.write_text("PORT=1111\nHOST=10.0.0.1\n")
    environment = {"PORT": "2222"}
    load_settings(environment, path)
    assert environment == {"PORT": "2222", "HOST": "10.0.0.1"}
