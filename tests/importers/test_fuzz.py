"""Mutated files of every format: each is read or refused in words, and nothing else happens.

Seeded, so that a failure comes again: its number is in the message. A few hundred files by default,
two thousand with --slow.
"""

import random
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from good_files import files_of_every_format
from shared_data import shared

from importers.issues import FileRefused
from importers.refusals import Unreadable
from importers.source import layers_of, open_source

FEW, MANY = 120, 2_000
MOST_CPU_S = 30  # of the readers of one file; how long that takes depends on the machine
MOST_GROWTH_KB = 200 << 10  # of this process, over all files
EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 62, (1 << 64) - 1]
WORDS = [
    b"/vsicurl/http://127.0.0.1:9/x", b"<OGRVRTDataSource>", b"/etc/passwd", b"../../x.shp",
    b'"crs":{"type":"link","properties":{"href":"http://127.0.0.1:9"}}', b"1e999", b"NaN",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"[" * 5_000,
    b"ATTACH DATABASE", b"\x00" * 40,
]  # fmt: skip
Mutation = Callable[[random.Random, bytearray], None]


def flip(chance: random.Random, data: bytearray) -> None:
    for _time in range(chance.choice([1, 2, 8, 40])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def cut(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(len(data)) :]


def number(chance: random.Random, data: bytearray) -> None:
    value, order = chance.choice(EXTREMES), chance.choice(["little", "big"])
    size = max(1, (value.bit_length() + 7) // 8)
    at = chance.choice([chance.randrange(len(data)), chance.randrange(min(200, len(data)))])
    data[at : at + size] = value.to_bytes(size, order)  # type: ignore[arg-type]


def repeat(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    piece = data[at : at + chance.randrange(1, 400)]
    data[at:at] = piece * chance.choice([1, 3, 50])


def remove(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randrange(1, 200)]


def word(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.choice(WORDS)


MUTATIONS: list[Mutation] = [flip, cut, number, repeat, remove, word]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[list[Path]]:
    return files_of_every_format(tmp_path_factory.mktemp("good"))


def mutated(number_: int, originals: list[list[Path]], folder: Path) -> Path:
    """Write the mutated file of this number with its parts, and return the one to open."""
    chance = random.Random(number_)  # noqa: S311 -- repeatable
    files = originals[number_ % len(originals)]
    changed = chance.choice(files)
    for file in files:
        data = bytearray(file.read_bytes())
        if file == changed:
            for mutation in chance.choices(MUTATIONS, k=chance.choice([1, 1, 2, 4])):
                if data:
                    mutation(chance, data)
        (folder / file.name).write_bytes(data)
    return folder / files[0].name


def read_all(path: Path) -> str:
    """Read every layer; return "read" or the reason of the refusal."""
    try:
        layers = layers_of(path)
        for layer in layers[:3] if len(layers) > 1 else [""]:
            with open_source(path, layer=layer) as source:
                for batch, geometry in source.batches():
                    assert batch.column(geometry).to_pylist() is not None
    except Unreadable as error:
        assert "Traceback" not in error.detail
        assert "/import-" not in error.detail
        return error.reason
    except FileRefused as error:
        return error.detail
    return "read"


@pytest.fixture
def bounded() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KB


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(numbers: range, originals: list[list[Path]], tmp_path: Path) -> None:
    for one in numbers:
        folder = tmp_path / str(one)
        folder.mkdir()
        path = mutated(one, originals, folder)
        before = cpu_s()
        try:
            outcome = read_all(path)
        except Exception as error:
            raise AssertionError(f"file {one} ({path.name}): {error!r}") from error
        assert outcome not in {"reached_out", "too_slow"}, f"file {one} ({path.name}): {outcome}"
        assert cpu_s() - before < MOST_CPU_S, f"file {one} ({path.name})"


@pytest.mark.usefixtures("bounded")
def test_a_few_mutated_files(originals: list[list[Path]], tmp_path: Path) -> None:
    check(range(FEW), originals, tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("bounded")
def test_two_thousand_mutated_files(originals: list[list[Path]], tmp_path: Path) -> None:
    check(range(FEW, MANY), originals, tmp_path)


@pytest.mark.usefixtures("bounded")
def test_odd_files_of_other_makers_are_read_or_refused() -> None:
    for path in sorted(shared("data/odd").iterdir()):
        assert read_all(path) not in {"reached_out", "too_slow", "crashed"}, path.name
