"""The pages “Import”: the list of imports, and one import from its files to the map."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from gis_core import access
from gis_core.channels import Audit, Cache, channel
from gis_core.errors import NotFound
from importers.wizard import sight
from map_ui.views import known_language, render_page, request_actor, to_sign_in


@channel("page.imports", roles=sight.ROLES, cache=Cache.NEVER, audit=Audit.READ)
def imports(request: HttpRequest, language: str) -> HttpResponse:
    """Show the reader's imports and those that wait for their review."""
    return _page(request, language)


@channel("page.import", roles=sight.ROLES, cache=Cache.NEVER, audit=Audit.READ)
def one_import(request: HttpRequest, language: str, import_id: int) -> HttpResponse:
    """Show one import; for those who may not see it there is none."""
    return _page(request, language, import_id)


def _page(request: HttpRequest, language: str, import_id: int | None = None) -> HttpResponse:
    known_language(language)
    actor = request_actor(request)
    if not actor.signed_in:
        return to_sign_in(request, language)
    if not access.may_open(actor, sight.ROLES):
        return render_page(request, "403.html", language, status=403, page="error")
    context: dict[str, Any] = {"page": "import", "import_id": import_id}
    if import_id is not None:
        try:
            sight.find(actor, import_id)
        except NotFound as error:
            raise Http404 from error
    return render_page(request, "import.html", language, **context)
