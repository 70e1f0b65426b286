"""The rows that a dry run rejected, kept beside the uploaded files until these are cleaned away."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext

from importers.issues import CODES, Issue

NAME = "rejected-rows.csv"


@contextmanager
def listed(folder: Path) -> Iterator[Callable[[Issue], None]]:
    """Write a CSV of rejected rows while the block runs; whole or not there at all."""
    partial = folder / f".{NAME}.part"
    (folder / NAME).unlink(missing_ok=True)
    with partial.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([gettext("row"), gettext("code"), gettext("reason"), gettext("detail")])

        def write(issue: Issue) -> None:
            reason = str(CODES.get(issue.code, issue.code))
            writer.writerow([issue.row, issue.code, reason, issue.detail])

        yield write
    partial.replace(folder / NAME)
