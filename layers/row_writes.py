"""Rows of one change set on their way into the tables: many in a statement where order allows."""

from collections.abc import Iterable, Sequence

from gis_core.access import STAFF_DATABASE
from layers.feature import Feature
from layers.selectors import ReadableLayer, features


def held_rows(sought: Iterable[tuple[ReadableLayer, int]]) -> dict[tuple[int, int], Feature]:
    """Hold rows until the transaction ends, layer by layer, by id: the same order for everybody.

    Returns (layer id, feature id) → row of those that the layer's reader may see.
    """
    wanted: dict[int, tuple[ReadableLayer, list[int]]] = {}
    for entry, feature_id in sought:
        wanted.setdefault(entry.layer.pk, (entry, []))[1].append(feature_id)
    held: dict[tuple[int, int], Feature] = {}
    for layer_id in sorted(wanted):
        entry, ids = wanted[layer_id]
        rows = features(entry).using(STAFF_DATABASE).filter(pk__in=ids).order_by("pk")
        held |= {(layer_id, row.pk): row for row in rows.select_for_update()}
    return held


class RowWrites:
    """Collects what becomes of rows and writes it with `flush`, layer by layer in the order given.

    A thousand edits of a thousand rows are then a few statements. Rows that are new or take another
    key are written at once, one after the other: a key that was freed before can be taken.
    """

    def __init__(self) -> None:
        self._gone: dict[type[Feature], list[int]] = {}
        self._changed: dict[tuple[type[Feature], tuple[str, ...]], list[Feature]] = {}

    def create(self, row: Feature) -> None:
        """Write a new row."""
        self.flush()
        row.save(using=STAFF_DATABASE, force_insert=True)

    def change(self, row: Feature, fields: Sequence[str], *, other_key: bool) -> None:
        """Write the named fields of a row; `other_key` tells that its key is another one now."""
        if other_key:
            self.flush()
            row.save(using=STAFF_DATABASE, update_fields=[*fields, "feature_key"])
            return
        self._changed.setdefault((type(row), tuple(sorted(fields))), []).append(row)

    def delete(self, row: Feature) -> None:
        """Delete a row."""
        self._gone.setdefault(type(row), []).append(row.pk)

    def flush(self) -> None:
        """Write what was collected: deletions first, so that their keys are free."""
        for model, ids in self._gone.items():
            model._default_manager.using(STAFF_DATABASE).filter(pk__in=ids).delete()
        for (model, fields), rows in self._changed.items():
            model._default_manager.using(STAFF_DATABASE).bulk_update(rows, fields, batch_size=250)
        self._gone, self._changed = {}, {}
