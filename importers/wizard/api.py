"""`/api/imports`: imports of the reader, their files, answers and steps, as JSON."""

import json
from datetime import date
from typing import Any, Literal, TypeVar

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gis_core.access import STAFF_DATABASE, Actor
from gis_core.channels import Audit, Cache, Cost, channel
from gis_core.errors import BadRequest, NotFound
from importers.models import ImportJob
from importers.wizard import output, rejected, rest, row_map, saved_ways, sight, steps, uploads
from importers.wizard.rules import Step
from layers.feature import Layer
from layers.registry import theme_by_key

Kind = Literal["", "points", "lines", "areas"]
Body = TypeVar("Body", bound=BaseModel)
_MOST_BYTES = 200_000  # of a JSON body


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StartIn(_Strict):
    """Into which layer: its address, or a theme and the name of a new layer.

    With `rest_of`, an import of one's own: another kind of shapes, or another layer, of its files.
    """

    theme: str = Field("", max_length=40)
    layer: str = Field("", max_length=80)
    new_layer_title: str = Field("", max_length=120)
    rest_of: int | None = Field(None, ge=1)
    geometry: Kind = ""
    source_layer: str = Field("", max_length=200)


class ChangeIn(_Strict):
    """Answers and words; what is left out stays."""

    source_layer: str | None = Field(None, max_length=200)
    encoding: str | None = Field(None, max_length=40)
    source_crs: str | None = Field(None, max_length=40)
    geometry: Kind | None = None
    column_encodings: dict[str, str] | None = Field(None, max_length=500)
    mapping: dict[str, str] | None = Field(None, max_length=500)
    keys: list[str] | None = Field(None, max_length=10)
    retire_on: Literal[""] | date | None = None
    title: str | None = Field(None, max_length=200)
    reason: str | None = Field(None, max_length=5000)
    decision_number: str | None = Field(None, max_length=80)


class ProfileIn(_Strict):
    """The name of a profile."""

    name: str = Field(max_length=80)


class RenameIn(ProfileIn):
    """A profile and the name that it gets."""

    new_name: str = Field(max_length=80)


class StepIn(_Strict):
    """The note of a reviewer."""

    note: str = Field("", max_length=5000)


_WORDS = ("title", "reason", "decision_number")


def _body(request: HttpRequest, model: type[Body]) -> Body:
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
        raise BadRequest("The body is too long.")
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        wrong = [
            {"parameter": ".".join(map(str, one["loc"])), "detail": one["msg"]}
            for one in error.errors()
        ]
        raise BadRequest("Check these values: " + json.dumps(wrong)[:300], wrong) from error


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    sight.require_account(found)
    return found


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "vi"))


