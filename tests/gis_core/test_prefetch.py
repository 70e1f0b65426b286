"""Things made ahead by a thread: order, errors, how far ahead, and in which language."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.utils import translation

from gis_core.prefetch import prefetched


def numbers(made: list[int], last: int) -> Iterator[int]:
    for number in range(last):
        made.append(number)
        yield number


def test_the_same_things_come_in_the_same_order():
    assert list(prefetched(numbers([], 50))) == list(range(50))
    assert list(prefetched([0, None, ""])) == [0, None, ""], "what is false is a thing as well"
    assert list(prefetched([])) == []


def test_no_more_is_made_than_was_wished():
    made: list[int] = []
    with closing(prefetched(numbers(made, 50), ahead=3)) as things:
        assert next(things) == 0
    assert len(made) <= 4


def test_an_error_arrives_after_what_was_made_before_it():
    def maker() -> Iterator[int]:
        yield 1
        raise KeyError("the second")

    things = prefetched(maker())
    assert next(things) == 1
    with pytest.raises(KeyError, match="the second"):
        next(things)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_things_are_made_in_the_language_of_who_asks(language: str):
    def maker() -> Iterator[str | None]:
        yield translation.get_language()
        yield translation.get_language()

    with translation.override(language):
        assert list(prefetched(maker())) == [language, language]
