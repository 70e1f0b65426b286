"""A worker of imports that a test drives with lines of JSON, and whose database dies under it.

It stays alive: a worker that needs a restart after a crash of the database would be a fault.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- the settings come first
from django.db import DatabaseError, InterfaceError, connections  # noqa: E402

from gis_core.access import Actor  # noqa: E402
from gis_core.headers import actor_for  # noqa: E402
from gis_core.models import ChangeSet, RoleGrant, User  # noqa: E402
from importers.models import ImportJob, ImportRun  # noqa: E402
from importers.wizard import sight, steps, work  # noqa: E402
from importers.wizard.rules import Step, interrupted  # noqa: E402
from layers.feature import SourceFile  # noqa: E402
from layers.models import Layer, Parcel  # noqa: E402

_NAME = "importing-worker"


def _actor() -> Actor:
    user, made = User.objects.get_or_create(username=_NAME)
    if made:
        RoleGrant.objects.create(user=user, role="administrator")
    return actor_for(user)


def prepare(file: str, slug: str) -> dict[str, Any]:
    """Bring a file to the state in which it may be published, into a new layer if none is named."""
    who, path = _actor(), Path(file)
    job = steps.create(who, "parcels", slug, path.stem)
    for part in sorted(path.parent.glob(f"{path.stem}.*")):
        with part.open("rb") as stream:
            steps.add_file(who, job.pk, part.name, stream, part.stat().st_size)
    for step in (Step.UNDERSTAND, Step.CHECK):
        work.run(job.pk, steps.take(who, job.pk, step).attempt)
    steps.describe(who, job.pk, {"title": path.stem})
    return {"job": job.pk, "slug": job.slug, "state": ImportJob.objects.get(pk=job.pk).state}


def publish(job: int, step: str) -> dict[str, Any]:
    """Take a step and do what it orders."""
    return {"state": work.run(job, steps.take(_actor(), job, Step(step)).attempt)}


def look(job: int) -> dict[str, Any]:
    """Return all that an import leaves behind: rows, runs, change sets, kept files."""
    found = ImportJob.objects.get(pk=job)
    rows = Parcel.objects.filter(layer__slug=found.slug).order_by("feature_key")
    kept = Path(settings.MEDIA_ROOT) / "imports"
    sources = SourceFile.objects.values_list("stored_path", flat=True)
    return {
        "rows": [
            [row.feature_key, row.version, row.land_use_code, row.geom.wkt, row.search_text]
            for row in rows
        ],
        "layers": Layer.objects.filter(slug=found.slug).count(),
        "runs": ImportRun.objects.filter(layer__slug=found.slug).count(),
        "sets": ChangeSet.objects.filter(pk__in=rows.values("change_set_id")).count(),
        "lost_sets": ChangeSet.objects.exclude(
            pk__in=ImportRun.objects.values("change_set_id")
        ).count(),
        "kept": sorted({path.name for path in kept.glob("*")}),
        "half": [path.name for path in kept.rglob(".*.part")],
        "sources": sorted({Path(one).parent.name for one in sources}),
        "state": found.state,
        "interrupted": interrupted(found, sight.at_work([found])),
    }


def main() -> None:
    """Answer orders until there are none; an order that loses the database is told as lost."""
    orders = {"prepare": prepare, "publish": publish, "look": look}
    for line in sys.stdin:
        name, values = json.loads(line)
        try:
            answer = orders[name](**values)  # type: ignore[operator]
        except (DatabaseError, InterfaceError) as error:
            answer = {"lost": type(error).__name__}
            connections.close_all()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
