"""How many rows a request matches, counted once for all the pages that a client goes through."""

import hashlib

from django.core.cache import cache
from django.db.models import QuerySet

from layers.feature import Feature
from layers.selectors import ReadableLayer, data_version

_KEPT_S = 600


def matched(entry: ReadableLayer, rows: QuerySet[Feature]) -> int:
    """Return the number of `rows`; kept until the layer's data changes.

    The key holds the whole question, in which stands what the reader may see: nobody gets a count
    that was made for others.
    """
    sql, parameters = rows.query.sql_with_params()
    question = f"{rows.db} {data_version(entry)} {sql} {parameters!r}"
    key = f"count:{hashlib.sha256(question.encode()).hexdigest()}"
    found: int | None = cache.get(key)
    if found is None:
        found = rows.count()
        cache.set(key, found, _KEPT_S)
    return found
