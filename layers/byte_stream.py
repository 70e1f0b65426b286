"""Pieces of bytes as the file object that COPY reads from."""

from collections.abc import Iterable


class ByteStream:
    """Hands out pieces one by one, cut to the size asked for; nothing is gathered in memory."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece = memoryview(piece)
        size = len(self._piece) if size < 0 else size
        taken, self._piece = self._piece[:size], self._piece[size:]
        return bytes(taken)
