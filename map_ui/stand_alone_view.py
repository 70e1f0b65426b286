"""`/api/stand-alone-map?layers=a,b&lang=`: the stand-alone map as a download."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from gis_core.channels import Cost, channel
from gis_core.errors import BadRequest
from map_ui.stand_alone import stand_alone_map

MAX_LAYERS = 24


@channel("map.stand_alone", cost=Cost.HEAVY)
@require_safe
def stand_alone(request: HttpRequest) -> HttpResponse:
    """Answer with one HTML file of the public layers named in `layers`."""
    slugs = [slug for slug in request.GET.get("layers", "").split(",") if slug]
    if not 0 < len(slugs) <= MAX_LAYERS:
        raise BadRequest(gettext("layers: name 1 to %d layers, separated by commas.") % MAX_LAYERS)
    language = str(getattr(request, "LANGUAGE_CODE", "vi"))
    name = f"{slugs[0]}.html" if len(slugs) == 1 else "map.html"
    return HttpResponse(
        stand_alone_map(slugs, language),
        content_type="text/html; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
