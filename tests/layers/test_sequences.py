"""Any sequence of edits, deletions, restores, undos and imports, beside a model in plain Python.

After every step the rows are those of the model to the byte and the versions have no gap; at the
end the layer as of each earlier moment is what the model remembers. The long run makes 500 such
sequences: `script/test --slow tests/layers/test_sequences.py`.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.db import connection, transaction
from history_chain import assert_whole, contents
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sample_features import LAT, LON, SYSTEM, make_layer, shape_at

from gis_core.errors import Conflict, Invalid, NotFound
from importers.pipeline import import_file
from importers.request import ImportRequest
from layers import changes, selectors, versions
from layers.changes import Kind, Operation
from layers.undo import restore, undo

SHEET = "5"
PLOTS = st.integers(1, 5)
USES = st.sampled_from(["ODT", "CLN", "LUC"])
ANY = st.integers(0, 99)


@dataclass(frozen=True)
class Plot:
    """What the model knows of a parcel; `content` are the bytes of the row that was first so."""

    number: int
    use: str
    place: str
    shape: tuple[str, int]
    area: float
    content: bytes = b""

    def like(self, other: "Plot") -> bool:
        return replace(self, content=b"") == replace(other, content=b"")


@dataclass
class Chain:
    """The versions of a feature, the first at the left; whether the last one is live."""

    versions: list[Plot]
    live: bool = True

    @property
    def now(self) -> Plot | None:
        return self.versions[-1] if self.live else None


@dataclass
class Work:
    """A change set: what it did to each feature, whether it counts, and which one it undid."""

    effects: dict[int, tuple[Plot | None, Plot | None]]
    counts: bool = True
    undid: "Work | None" = None


@dataclass
class Model:
    """The layer as it has to be."""

    chains: dict[int, Chain] = field(default_factory=dict)
    works: dict[int, Work] = field(default_factory=dict)

    def live(self) -> dict[int, Plot]:
        return {key: chain.now for key, chain in self.chains.items() if chain.now is not None}

    def put(self, after: dict[int, Plot | None], work_id: int, undid: Work | None = None) -> None:
        """Write new states (None: deleted) as one change set."""
        effects = {}
        for key, plot in after.items():
            chain = self.chains.setdefault(key, Chain([], live=False))
            effects[key] = (chain.now, plot)
            if plot is None:
                chain.live = False
            else:
                chain.versions.append(plot)
                chain.live = True
        self.works[work_id] = Work(effects, undid=undid)

    def clash(self, after: dict[int, Plot | None]) -> bool:
        """Tell whether two live plots would have one number."""
        numbers = [p.number for p in ({**self.live(), **after}).values() if p is not None]
        return len(numbers) != len(set(numbers))


def parcel_file(path: Path, plots: list[tuple[int, str]]) -> None:
    """Write a shapefile of parcels of 20 m side by side: number and land use of each."""
    east, north, side = 567_000.0, 1_145_000.0, 20.0
    shapes = [
        shapely.box(east + 30 * n, north, east + 30 * n + side, north + side) for n, _ in plots
    ]
    columns = {
        "SHBANDO": [SHEET] * len(plots),
        "SHTHUA": [str(number) for number, _use in plots],
        "DIENTICH": ["400,5"] * len(plots),
        "LOAI_DAT": [use for _number, use in plots],
    }
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(values) for values in columns.values()],
        list(columns),
        geometry_type="Polygon",
        crs="EPSG:9210",
        encoding="UTF-8",
    )


class Sequences(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.files = 0
        self.layer = make_layer("zz-sequences", "parcels")
        self.model = Model()
        self.past: list[tuple[datetime, dict[int, int]]] = []

    def teardown(self) -> None:
        try:
            for moment, wanted in self.past:
                found = {row.pk: row.version for row in versions.rows_as_of(self.entry(), moment)}
                assert found == wanted
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            self.folder.cleanup()

    def entry(self) -> selectors.ReadableLayer:
        return selectors.layer(SYSTEM, self.layer.slug)

    def some(self, pick: int) -> tuple[int, Plot] | None:
        """Return one of the live plots."""
        live = sorted(self.model.live().items(), key=lambda item: item[1].content)
        return live[pick % len(live)] if live else None

    def written(self, after: dict[int, Plot | None], work: int, undid: Work | None = None) -> None:
        """Tell the model, with the bytes of the rows that are new to it."""
        rows = contents(self.layer)
        seen = {
            key: None if plot is None else replace(plot, content=plot.content or rows[key])
            for key, plot in after.items()
        }
        self.model.put(seen, work, undid)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment = cursor.fetchone()[0]
        last = {key: len(self.model.chains[key].versions) for key in self.model.live()}
        self.past.append((moment, last))

    def refused(self, *kinds: type[Exception]) -> Any:
        return pytest.raises(kinds)

    def apply(self, *steps: Operation) -> changes.Applied:
        return changes.apply(SYSTEM, steps, title="work", channel="browser")

    @rule(number=PLOTS, use=USES)
    def create(self, number: int, use: str) -> None:
        plot = Plot(number, use, "", ("drawn", number), 100)
        values = {"so_to": SHEET, "so_thua": str(number), "land_use_code": use, "area_m2": 100}
        shape = shape_at("MultiPolygon", LON + number / 1000, LAT)
        step = Operation(Kind.CREATE, self.entry(), values, shape)
        if self.model.clash({-1: plot}):
            with self.refused(Invalid):
                self.apply(step)
            return
        applied = self.apply(step)
        self.written({applied.feature_ids[0]: plot}, applied.change_set.pk)

    @rule(picks=st.sets(ANY, min_size=1, max_size=3), use=USES, place=st.sampled_from("ABC"))
    def update(self, picks: Iterable[int], use: str, place: str) -> None:
        chosen = dict(filter(None, (self.some(pick) for pick in picks)))
        if not chosen:
            return
        values = {"land_use_code": use, "place_name": place}
        steps = [self.change(key, Kind.UPDATE, values) for key in chosen]
        after = {key: replace(p, use=use, place=place, content=b"") for key, p in chosen.items()}
        self.written(dict(after), self.apply(*steps).change_set.pk)

    def change(self, key: int, kind: Kind, values: dict[str, Any], shape: Any = None) -> Operation:
        base = len(self.model.chains[key].versions)
        return Operation(kind, self.entry(), values, shape, key, base)

    @rule(pick=ANY, number=PLOTS)
    def renumber_and_move(self, pick: int, number: int) -> None:
        chosen = self.some(pick)
        if chosen is None:
            return
        key, plot = chosen
        after = replace(plot, number=number, shape=("drawn", 10 + number), content=b"")
        box = shapely.box(LON + 1, LAT, LON + 1 + number / 1000, LAT + 0.001)
        step = self.change(key, Kind.UPDATE, {"so_thua": str(number)}, shapely.MultiPolygon([box]))
        if self.model.clash({key: after}):
            with self.refused(Invalid):
                self.apply(step)
            return
        self.written({key: after}, self.apply(step).change_set.pk)

    @rule(pick=ANY, other=ANY)
    def delete_one_and_touch_another(self, pick: int, other: int) -> None:
        gone, touched = self.some(pick), self.some(other)
        if gone is None or touched is None:
            return
        after: dict[int, Plot | None] = {gone[0]: None}
        steps = [self.change(gone[0], Kind.DELETE, {})]
        if touched[0] != gone[0]:
            after[touched[0]] = replace(touched[1], place="Z", content=b"")
            steps.append(self.change(touched[0], Kind.UPDATE, {"place_name": "Z"}))
        self.written(after, self.apply(*steps).change_set.pk)

    @rule(pick=ANY, number=ANY, stale=st.booleans())
    def restore(self, pick: int, number: int, stale: bool) -> None:
        if not self.model.chains:
            return
        key = list(self.model.chains)[pick % len(self.model.chains)]
        chain = self.model.chains[key]
        last = len(chain.versions)
        version = number % last + 1
        after = chain.versions[version - 1]

        def ask() -> changes.Applied:
            return restore(SYSTEM, self.entry(), key, version, base_version=last + stale)

        if stale or (self.model.clash({key: after}) and not (chain.live and version == last)):
            with self.refused(Conflict):
                ask()
        elif chain.live and version == last:
            with self.refused(Invalid):
                ask()
        else:
            self.written({key: after}, ask().change_set.pk)

    @rule(pick=ANY)
    def undo(self, pick: int) -> None:
        # The latest ones are the likely ones, as with people.
        if not self.model.works:
            return
        numbers = sorted(self.model.works, reverse=True)
        number = numbers[min(pick // 10, len(numbers) - 1) if pick < 60 else pick % len(numbers)]
        work = self.model.works[number]
        touched = {k: pair for k, pair in work.effects.items() if pair != (None, None)}
        after = {key: before for key, (before, _left) in touched.items()}
        moved_on = any(self.model.chains[k].now != left for k, (_before, left) in touched.items())
        if not work.counts or moved_on or self.model.clash(after):
            with self.refused(Conflict):
                undo(SYSTEM, number)
            return
        applied = undo(SYSTEM, number, "back")
        link: Work | None = work
        while link is not None:  # what it had undone counts again, and so on
            link.counts = link is not work and not link.counts
            link = link.undid
        self.written(after, applied.change_set.pk, undid=work)

    @rule(uses=st.dictionaries(PLOTS, USES, min_size=1))
    def import_file(self, uses: dict[int, str]) -> None:
        self.files += 1
        path = Path(self.folder.name) / f"f{self.files}.shp"
        order = sorted(uses)
        parcel_file(path, [(number, uses[number]) for number in order])
        request = ImportRequest(path=path, theme="parcels", slug=self.layer.slug, apply=True)
        report = import_file(SYSTEM, request)
        by_number = {plot.number: (key, plot) for key, plot in self.model.live().items()}
        ids = {row.so_thua: row.pk for row in selectors.features(self.entry())}
        after: dict[int, Plot | None] = {}
        for number in order:
            key, old = by_number.get(number, (ids[str(number)], None))
            place = old.place if old else ""
            new = Plot(number, uses[number], place, ("file", number), 400.5)
            if old is None or not old.like(new):
                after[key] = new
        assert (report.new + report.changed, report.rejected) == (len(after), 0)
        assert (report.change_set is not None) == bool(after)
        if report.change_set is not None:
            self.written(after, report.change_set)

    @rule()
    def nothing_to_undo(self) -> None:
        with self.refused(NotFound):
            undo(SYSTEM, 10**12)

    @invariant()
    def rows_are_those_of_the_model(self) -> None:
        live = self.model.live()
        assert contents(self.layer) == {key: plot.content for key, plot in live.items()}
        assert_whole(self.layer)
        for row in selectors.features(self.entry()):
            plot = live[row.pk]
            assert row.version == len(self.model.chains[row.pk].versions)
            assert (row.so_thua, row.land_use_code) == (str(plot.number), plot.use)
            assert (row.place_name, float(row.area_m2)) == (plot.place, plot.area)


def run_sequences(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Sequences,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.usefixtures("database")
def test_any_sequence_of_writes_agrees_with_the_model() -> None:
    run_sequences(examples=20, steps=15)


@pytest.mark.slow
@pytest.mark.usefixtures("database")
def test_500_sequences_of_writes_agree_with_the_model() -> None:
    run_sequences(examples=500, steps=15)
