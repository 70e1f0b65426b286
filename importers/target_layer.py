"""The layer that a file is imported into: found, or made from the facts that were given."""

from typing import Any

from django.db import IntegrityError

from gis_core.access import STAFF_DATABASE, Actor
from importers.refusals import refusal
from importers.request import ImportRequest
from importers.shapes import KINDS
from importers.words import Fact
from layers import layer_origin
from layers.bulk import create_layer
from layers.bulk_plan import writable_fields
from layers.code_list import Code
from layers.feature import CodeField, Layer
from layers.registry import Theme, theme_by_key, theme_keys


def theme_of(key: str) -> Theme:
    """The theme with this key; FileRefused when there is none."""
    try:
        return theme_by_key(key)
    except KeyError:
        facts = {"name": key, "themes": ", ".join(theme_keys())}
        raise refusal("no_theme", facts=facts) from None


def layer_for(actor: Actor, request: ImportRequest, stored: str) -> Layer:
    """The layer named in the request, holding geometries of type `stored`; FileRefused otherwise.

    Must run inside the transaction of the import, so that a dry run leaves no layer behind.
    """
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=request.slug).first()
    if layer is None or (layer_origin.withdrawn(layer) and _fits(layer, request, stored)):
        if not request.create_layer:
            raise refusal("layer_missing", facts={"layer": request.slug})
        facts: dict[str, Any] = {
            "title_vi": request.slug,
            **request.layer_facts,
            "slug": request.slug,
            "theme": request.theme,
            "geometry_type": stored,
        }
        return _made(actor, facts, request)
    if request.only_new_layer:
        raise refusal("layer_taken", facts={"layer": request.slug})
    if layer.theme != request.theme:
        told: dict[str, Fact] = {"layer": layer.slug, "theme": theme_by_key(layer.theme).title}
        raise refusal("layer_of_other_theme", facts=told)
    if layer.geometry_type != stored:
        held, found = KINDS[layer.geometry_type], KINDS[stored]
        told = {"layer": layer.slug, "held": held, "found": found}
        raise refusal("layer_of_other_kind", facts=told)
    return layer


def _made(actor: Actor, facts: dict[str, Any], request: ImportRequest) -> Layer:
    try:
        return create_layer(actor, facts)
    except IntegrityError as error:  # of an import that wrote at the same time
        if not request.only_new_layer:
            raise
        raise refusal("layer_taken", facts={"layer": request.slug}) from error


def _fits(layer: Layer, request: ImportRequest, stored: str) -> bool:
    return (layer.theme, layer.geometry_type) == (request.theme, stored)


def known_codes(theme: Theme) -> dict[str, frozenset[str]]:
    """The codes of the lists that the theme's fields use, by list."""
    lists = {
        model_field.code_list
        for model_field in writable_fields(theme).values()
        if isinstance(model_field, CodeField)
    }
    rows = Code.objects.using(STAFF_DATABASE).filter(code_list__in=lists)
    found: dict[str, set[str]] = {name: set() for name in lists}
    for code_list, code in rows.values_list("code_list", "code"):
        found[code_list].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}
