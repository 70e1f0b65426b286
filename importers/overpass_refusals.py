"""Why an Overpass service gives no data, in sentences for the administrator who asked it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OVERPASS_REFUSALS: dict[str, Promise] = {
    "overpass_address": _("OVERPASS_URL must begin with https://. Correct the setting."),
    "overpass_too_large": _(
        "The answer of Overpass is larger than %(most_mb)s MB. Make the area of the city smaller,"
        " or import a file of OpenStreetMap (--file)."
    ),
    "overpass_silent": _(
        "%(url)s does not answer (%(reason)s). Try again later, or set OVERPASS_URL."
    ),
    "overpass_busy": _(
        "%(url)s has too much to do (HTTP status %(status)s). Try again in %(wait_s)s seconds, or"
        " ask another service (OVERPASS_URL)."
    ),
    "overpass_refused": _(
        "%(url)s refuses to answer (HTTP status %(status)s). Check OVERPASS_URL; an access list of"
        " the service may leave this machine out."
    ),
    "overpass_page": _(
        "%(url)s answers with something else than map data. Check OVERPASS_URL; if it is right, the"
        " service has a fault at this moment: try again later."
    ),
    "overpass_broken_off": _(
        "The answer of Overpass is not complete (%(reason)s), so nothing was imported. Try again"
        " later, or make the area of the city smaller."
    ),
}
