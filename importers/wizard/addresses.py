"""The address of a layer that an import makes: formed from its title, and free."""

from gis_core.access import STAFF_DATABASE, Actor
from importers.fields import slug_of
from layers import layer_origin, selectors
from layers.feature import Layer

_LONGEST = 60


def free_address(actor: Actor, theme: str, title: str, *, anew: bool = True) -> str:
    """Return an address for a new layer of `theme` with a title.

    A layer that left the catalogue when its import was undone gives its address to the next one,
    so that what points there finds the data again: with `anew`, in the same theme, and where the
    actor may know of it. The import then makes that layer anew (`layers/layer_origin.py`).
    """
    base = slug_of(title)[:_LONGEST].strip("-") or "lop"
    layers = Layer.objects.using(STAFF_DATABASE)
    taken = set(layers.filter(slug__startswith=base).values_list("slug", flat=True))
    if anew:
        taken -= _left_behind(actor, theme)
    tries = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 3))
    return next(name for name in tries if name not in taken)


def _left_behind(actor: Actor, theme: str) -> set[str]:
    known = selectors.layers(actor)
    return {
        entry.slug
        for entry in known
        if entry.theme.key == theme and layer_origin.withdrawn(entry.layer)
    }
