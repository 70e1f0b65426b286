"""What to import and how: the one description that commands and pages hand to the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ImportRequest:
    """A file, its layer, and how to read it; blank options are decided by what the file says.

    `mapping` is field → column, `column_encodings` column → encoding, `keys` are the columns that
    identify a row. `geometry` (points, lines or areas) is the kind of shapes to take.
    `layer_facts` are fields of Layer; with `create_layer` a layer that is missing is made from
    them, and with `only_new_layer` the rows go into no other. Features that are missing from the
    file stay, or end on `retire_on`.
    """

    path: Path
    theme: str
    slug: str
    source_layer: str = ""
    encoding: str = ""
    column_encodings: Mapping[str, str] = field(default_factory=dict)
    source_crs: str = ""
    geometry: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    create_layer: bool = False
    only_new_layer: bool = False
    layer_facts: Mapping[str, Any] = field(default_factory=dict)
    retire_on: date | None = None
    apply: bool = False

    def options(self) -> dict[str, Any]:
        """Return how the file is read, as JSON values; kept with the run."""
        return {
            "source_layer": self.source_layer,
            "encoding": self.encoding,
            "column_encodings": dict(self.column_encodings),
            "source_crs": self.source_crs,
            "geometry": self.geometry,
            "mapping": dict(self.mapping),
            "keys": list(self.keys),
        }
