"""The Vietnamese catalogue says everything that the product says, and nothing that it does not."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUE = settings.BASE_DIR / "map_ui/locale/vi/LC_MESSAGES/django.po"
MAPPING = settings.BASE_DIR / "map_ui/locale/babel.toml"
ROOMS = ("gis_core", "layers", "importers", "map_ui")
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-z]|%[rsdif%]|\{\w*\}")
# A name, or an abbreviation that Vietnamese offices write the same.
SAME_IN_BOTH = {"API"}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> list[str]:
    text = message.string or ""
    return [text] if isinstance(text, str) else list(text)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as lines:
        return read_po(lines, locale="vi", abort_invalid=True)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    template = tmp_path_factory.mktemp("messages") / "django.pot"
    rooms = [str(settings.BASE_DIR / room) for room in ROOMS]
    command = ["pybabel", "-q", "extract", "-F", str(MAPPING), "-o", str(template), *rooms]
    CommandLineInterface().run(command)
    with template.open("rb") as lines:
        return read_po(lines)


def test_the_catalogue_holds_exactly_the_texts_in_use(catalogue: Catalog, used: Catalog) -> None:
    in_use = {key_of(message) for message in used if message.id}
    translated = {key_of(message) for message in catalogue if message.id}
    assert in_use - translated == set(), "run the two commands in CONTRIBUTING.md, then translate"
    assert translated - in_use == set(), "texts that nothing uses any more"
    assert not catalogue.obsolete


def test_every_text_is_translated(catalogue: Catalog) -> None:
    wanting = [
        key_of(message)
        for message in catalogue
        if message.id and (message.fuzzy or not all(text.strip() for text in texts_of(message)))
    ]
    assert wanting == []


def test_no_text_is_left_in_english(catalogue: Catalog) -> None:
    same = {key_of(m) for m in catalogue if m.id and texts_of(m) == [key_of(m)]}
    assert same == SAME_IN_BOTH


def test_placeholders_are_equal(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            wanted = sorted(PLACEHOLDER.findall(key_of(message)))
            for text in texts_of(message):
                assert sorted(PLACEHOLDER.findall(text)) == wanted, key_of(message)


def test_sentences_end_as_they_do_in_english(catalogue: Catalog) -> None:
    for message in catalogue:
        end = key_of(message)[-1] if message.id else ""
        if end in {".", "?", " "}:
            assert all(text.endswith(end) for text in texts_of(message)), key_of(message)


def test_the_catalogue_compiles_and_answers(catalogue: Catalog, tmp_path: Path) -> None:
    compiled = tmp_path / "vi/LC_MESSAGES/django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    vietnamese = gettext.translation("django", tmp_path, languages=["vi"])
    assert vietnamese.gettext("parcel number") == "số thửa"
    assert vietnamese.gettext("holder's name") == "tên người sử dụng đất"
    assert "5 giây" in vietnamese.ngettext(
        "Too many attempts. Wait %(seconds)d second, then try again.",
        "Too many attempts. Wait %(seconds)d seconds, then try again.",
        5,
    ) % {"seconds": 5}
