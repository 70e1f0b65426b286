"""Named ways of reading a file (profiles): saved from an import, used for the next one."""

from typing import Any

from gis_core import access
from gis_core.access import Action, Actor
from gis_core.errors import NotFound
from importers import profiles
from importers.models import ImportJob, ImportProfile
from importers.wizard import sight, steps
from importers.wizard.rules import SETTLED, Step

_OWN = {"encoding": "", "source_crs": "", "keys": []}


def listed(actor: Actor, job: ImportJob) -> list[dict[str, Any]]:
    """Return the profiles that the author of an import may use, as JSON; others see none."""
    mine = job.user_id == actor.user_id
    if not (mine and access.may(actor, Action.IMPORT, job.theme)):
        return []
    return [
        {
            "name": profile.name,
            "saved_by": profile.actor_name,
            "may_change": profiles.may_change(actor, profile),
        }
        for profile in profiles.profiles(actor, job.theme)
    ]


def use(actor: Actor, job_id: int, name: str) -> ImportJob:
    """Read the file again as a profile says, where it speaks about columns that the file has.

    Raises NotFound where there is no such profile of the theme, and as `steps.take`.
    """
    with steps.own(actor, job_id, SETTLED) as job:
        found = next((one for one in profiles.profiles(actor, job.theme) if one.name == name), None)
        if found is None:
            raise NotFound
        told = {"profile": name, "profile_missing": _missing(found, _columns(job))}
        job.answers = {**job.answers, **_fitting(found, _columns(job)), **told}
        job.report, job.submitted_at = None, None
    return steps.take(actor, job_id, Step.UNDERSTAND)


def _fitting(profile: ImportProfile, columns: frozenset[str]) -> dict[str, Any]:
    options: dict[str, Any] = profile.options
    mapping = {f: c for f, c in options["mapping"].items() if not c or c in columns}
    letters = {c: codec for c, codec in options["column_encodings"].items() if c in columns}
    plain = {part: options.get(part, blank) for part, blank in _OWN.items()}
    keys = [column for column in plain["keys"] if column in columns]
    return {**plain, "keys": keys, "mapping": mapping, "column_encodings": letters}


def _missing(profile: ImportProfile, columns: frozenset[str]) -> list[str]:
    """Return the columns that a profile speaks about and the file does not have."""
    options: dict[str, Any] = profile.options
    named = {*options["mapping"].values(), *options["column_encodings"]} - {""}
    return sorted(named - columns)


def save(actor: Actor, job_id: int, name: str) -> ImportJob:
    """Save how an import is read under a name; raises as `importers.profiles.keep`."""
    with steps.own(actor, job_id, SETTLED) as job:
        profiles.keep(actor, name, job.theme, way_of(job))
    return job


def way_of(job: ImportJob) -> dict[str, Any]:
    """Return how an import is read, what was guessed as if somebody had said it."""
    found = job.understanding or {}
    guessed = {one["field"]: one["column"] for one in found.get("columns", []) if one["field"]}
    mapping = {**guessed, **job.answers["mapping"]}
    used = set(mapping.values())
    letters = {
        one["column"]: one["encoding"] for one in found.get("text", []) if one["column"] in used
    }
    return {
        "encoding": job.answers["encoding"],
        "column_encodings": letters,
        "source_crs": (found.get("place") or {}).get("crs") or "",
        "mapping": mapping,
        "keys": list(job.answers["keys"]),
    }


def forget(actor: Actor, job_id: int, name: str) -> ImportJob:
    """Delete a profile of the import's theme; raises as `importers.profiles.forget`."""
    job = sight.find(actor, job_id)
    profiles.forget(actor, name, job.theme)
    return job


def rename(actor: Actor, job_id: int, name: str, new_name: str) -> ImportJob:
    """Give a profile of the import's theme another name; raises as `importers.profiles.rename`."""
    with steps.locked(actor, job_id) as job:
        renamed = profiles.rename(actor, name, job.theme, new_name)
        if job.answers.get("profile") == name:
            job.answers = {**job.answers, "profile": renamed.name}
    return job


def _columns(job: ImportJob) -> frozenset[str]:
    return frozenset(one["column"] for one in (job.understanding or {}).get("columns", []))
