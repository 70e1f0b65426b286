"""Which change set made a layer, so that undoing it takes the layer out of the catalogue again.

Nothing is deleted: history names the layer. It is retired, and undoing the undo brings it back.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models

from gis_core.access import STAFF_DATABASE
from gis_core.models import ChangeSet
from layers.bulk_plan import quote
from layers.bulk_sql import template
from layers.change_operation import ChangeOperation
from layers.feature import Layer
from layers.registry import theme_by_key

_FACTS = [
    field.name
    for field in Layer._meta.concrete_fields
    if not field.primary_key and field.name != "data_version"
]
_State, _Publication = ChangeSet.State, Layer.Publication


class LayerOrigin(models.Model):
    """The import that made a layer, and the layer's facts as it made them.

    `withdrawn`: the import was undone, and the layer left the catalogue with it.
    """

    layer = models.OneToOneField(Layer, models.CASCADE, related_name="+")
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        app_label = "layers"

    def __str__(self) -> str:
        return f"{self.layer_id} ← {self.change_set_id}"


def make(facts: Mapping[str, Any]) -> Layer:
    """Return a new layer; a withdrawn one of the same address and kind is made anew.

    Whoever writes its first rows calls `settle` in the same transaction. IntegrityError where a
    layer stands at the address.
    """
    slug, kind = facts["slug"], facts["geometry_type"]
    left = _origins().filter(layer__slug=slug, layer__geometry_type=kind, withdrawn=True)
    # Of two at a time one makes it anew; the other finds it standing there.
    origin = left.select_for_update(of=("self",)).first()
    if origin is None:
        layer = Layer.objects.using(STAFF_DATABASE).create(**facts)
        _origins().create(layer=layer, facts=_facts(layer))
        return layer
    layer = Layer(pk=origin.layer_id, **facts)
    layer.save(using=STAFF_DATABASE, update_fields=_FACTS)
    origin.change_set, origin.withdrawn, origin.facts = None, False, _facts(layer)
    origin.save(using=STAFF_DATABASE)
    return layer


def settle(layer: Layer, entry: ChangeSet | None) -> None:
    """Note the change set that wrote the first rows of a layer just made; of others nothing."""
    fresh = _origins().filter(layer=layer, change_set=None)
    if entry is None:
        fresh.delete()  # a layer that was made without a row belongs to no change set
    else:
        fresh.update(change_set=entry)


def standing(slug: str) -> str:
    """Return which layer stands at an address, "" for none: another one once it was made anew."""
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=slug).first()
    if layer is None or withdrawn(layer):
        return ""
    made_by = _origins().filter(layer=layer).values_list("change_set", flat=True).first()
    return f"{layer.pk}/{made_by or ''}"


def withdrawn(layer: Layer) -> bool:
    """Tell whether a layer left the catalogue when the import that made it was undone."""
    retired = layer.publication == _Publication.RETIRED
    return retired and _origins().filter(layer=layer, withdrawn=True).exists()


def made_anew(layer_ids: Iterable[int], entry: ChangeSet) -> bool:
    """Tell whether one of the layers was made anew, by another import, after a change set."""
    return _origins().filter(layer__in=list(layer_ids), change_set__gt=entry.pk).exists()


def follow(undone: ChangeSet) -> tuple[Layer, ...]:
    """Take layers out of the catalogue, or back into it, after a change set was undone.

    A layer leaves when the import that made it counts no more and nothing else ever happened to
    it: no row of others, no draft, no changed fact. Returns the layers whose state changed.
    """
    first = undone
    while first.undoes is not None:
        first = first.undoes
    first.refresh_from_db(using=STAFF_DATABASE, fields=["state"])
    found = []
    for origin in _origins().filter(change_set=first):
        layer = Layer.objects.using(STAFF_DATABASE).select_for_update().get(pk=origin.layer_id)
        if first.state == _State.SUPERSEDED and _untouched(layer, origin, first):
            layer.publication, origin.withdrawn = _Publication.RETIRED, True
        elif first.state == _State.PUBLISHED and origin.withdrawn:
            origin.withdrawn = False
            if layer.publication == _Publication.RETIRED:
                layer.publication = origin.facts["publication"]
        else:
            continue
        layer.save(using=STAFF_DATABASE, update_fields=["publication"])
        origin.save(using=STAFF_DATABASE, update_fields=["withdrawn"])
        found.append(layer)
    return tuple(found)


def _with_undoing(first: ChangeSet) -> list[int]:
    """Return the ids of a change set, of what undid it, of what undid that, and so on."""
    found, fresh = [first.pk], [first.pk]
    rows = ChangeSet.objects.using(STAFF_DATABASE)
    while fresh := list(rows.filter(undoes__in=fresh).values_list("pk", flat=True)):
        found += fresh
    return found


def _untouched(layer: Layer, origin: LayerOrigin, first: ChangeSet) -> bool:
    if _facts(layer) != origin.facts:
        return False
    if ChangeOperation.objects.using(STAFF_DATABASE).filter(layer=layer).exists():
        return False
    table = theme_by_key(layer.theme).table
    names = {"table": quote(table), "versions": quote(f"{table}_versions")}
    values: dict[str, Any] = {"layer": layer.pk, "own": _with_undoing(first)}
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(template("undo_layer_used").format(**names), values)
        return not cursor.fetchone()[0]


def _facts(layer: Layer) -> dict[str, Any]:
    plain = json.dumps({name: getattr(layer, name) for name in _FACTS}, cls=DjangoJSONEncoder)
    return dict(json.loads(plain))


def _origins() -> models.QuerySet[LayerOrigin]:
    return LayerOrigin.objects.using(STAFF_DATABASE)
