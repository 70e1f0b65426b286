"""`manage.py load_code_lists`: the code lists and the lineage of units that the product ships."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction

from gis_core.access import STAFF_DATABASE
from layers.code_list import Code
from layers.themes.admin_units import AdminUnitLineage

FOLDER = Path(__file__).resolve().parents[2] / "code_lists"
LINEAGE = "admin_lineage.csv"
CODE_KEY = ("code_list", "code")
LINEAGE_KEY = ("predecessor_key", "successor_key")


class Command(BaseCommand):
    """Adds the rows that are missing. Rows that exist stay as an administrator left them."""

    help = "Load layers/code_lists/*.csv; existing rows are kept unless --update is given."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--update`."""
        parser.add_argument(
            "--update",
            action="store_true",
            help="also set existing rows back to the shipped values, edits included",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load every file in one transaction and print one line with the counts."""
        lists = sorted(path for path in FOLDER.glob("*.csv") if path.name != LINEAGE)
        codes = [_code(row) for path in lists for row in _rows(path)]
        units = [_lineage(row) for row in _rows(FOLDER / LINEAGE)]
        with transaction.atomic(using=STAFF_DATABASE):
            added = _save(Code, codes, CODE_KEY, overwrite=options["update"])
            linked = _save(AdminUnitLineage, units, LINEAGE_KEY, overwrite=options["update"])
        self.stdout.write(
            f"codes: {len(codes)} in {len(lists)} lists, {added} new"
            f" · lineage of units: {len(units)}, {linked} new"
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _code(row: dict[str, str]) -> Code:
    values: dict[str, Any] = {name: value.strip() for name, value in row.items()}
    try:
        values["position"] = int(values["position"] or 0)
        values["attributes"] = json.loads(values["attributes"] or "{}")
    except ValueError as error:
        raise CommandError(f"{row['code_list']} {row['code']}: {error}") from error
    for name in ("valid_from", "valid_to"):
        values[name] = values[name] or None
    return Code(**values)


def _lineage(row: dict[str, str]) -> AdminUnitLineage:
    values: dict[str, Any] = {name: value.strip() for name, value in row.items()}
    values["share"] = float(values["share"]) if values["share"] else None
    return AdminUnitLineage(**values)


def _save(
    model: type[models.Model], rows: list[Any], key: tuple[str, ...], *, overwrite: bool
) -> int:
    """Insert the rows whose key is not there; with `overwrite` set the others back. Gives new."""
    manager = model._default_manager.using(STAFF_DATABASE)
    known = set(manager.values_list(*key))
    missing = sum(tuple(getattr(row, name) for name in key) not in known for row in rows)
    others = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in key and not field.primary_key
    ]
    if overwrite:
        manager.bulk_create(
            rows, update_conflicts=True, unique_fields=list(key), update_fields=others
        )
    else:
        manager.bulk_create(rows, ignore_conflicts=True)
    return missing
