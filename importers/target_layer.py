"""The layer that a file is imported into: found, or made from the facts that were given."""

from typing import Any

from gis_core.access import STAFF_DATABASE, Actor
from importers.issues import FileRefused
from importers.request import ImportRequest
from layers.bulk import create_layer
from layers.bulk_plan import writable_fields
from layers.code_list import Code
from layers.feature import CodeField, Layer
from layers.registry import Theme, theme_by_key


def theme_of(key: str) -> Theme:
    """The theme with this key; FileRefused when there is none."""
    try:
        return theme_by_key(key)
    except KeyError:
        raise FileRefused(f"There is no theme {key!r}") from None


def layer_for(actor: Actor, request: ImportRequest, stored: str) -> Layer:
    """The layer named in the request, holding geometries of type `stored`; FileRefused otherwise.

    Must run inside the transaction of the import, so that a dry run leaves no layer behind.
    """
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=request.slug).first()
    if layer is None:
        if not request.create_layer:
            raise FileRefused(f"There is no layer {request.slug!r}; --create-layer makes it")
        facts: dict[str, Any] = {
            "title_vi": request.slug,
            **request.layer_facts,
            "slug": request.slug,
            "theme": request.theme,
            "geometry_type": stored,
        }
        return create_layer(actor, facts)
    if layer.theme != request.theme:
        raise FileRefused(f"The layer {layer.slug!r} belongs to the theme {layer.theme}")
    if layer.geometry_type != stored:
        raise FileRefused(
            f"The layer {layer.slug!r} holds {layer.geometry_type}, the file {stored}"
        )
    return layer


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