def _json(body: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _answer(request: HttpRequest, job: ImportJob, status: int = 200) -> JsonResponse:
    who = _actor(request)
    return _json(output.whole(who, sight.find(who, job.pk), _language(request)), status)


@channel("api.imports", cache=Cache.NEVER, audit=Audit.WRITE, methods=("GET", "HEAD", "POST"))
def imports(request: HttpRequest) -> HttpResponse:
    """Return the reader's imports and what they may import into; POST begins an import.

    With `?open=yes` only those that ask for something: for the boxes of the workspace.
    """
    who = _actor(request)
    if request.method == "POST":
        sent = _body(request, StartIn)
        where = (sent.theme, sent.layer, sent.new_layer_title)
        if sent.rest_of is None:
            made = steps.create(who, *where)
        else:
            part = rest.Part(sent.source_layer, sent.geometry)
            made = rest.go_on(who, sent.rest_of, part, *where)
        response = _answer(request, made, 201)
        response["Location"] = f"/api/imports/{made.pk}"
        return response
    language = _language(request)
    if request.GET.get("open") == "yes":
        return _json({"imports": _heads(who, sight.on_the_way(who), language)})
    return _json(
        {
            "imports": _heads(who, sight.listed(who), language),
            "targets": _targets(who, language),
            "kinds": list(uploads.DATA),
        }
    )


def _heads(who: Actor, found: list[ImportJob], language: str) -> list[dict[str, Any]]:
    at_work = sight.at_work(found)
    layers = Layer.objects.using(STAFF_DATABASE).filter(slug__in={job.slug for job in found})
    known = {layer.slug: layer.title(language) for layer in layers}
    titles = [
        job.new_layer_title if output.awaits_layer(job) else known.get(job.slug, "")
        for job in found
    ]
    return [output.head(who, job, at_work, title) for job, title in zip(found, titles, strict=True)]


def _targets(who: Actor, language: str) -> list[dict[str, Any]]:
    return [
        {
            "theme": key,
            "title": str(theme_by_key(key).title),
            "geometry_types": list(theme_by_key(key).geometry_types),
            "layers": [
                {
                    "slug": entry.slug,
                    "title": entry.layer.title(language),
                    "geometry_type": entry.layer.geometry_type,
                }
                for entry in layers
            ],
        }
        for key, layers in sight.targets(who)
    ]


@channel(
    "api.import",
    cache=Cache.NEVER,
    audit=Audit.WRITE,
    methods=("GET", "HEAD", "PATCH", "DELETE"),
)
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """Return an import; PATCH takes answers and words, DELETE throws it away."""
    who = _actor(request)
    job = sight.find(who, import_id)
    if request.method == "DELETE":
        steps.discard(who, import_id)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        sent = _body(request, ChangeIn).model_dump(mode="json", exclude_none=True)
        words = {name: sent.pop(name) for name in _WORDS if name in sent}
        if sent:
            steps.answer(who, import_id, sent)
        if words:
            steps.describe(who, import_id, words)
    return _answer(request, job)


@channel("api.import.progress", cache=Cache.NEVER)
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """Return the state and how far the work is; asked again and again while it runs."""
    who = _actor(request)
    job = sight.find(who, import_id)
    found = output.head(who, job, sight.at_work([job]), job.slug)
    return _json({name: found[name] for name in ("id", "state", "progress")})


@channel(
    "api.import.file",
    cache=Cache.NEVER,
    cost=Cost.HEAVY,
    audit=Audit.WRITE,
    methods=("PUT", "DELETE"),
)
def file(request: HttpRequest, import_id: int, name: str) -> HttpResponse:
    """Take the body as one file of an import, streamed to the disk; DELETE takes it out."""
    who = _actor(request)
    if request.method == "DELETE":
        return _answer(request, steps.remove_file(who, import_id, name))
    claimed = request.META.get("CONTENT_LENGTH") or ""
    size = int(claimed) if claimed.isdigit() else None
    return _answer(request, steps.add_file(who, import_id, name, request, size))


@channel("api.import.step", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def step(request: HttpRequest, import_id: int, step: str) -> HttpResponse:
    """Take a step: understand, check, publish, submit, withdraw, approve, return, stop, retry."""
    who = _actor(request)
    sight.find(who, import_id)
    if step not in set(Step):
        raise NotFound
    note = _body(request, StepIn).note
    return _answer(request, steps.take(who, import_id, Step(step), note))


@channel(
    "api.import.profile",
    cache=Cache.NEVER,
    audit=Audit.WRITE,
    methods=("POST", "PUT", "PATCH", "DELETE"),
)
def profile(request: HttpRequest, import_id: int) -> HttpResponse:
    """Read the file as a profile says; PUT saves one, PATCH renames it, DELETE forgets it."""
    who = _actor(request)
    sight.find(who, import_id)
    if request.method == "PATCH":
        sent = _body(request, RenameIn)
        return _answer(request, saved_ways.rename(who, import_id, sent.name, sent.new_name))
    name = _body(request, ProfileIn).name
    acts = {"PUT": saved_ways.save, "DELETE": saved_ways.forget}
    act = acts.get(str(request.method), saved_ways.use)
    return _answer(request, act(who, import_id, name))


@channel("api.import.rejected", cache=Cache.NEVER, audit=Audit.READ)
def rejected_rows(request: HttpRequest, import_id: int) -> HttpResponse | FileResponse:
    """Return the rejected rows of the last dry run, `?f=gpkg` or `?f=csv`."""
    job = sight.find(_actor(request), import_id)
    path = rejected.files(uploads.folder_of(job)).get(request.GET.get("f", "csv"))
    if path is None:
        raise NotFound
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{job.slug}-{path.name}")


@channel("api.import.rows", cache=Cache.NEVER, audit=Audit.READ)
def rows_on_map(request: HttpRequest, import_id: int) -> HttpResponse:
    """Return the rows of the last dry run for a map: new, changed, rejected, missing, findings."""
    who = _actor(request)
    return _json(row_map.read(who, sight.find(who, import_id)))
