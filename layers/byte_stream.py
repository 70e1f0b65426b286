"""Pieces of bytes as the file object that COPY reads from."""

from collections.abc import Iterable

from django.db import Error, connections
from django.db.backends.utils import CursorWrapper

from gis_core.access import STAFF_DATABASE

_CHUNK_BYTES = 1 << 20


class ByteStream:
    """Hands out pieces one by one, cut to the size asked for; nothing is gathered in memory.

    `failure` is what the maker of the pieces raised, if it did.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = memoryview(b"")
        self.failure: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        while not self._piece:
            try:
                piece = next(self._pieces, None)
            except BaseException as error:
                self.failure = error  # the driver replaces it by an error of its own
                raise
            if piece is None:
                return b""
            self._piece = memoryview(piece)
        size = len(self._piece) if size < 0 else size
        taken, self._piece = self._piece[:size], self._piece[size:]
        return bytes(taken)


def copy_in(cursor: CursorWrapper, statement: str, pieces: Iterable[bytes]) -> int:
    """Run COPY … FROM STDIN with `pieces`; return the number of rows.

    Raises what the maker of the pieces raised, or Django's database errors.
    """
    stream = ByteStream(pieces)
    try:
        with connections[STAFF_DATABASE].wrap_database_errors:
            cursor.copy_expert(statement, stream, _CHUNK_BYTES)
    except Error:
        if stream.failure is not None:
            raise stream.failure from None
        raise
    return int(cursor.rowcount)
