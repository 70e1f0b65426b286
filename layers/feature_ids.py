"""Ids for many new rows at once: the same permutation as `city.new_feature_id`, for whole arrays.

Numbers of single rows come from a sequence and stay below 2⁵¹. A load draws one number of it for
each block of 2²⁰ rows; the numbers of a block begin at 2⁵¹ and its own place, so none comes twice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.db.backends.utils import CursorWrapper

from layers.bulk_sql import template

Ids = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

_BLOCK_BITS, _FIRST = 20, 1 << 51
_LARGEST_BLOCK = 1 << 31
_HALF_BITS = 26
_HALF = (1 << _HALF_BITS) - 1
_WORD_BITS, _WORD = 32, (1 << 32) - 1
# hash_bytes_uint32_extended of PostgreSQL, src/common/hashfn.c; partitions on disk depend on it,
# so it stays. Its start is 0x9e3779b9 + 4 bytes + 3923095.
_START = 0x9E3779B9 + 4 + 3_923_095
_MIX_TURNS = (4, 6, 8, 16, 19, 4)
_FINAL_TURNS = (14, 11, 25, 16, 4, 14, 24)


@dataclass(frozen=True)
class ReservedIds:
    """Ids that no other row gets; those that stay unused are lost, which does no harm."""

    count: int
    blocks: Ids
    key_1: int
    key_2: int

    def some(self, start: int, stop: int) -> Ids:
        """Return the ids from the `start`-th to before the `stop`-th."""
        places = np.arange(start, stop, dtype=np.int64)
        within = places & ((1 << _BLOCK_BITS) - 1)
        block = self.blocks[places >> _BLOCK_BITS] << _BLOCK_BITS
        return permuted(_FIRST + block + within, self.key_1, self.key_2)


def reserve(cursor: CursorWrapper, count: int) -> ReservedIds:
    """Return `count` new ids; raises OverflowError when there are no more blocks."""
    blocks = -(-count // (1 << _BLOCK_BITS))
    cursor.execute(template("bulk_reserve_ids"), [blocks])
    numbers, key_1, key_2 = cursor.fetchone()
    if max(numbers) >= _LARGEST_BLOCK:
        raise OverflowError("no block of ids is left")
    return ReservedIds(count, np.array(numbers, np.int64), int(key_1), int(key_2))


def permuted(numbers: Ids, key_1: int, key_2: int) -> Ids:
    """Return what `city.permute_id` makes of numbers from 0 to below 2⁵²."""
    high, low = numbers >> _HALF_BITS, numbers & _HALF
    left = high ^ (_hashed(low, key_1) & _HALF)
    right = low ^ (_hashed(left, key_2) & _HALF)
    return (left << _HALF_BITS) | right


def _hashed(values: Ids, seed: int) -> Ids:
    """Return the lower half of `hashint8extended` of values below 2³²."""
    a, b, c = _mixed_start(seed)
    first = (values + a).astype(np.uint32)  # cut off to 32 bits, as unsigned numbers of C are
    words = [first, np.full(len(values), b, np.uint32), np.full(len(values), c, np.uint32)]
    for number, turn in enumerate(_FINAL_TURNS):  # c from b, a from c, b from a, and again
        target, source = (number + 2) % 3, words[(number + 1) % 3]
        words[target] = (words[target] ^ source) - _turned(source, turn)
    return words[2].astype(np.int64)


def _turned(words: Words, bits: int) -> Words:
    turned: Words = (words << np.uint32(bits)) | (words >> np.uint32(_WORD_BITS - bits))
    return turned


def _mixed_start(seed: int) -> tuple[int, int, int]:
    words = [_START & _WORD] * 3
    if seed:
        words[0] += (seed >> _WORD_BITS) & _WORD
        words[1] += seed & _WORD
        for number, turn in enumerate(_MIX_TURNS):
            first, second, third = number % 3, (number + 1) % 3, (number + 2) % 3
            source = words[third] & _WORD
            rotated = ((source << turn) | (source >> (_WORD_BITS - turn))) & _WORD
            words[first] = ((words[first] - source) & _WORD) ^ rotated
            words[third] = (words[third] + words[second]) & _WORD
    return words[0] & _WORD, words[1] & _WORD, words[2] & _WORD
