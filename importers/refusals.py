"""Why a file cannot be imported, in sentences for the person who sent it, with what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from importers.issues import FileRefused
from importers.overpass_refusals import OVERPASS_REFUSALS
from importers.spoken_reasons import spoken
from importers.words import SENTENCES, Fact, Words, said, sentence

REFUSALS: dict[str, Promise] = {
    "unreachable": _(
        "%(file)s cannot be read (%(reason)s). Check its name and the right to read it."
    ),
    "unknown_kind": _(
        "%(file)s: this kind of file is not known. Send a shapefile, GeoPackage, GeoJSON, KML, GPX,"
        " MapInfo TAB or MIF, FlatGeobuf, CSV, XLSX, DXF, DGN,"
        " OpenStreetMap, or one of these in a zip."
    ),
    "no_coordinates": _(
        "%(file)s has no columns of coordinates; it has: %(columns)s. Name them X and Y, or"
        ' longitude and latitude; or say which (--source-layer "sheet: E=column, N=column").'
    ),
    "overpass_without_places": _(
        "%(file)s: some ways come without their places. Ask Overpass with “out geom”, or for the"
        " nodes of the ways as well."
    ),
    "drawing_large": _(
        "%(file)s has more than %(most)s boundary lines, which is too many to build parcels from at"
        " once. Send it sheet by sheet."
    ),
    "nothing_enclosed": _(
        "%(file)s: the boundary lines enclose nothing. Choose the level of the boundaries, or close"
        " the gaps between the lines."
    ),
    "part_alone": _(
        "%(file)s is only a part of a data set: %(main)s is missing. Send all files of that name"
        " together, or in one zip."
    ),
    "empty_file": _("%(file)s is empty. Copy or save it once more."),
    "other_archive": _("%(file)s is an archive of another kind. Pack it as a zip."),
    "not_as_named": _(
        "%(file)s does not begin like a file of that name: it is cut off, damaged, or of another"
        " kind. Copy or save it once more."
    ),
    "drawing_dwg": _("%(file)s is a DWG drawing, which only AutoCAD reads well. Save it as DXF."),
    "document": _("%(file)s is a document, not map data. Ask for the data that it was made from."),
    "old_office": _(
        "%(file)s is an old Excel file or a DGN of version 8. Save it as .xlsx, or as DGN of"
        " version 7."
    ),
    "not_geopackage": _(
        "%(file)s is a SQLite database, but not a GeoPackage. Save it as a GeoPackage."
    ),
    "damaged": _(
        "%(file)s cannot be read: it is damaged or cut off (%(reason)s). Save or copy it once more."
    ),
    "cut_off": _("%(part)s is cut off: its end is missing. Copy or save it once more."),
    "rows_missing": _(
        "%(part)s is cut off or damaged: of %(said)s rows only %(found)s can be read. Copy or save"
        " it once more."
    ),
    "crashed": _(
        "%(file)s cannot be read: the reader gave up on it. It may be damaged; open it in QGIS and"
        " save it as a GeoPackage."
    ),
    "reached_out": _(
        "%(file)s tries to reach the network, which a file must not. Nothing was sent; open it in"
        " QGIS and save it as a GeoPackage."
    ),
    "too_slow": _(
        "%(file)s takes too long to read. It may be damaged; open it in QGIS and save it as a"
        " GeoPackage, or send it in parts."
    ),
    "too_much_memory": _(
        "%(file)s needs too much memory to read. Save it as a GeoPackage, or send it in parts."
    ),
    "too_large": _("%(file)s is too large to work on. Send it in parts."),
    "row_too_large": _("%(file)s, row %(row)s: too large. Simplify its shape or shorten its text."),
    "no_isolation": _(
        "Files cannot be read safely on this machine, so imports are refused. Missing: %(walls)s."
        " An administrator finds the remedy under IMPORT_ISOLATION in docs/configuration.md."
    ),
    "several_layers": _("%(file)s holds several layers; choose one (--source-layer): %(layers)s."),
    "no_such_layer": _("%(file)s holds no layer %(layer)s; there is: %(layers)s."),
    "no_layer": _(
        "%(file)s holds no rows with shapes. Export it again with them, or choose another file."
    ),
    "no_shape": _("%(file)s holds no shape that the layer takes. %(reason)s"),
    "no_corners": _(
        "%(file)s holds no corners. Write a corner on each line: X (north) and Y (east) in VN-2000"
        " metres, or latitude and longitude."
    ),
    "no_position": _(
        "%(file)s, line %(line)s: no position. Write X (north) and Y (east) in VN-2000 metres, or"
        " latitude and longitude."
    ),
    "few_corners": _("%(file)s holds too few corners; this layer needs at least %(least)s."),
    "always_utf8": _("%(file)s is of a format that is always UTF-8; leave out --encoding."),
    "crs_link": _(
        "%(file)s: the coordinate system is a link, which is not followed; name it (--source-crs)."
    ),
    "archive_empty": _(
        "%(file)s: nothing inside can be read. Pack a shapefile with all its parts (.shp, .shx,"
        " .dbf, .prj), a GeoPackage or a GeoJSON."
    ),
    "archive_damaged": _(
        "%(file)s: the archive is damaged or unusual (%(reason)s). Pack it again."
    ),
    "archive_many": _(
        "%(file)s: more than %(most)s files inside. Pack only what belongs to the data."
    ),
    "archive_large": _("%(file)s: unpacks to more than %(most_mb)s MB. Send it in parts."),
    "archive_overlap": _("%(file)s: %(member)s overlaps another file inside. Pack it again."),
    "archive_twice": _("%(file)s: two files inside have the same name. Rename one and pack again."),
    "archive_outside": _("%(file)s: %(member)s points outside the archive. Pack it again."),
    "archive_link": _(
        "%(file)s: %(member)s is a link or device. Pack the files themselves, not links to them."
    ),
    "archive_encrypted": _("%(file)s: %(member)s is encrypted. Pack it again without a password."),
    "archive_bomb": _("%(file)s: %(member)s is compressed beyond belief. Pack it again."),
    "archive_nested": _(
        "%(file)s: %(member)s is an archive in the archive. Send that one instead."
    ),
    "archive_member": _("%(file)s: %(member)s cannot be unpacked (%(reason)s). Pack it again."),
    # how the file is to be read
    "encoding_unknown": _(
        "The encoding “%(name)s” is not known. Choose one of the list, such as utf-8, tcvn3 or"
        " cp1258 (--encoding)."
    ),
    "no_column": _(
        "The file has no column “%(column)s”; it has: %(columns)s. Choose one of these (--map,"
        " --key, --column-encoding)."
    ),
    "no_field": _("%(theme)s: no field “%(name)s”. Choose one of: %(fields)s (--map)."),
    "too_many_keys": _(
        "%(theme)s: a row is recognised by %(most)s column(s), not more. Leave some out (--key)."
    ),
    "pair_wrong": _("“%(pair)s” is not understood. Write %(form)s."),
    "no_profile": _(
        "There is no profile “%(name)s” of %(theme)s; there is: %(names)s. Choose one of these"
        " (--profile)."
    ),
    "profile_unnamed": _(
        "A profile needs a name of 1 to %(most)s letters. Give it one (--save-profile)."
    ),
    "profile_of_other_theme": _(
        "The profile “%(name)s” belongs to another theme. Choose another name (--save-profile)."
    ),
    "crs_not_known": _(
        "The coordinate system is not known (%(text)s). Choose one of the list, or give its number,"
        " such as EPSG:9210 (--source-crs)."
    ),
    "crs_mark_wrong": _(
        "%(crs)s cannot be read as “%(mark)s”; there is: %(marks)s. Leave it out (--source-crs)."
    ),
    "crs_unknown": _(
        "The file's coordinate system is not known, and none that is known puts the data into the"
        " city. Say which it is, such as EPSG:9210 (--source-crs)."
    ),
    "crs_ambiguous": _(
        "The file's coordinate system is not known, and several put the data into the city:"
        " %(systems)s. Say which it is (--source-crs)."
    ),
    "crs_unnamed": _(
        "The file describes a coordinate system that is none of the usual ones. The data lies in"
        " the city with: %(systems)s. Say which it is, such as %(key)s (--source-crs)."
    ),
    "crs_contradicted": _(
        "The file says %(declared)s, which puts the data outside the city; inside with:"
        " %(systems)s. Say which it is, such as %(key)s; %(own)s keeps what the file says"
        " (--source-crs)."
    ),
    "crs_unshifted": _(
        "Compared with the corners of %(what)s: %(official)s of the file's corners meet one when"
        " read with the official parameters, %(unshifted)s when read without datum shift (nội bộ),"
        " some 200 m away. Say which it is: %(key)s or %(own)s (--source-crs)."
    ),
    # where it is to go
    "no_theme": _("There is no theme “%(name)s”. Choose one of: %(themes)s (--theme)."),
    "layer_missing": _(
        "There is no layer “%(layer)s”. Choose another one, or have it made (--create-layer)."
    ),
    "layer_taken": _(
        "There is a layer “%(layer)s” already, and the rows are for a new one. Choose another name."
    ),
    "layer_of_other_theme": _(
        "The layer “%(layer)s” belongs to the theme %(theme)s. Choose that theme, or another layer."
    ),
    "layer_of_other_kind": _(
        "The layer “%(layer)s” holds %(held)s, the file %(found)s. Choose a layer of %(found)s, or"
        " make a new one."
    ),
    "kinds_mixed": _(
        "The first rows hold %(kinds)s; a layer holds one kind. Choose one of them: %(choices)s."
        " The others go into layers of their own: one after another, or at once with"
        " --also KIND=LAYER."
    ),
    "also_wrong": _(
        "Name each kind once: with --geometry the kind that goes into --layer, with --also the"
        " others. Kinds are %(kinds)s."
    ),
    "also_same_layer": _("A layer holds one kind of shapes. Name another layer for each --also."),
    "kind_not_held": _(
        "%(theme)s holds %(held)s, and the file is to bring %(found)s. Choose another theme, or"
        " another kind of shapes (--geometry)."
    ),
    # which files
    "no_data": _("There is no data among the files yet, such as a .shp or a .zip. Add it."),
    "several_sets": _(
        "Import one data set at a time; these are several: %(names)s. Remove all but one."
    ),
    # what a row is the reason of
    "state_secret": _(
        "Row %(row)s, column %(column)s: marked as a state secret (Mật). State secrets are not"
        " stored in this system, so nothing was imported. Take such rows out, keep them on paper"
        " and import a reference to the paper."
    ),
    "retiring_unsafe": _(
        "Rejected rows: %(count)s, the first is row %(row)s (%(reason)s). So nothing can be"
        " retired: a feature may be missing only because its row is wrong. Correct the rows, or"
        " import without retiring."
    ),
    "retiring_unnamed": _(
        "Rows set aside because their shapes are of another kind: %(count)s, the first is row"
        " %(row)s. Their columns do not say for sure which features they are, so nothing can be"
        " retired: a feature may only have been drawn otherwise. Import without retiring."
    ),
    "retiring_aside": _(
        "Feature %(key)s of the layer is not among the rows that the layer takes, but a row whose"
        " shape is of another kind has its key, so nothing can be retired: it may only have been"
        " drawn otherwise. Correct that row, or import without retiring."
    ),
    "retiring_empty": _(
        "%(file)s holds no rows, so nothing can be retired: every feature of the layer would end."
        " Export the file again with its rows, or import without retiring."
    ),
    "rule_broken": _(
        "A rule of the layer is broken (%(rule)s), and nothing was written. Somebody may have"
        " written the same at this moment: run the import again."
    ),
    **OVERPASS_REFUSALS,
    # what is written besides
    "other_suffix": _("%(file)s: rejected rows are written as %(suffixes)s. Choose such a name."),
    "not_written": _(
        "%(file)s cannot be written (%(reason)s). Choose another folder, or make room on the disk."
    ),
}


_SAID_BY_LIBRARIES = {
    *("unreachable", "damaged", "archive_damaged", "archive_member", "not_written"),
    *("overpass_silent", "overpass_broken_off"),
}


class Unreadable(FileRefused):
    """A file that cannot be imported as a whole. `reason` is a code of REFUSALS."""

    def __init__(self, words: Words, reason: str = "") -> None:
        super().__init__(str(words))
        self.words, self.reason = words, reason or words.code

    def after(self, rows: int) -> "Unreadable":
        """Return the same with how many rows had been read, which tells where the fault is."""
        if not rows or self.reason == "row_too_large":
            return self
        return Unreadable(sentence("after_rows", why=self.words, rows=rows), self.reason)


def refusal(code: str, file: str = "", facts: Mapping[str, Fact] | None = None) -> Unreadable:
    """Return the refusal of `file` in the reader's language; an unknown code reads as `crashed`.

    Codes about a choice rather than a file name no file.
    """
    known = code if code in REFUSALS else "crashed"
    told: dict[str, Fact] = {**(facts or {}), "file": file}
    if known in _SAID_BY_LIBRARIES:
        told["reason"] = spoken(file, str(told.get("reason", "")))
    try:
        return Unreadable(Words(known, REFUSALS[known], told))
    except (KeyError, TypeError, ValueError):
        return Unreadable(Words("crashed", REFUSALS["crashed"], {"file": file}))


def said_again(entry: Mapping[str, Any]) -> str:
    """Return words that were kept (`importers.words.kept`), in the language of the moment."""
    return said(entry, {**REFUSALS, **SENTENCES})
