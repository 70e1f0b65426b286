"""Finds the translatable texts of Django templates for Babel, which reads Python only by itself."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def template_messages(
    file: BinaryIO, keywords: Mapping[str, Any], tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield (line, function, messages, comments) of a template, as Babel's extractors do."""
    del options  # Babel hands it over by name; templates are UTF-8
    # Django turns a template into calls of gettext between letters X; indentation means nothing.
    text = templatize(file.read().decode("utf-8"))
    lines = "\n".join(line.strip() for line in text.splitlines())
    yield from extract_python(BytesIO(lines.encode()), keywords, tags, {"encoding": "utf-8"})
