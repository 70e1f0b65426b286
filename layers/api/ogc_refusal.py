"""The answer to a parameter that cannot be understood: 400, and which one it was."""

from django.utils.translation import gettext

from gis_core.errors import BadRequest


class BadParameter(BadRequest):
    """A query parameter is unknown, given twice, malformed or out of range; `errors` names it."""

    code = "bad_parameter"


def refuse(parameter: str, expected: str) -> BadParameter:
    """Return the error for `parameter`, which should have been `expected`."""
    detail = gettext("The parameter %(name)s cannot be understood. Expected: %(expected)s.") % {
        "name": parameter,
        "expected": expected,
    }
    return BadParameter(detail, [{"parameter": parameter, "detail": expected}])
