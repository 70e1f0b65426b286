"""Words that are kept: as code and facts, so that each reader gets them in their own language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from layers.display import number

Fact: TypeAlias = Union[str, int, float, Promise, "Words", Sequence["Fact"]]
_DECIMALS = 3  # of numbers in a sentence, at most
_SOURCE = "en"  # in which the product's words stand in the code and are known to the catalogue

SENTENCES: dict[str, str | Promise] = {
    # beside findings
    "row": _("row %(row)s"),
    "areas": "%(before)s m² → %(after)s m²",
    "overlap": "%(key)s: %(area)s m²",
    "bounds": _("longitude %(west)s to %(east)s, latitude %(south)s to %(north)s"),
    "walls": "%(walls)s",
    "wall_files": _("no access to other files"),
    "wall_network": _("no access to the network"),
    "wall_threads": _("no thread from before the safeguards"),
    "data_from": _("data from row %(row)s on"),
    "rows_to": _("rows %(first)s to %(last)s"),
    "columns": _("%(count)s columns: %(names)s"),
    # among the facts of others
    "kind_count": "%(count)s %(kind)s",
    "system": "%(key)s (%(name)s): %(share)s",
    "after_rows": _("%(why)s. Rows 1 to %(rows)s were read before; the fault is after them."),
    "at_letter": _("line %(line)s, letter %(letter)s"),
    "at_line": _("line %(line)s"),
    "no_such_file": _("there is no such file"),
    "right_missing": _("the right to it is missing"),
    "folder": _("it is a folder"),
    "end_missing": _("its end is missing"),
    "contents_changed": _("its contents have changed"),
    "packed_unusually": _("it is packed in an unusual way"),
    "no_such_address": _("this machine finds no such address"),
    "too_long": _("it takes too long"),
    "too_much": _("it needs too much memory"),
    "call_refused": _("nobody takes the call"),
    "http_status": _("HTTP status %(status)s"),
    "disk_full": _("the disk is full"),
    # why an import stands still
    "stopped": _("Stopped. Nothing was written."),
    "layer_changed": _(
        "The layer has changed since the dry run, so nothing was written."
        " Look at the new numbers, then decide again."
    ),
    "layer_taken": _(
        "Since the dry run another layer has taken the address “%(taken)s”, so nothing was written"
        " there. This import now makes a layer of its own, “%(title)s”, at “%(address)s”. Look at"
        " the numbers, then decide again. If the rows belong into the other layer, import the file"
        " into that one instead."
    ),
    "layer_gone": _(
        "The layer “%(layer)s”, which the dry run compared the file with, has left the catalogue"
        " since. Nothing was written; the file and your answers are kept. Publish again when the"
        " layer is back, or import the file into another one."
    ),
    "no_right": _(
        "The author of this import may not do this any more, so nothing was written. Ask an"
        " administrator for the right, then try again."
    ),
    "in_the_way": _(
        "Somebody else is changing the same data at this moment, so nothing was written. Wait"
        " a minute, then try again."
    ),
    "no_room": _(
        "The server has no room left, so nothing was written. Tell the administrator; the file and"
        " your answers are kept, so you can try again later."
    ),
    "read_only": _(
        "The database takes no changes at this moment, so nothing was written. Try again later;"
        " if it stays so, tell the administrator."
    ),
    "broken_off": _(
        "The database broke the work off, so nothing was written. Try again; if it happens once"
        " more, tell the administrator."
    ),
    "refused_by_database": _(
        "The database refused the data (%(reason)s), so nothing was written. Please send these"
        " words to the administrator; the file and your answers are kept."
    ),
    "broken": _(
        "The rows do not add up (%(reason)s), so nothing was written. That is a fault of the"
        " product: please tell the administrator."
    ),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence by its code. `text` has a place for each fact.

    As text it is in the language of the moment, with numbers and words among its facts.
    """

    code: str
    text: str | Promise
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence; KeyError, TypeError or ValueError where a fact does not fit."""
        told = str(self.text) % {name: _said(fact) for name, fact in self.facts.items()}
        return told.replace(" ()", "")  # a fact that nobody knows


def sentence(code: str, **facts: Fact) -> Words:
    """Return one of SENTENCES."""
    return Words(code, SENTENCES[code], facts)


def _said(fact: Fact) -> str:
    """Return a fact in a sentence; a sentence in a sentence has no full stop."""
    if isinstance(fact, str):
        return fact
    if isinstance(fact, int | float):
        return number(fact, _DECIMALS)
    if isinstance(fact, Promise | Words):
        return str(fact).rstrip(".")
    return ", ".join(map(_said, fact))


def kept(detail: str | Words) -> dict[str, Any]:
    """Return JSON values: the text as it reads now, and of Words what every reader needs."""
    if isinstance(detail, str):
        return {"detail": detail}
    return {"detail": str(detail), "words": _kept(detail)}


def _kept(fact: Fact) -> Any:
    if isinstance(fact, Words):
        facts = {name: _kept(one) for name, one in fact.facts.items()}
        return {"code": fact.code, "facts": facts}
    if isinstance(fact, Promise):
        with translation.override(_SOURCE):
            return {"term": str(fact)}
    return fact if isinstance(fact, str | int | float) else [_kept(one) for one in fact]


def said(entry: Mapping[str, Any], texts: Mapping[str, str | Promise]) -> str:
    """Return what was kept, in the language of the moment, from the texts of codes.

    What has no code, such as entries of before, reads as it was kept.
    """
    try:
        words = _read(entry["words"], texts)
        if isinstance(words, Words):
            return str(words)
    except (KeyError, TypeError, ValueError):
        pass  # kept before there was a code, or with other facts than the sentence has today
    return str(entry.get("detail", ""))


def _read(kept_fact: Any, texts: Mapping[str, str | Promise]) -> Fact:
    match kept_fact:
        case {"code": str(code), "facts": dict(facts)}:
            read = {name: _read(one, texts) for name, one in facts.items()}
            return Words(code, texts[code], read)
        case {"term": str(term)}:
            return gettext(term).rstrip(".")
        case [*several]:
            return [_read(one, texts) for one in several]
        case str() | int() | float():
            return kept_fact
    raise ValueError(kept_fact)
