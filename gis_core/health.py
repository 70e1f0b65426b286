"""`/health/live`: the process answers. `/health/ready`: the database answers on both logins."""

from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse
from django.urls import path

from gis_core.channels import Cache, Cost, channel


@channel("health.live", cache=Cache.NEVER, cost=Cost.CHEAP)
def live(_request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process serves requests."""
    return JsonResponse({"status": "ok"})


@channel("health.ready", cache=Cache.NEVER, cost=Cost.CHEAP)
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when both database logins can read, 503 otherwise."""
    try:
        for connection in connections.all():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM layers_layer LIMIT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


urlpatterns = [path("health/live", live), path("health/ready", ready)]
