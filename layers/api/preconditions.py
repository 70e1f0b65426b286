"""If-Match of a feature: its ETag begins with the version, which is what an edit starts from."""

import re

from django.http import HttpRequest
from django.utils.translation import gettext

from gis_core.errors import ConditionNeeded

# `W/` and `-gzip` come from servers in between that compress.
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[0-9a-f]{32})?(?:[-;]gzip)?"', re.ASCII)


def versions_matched(request: HttpRequest) -> frozenset[int] | None:
    """Return the versions that If-Match names; None without the header and for `*`.

    An ETag that is not ours names no version, so nothing matches.
    """
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if header in {"", "*"}:
        return None
    found = (_VERSION.fullmatch(part.strip()) for part in header.split(","))
    return frozenset(int(match.group(1)) for match in found if match)


def require_condition(request: HttpRequest) -> frozenset[int]:
    """Return the versions of If-Match; raises ConditionNeeded where there is none."""
    found = versions_matched(request)
    if found is None:
        raise ConditionNeeded(gettext("Send If-Match with the ETag of the feature that you read."))
    return found
