"""Fields that take more than the right to edit or to import, as their theme says (`guarded`)."""

from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Actor
from layers.registry import Theme
from layers.selectors import ReadableLayer


def may_change(entry: ReadableLayer, name: str) -> bool:
    """Tell whether the layer's reader, where they may edit, may change a field."""
    return may_set(entry.actor, entry.theme, entry.slug, name)


def may_set(actor: Actor, theme: Theme, slug: str, name: str) -> bool:
    """Tell whether `actor`, where they may edit or import, may give a field of a layer a value."""
    needed = theme.guarded.get(name)
    return needed is None or access.may(actor, needed, theme.key, slug)


def guard_words() -> str:
    """Return why a guarded field stays as it is, in the reader's language."""
    return gettext("Only people who may publish this layer change this field.")
