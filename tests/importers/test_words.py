"""Words that are kept once are read in the language of each reader; what cannot be, as it was."""

import json

import pytest
from django.utils import translation
from django.utils.functional import Promise
from hypothesis import given
from hypothesis import strategies as st

from importers.issues import CODES
from importers.refusals import REFUSALS, refusal, said_again
from importers.shapes import KINDS
from importers.words import SENTENCES, Fact, Words, kept, sentence

LANGUAGES = ("vi", "en")
terms = st.sampled_from([*KINDS.values(), *CODES.values()])
plain = (
    st.text(max_size=20)
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
)
facts = st.recursive(
    plain | terms,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(lambda why, rows: sentence("after_rows", why=why, rows=rows), inner, inner)
    ),
    max_leaves=6,
)


@given(facts, facts)
def test_what_is_kept_reads_like_the_words_in_every_language(why: Fact, rows: Fact) -> None:
    words = sentence("after_rows", why=why, rows=rows)
    for language in LANGUAGES:
        with translation.override(language):
            entry = json.loads(json.dumps(kept(words)))
        assert entry["detail"]
        for reader in LANGUAGES:
            with translation.override(reader):
                assert said_again(entry) == str(words)


@pytest.mark.parametrize("code", [*REFUSALS, *SENTENCES])
def test_every_code_is_read_again(code: str) -> None:
    text: str | Promise = {**REFUSALS, **SENTENCES}[code]
    assert said_again({"detail": "", "words": {"code": code, "facts": {}}}) == (
        "" if "%(" in str(text) else str(text)
    )


def test_what_has_no_code_reads_as_it_was_kept() -> None:
    """Entries of before, values of the file, and a sentence that has other facts today."""
    assert said_again({"detail": "dòng 2"}) == "dòng 2"
    assert kept("góc phố") == {"detail": "góc phố"}
    for words in ({"code": "none", "facts": {}}, {"code": "row", "facts": {"x": 1}}, ["row"], {}):
        assert said_again({"detail": "dòng 2", "words": words}) == "dòng 2"
    assert said_again({}) == ""


def test_a_sentence_in_a_sentence_has_no_full_stop() -> None:
    inner = refusal("crashed", "a.shp").words
    with translation.override("en"):
        told = str(sentence("after_rows", why=inner, rows=1234))
    assert "GeoPackage. Rows 1 to 1,234 were" in told


def test_facts_that_do_not_fit_are_no_error_of_the_reader() -> None:
    assert refusal("row_too_large", "a.shp").reason == "crashed"
    with pytest.raises(KeyError):
        str(Words("row", SENTENCES["row"]))
