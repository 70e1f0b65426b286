"""The revision of a draft as `ETag` and `If-Match`: nobody changes what they have not seen."""

from django.http import HttpRequest
from django.utils.translation import gettext

from gis_core.errors import ConditionNeeded, Stale

_LONGEST = 9  # digits of a revision


def etag(revision: int) -> str:
    """Return the entity tag of a revision."""
    return f'"{revision}"'


def required_revision(request: HttpRequest) -> int | None:
    """Return the revision that `If-Match` names; None for `*`.

    Raises ConditionNeeded (428) without the header, Stale (412) for a tag that is none of ours.
    """
    sent = request.META.get("HTTP_IF_MATCH", "").strip()
    if not sent:
        raise ConditionNeeded(
            gettext("Say in If-Match which state you started from: the ETag that you read.")
        )
    if sent == "*":
        return None
    number = sent.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST):
        raise Stale(
            gettext("The draft was changed elsewhere. Load it again, then repeat the change.")
        )
    return int(number)
