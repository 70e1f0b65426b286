"""The address of a layer that an import makes: formed from its title, and free."""

from gis_core import access
from gis_core.access import STAFF_DATABASE, Actor
from importers.fields import slug_of
from importers.models import ImportJob
from layers import layer_origin, selectors
from layers.feature import Layer

_LONGEST = 60
_State = ImportJob.State
_CHECKED = (_State.READY, _State.SUBMITTED, _State.RETURNED, _State.WRITING)


def free_address(
    actor: Actor, theme: str, title: str, *, but: int | None = None, anew: bool = True
) -> str:
    """Return an address for a new layer of `theme` with a title; `but`: for the import of this id.

    A layer that left the catalogue when its import was undone gives its address to the next one,
    so that what points there finds the data again: with `anew`, in the same theme, and where the
    actor may know of it. The import then makes that layer anew (`layers/layer_origin.py`).
    """
    base = slug_of(title)[:_LONGEST].strip("-") or "lop"
    layers = Layer.objects.using(STAFF_DATABASE)
    taken = set(layers.filter(slug__startswith=base).values_list("slug", flat=True))
    if anew:
        taken -= _left_behind(actor, theme)
    taken |= claimed(actor, base, but)
    tries = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 3))
    return next(name for name in tries if name not in taken)


def claimed(actor: Actor, base: str, but: int | None) -> set[str]:
    """Return the addresses that begin with `base` and are those of checked imports' new layers.

    Those that the actor is not cleared for are as if they were not; whichever of two is written
    first then has the address.
    """
    rows = ImportJob.objects.using(STAFF_DATABASE).filter(
        slug__startswith=base, state__in=_CHECKED, new_layer_title__gt=""
    )
    return {
        job.slug
        for job in rows.only("slug", "theme", "clearance")
        if job.pk != but and access.clearance(actor, job.theme, job.slug) >= job.clearance
    }


def _left_behind(actor: Actor, theme: str) -> set[str]:
    known = selectors.layers(actor)
    return {
        entry.slug
        for entry in known
        if entry.theme.key == theme and layer_origin.withdrawn(entry.layer)
    }
