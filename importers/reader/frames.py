"""What goes through the pipe from a child: frames of a bounded header (JSON) and body (bytes)."""

import json
import os
import struct
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from importers.reader.columns import ColumnBytes, described, padding

_HEAD = struct.Struct("<4sIQ")
_MARK = b"GIS1"
MAX_HEADER_BYTES = 4 << 20
MAX_BODY_BYTES = 160 << 20
HEAD_BYTES = _HEAD.size
_VECTORS = 512  # below the least IOV_MAX


def send(pipe: int, header: dict[str, Any], buffers: Sequence[bytes | pa.Buffer] = ()) -> None:
    """Write one frame. `buffers` follow each other without gaps."""
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    body = sum(len(buffer) for buffer in buffers)
    parts = [memoryview(_HEAD.pack(_MARK, len(text), body) + text)]
    parts += [memoryview(buffer).cast("B") for buffer in buffers if len(buffer)]
    while parts:
        written = os.writev(pipe, parts[:_VECTORS])
        while parts and written >= len(parts[0]):
            written -= len(parts.pop(0))
        if written:
            parts[0] = parts[0][written:]


def send_rows(pipe: int, rows: int, columns: Sequence[ColumnBytes]) -> None:
    """Write a batch as one frame."""
    buffers: list[bytes | pa.Buffer] = []
    for buffer in (buffer for column in columns for buffer in column.buffers if buffer is not None):
        buffers += [buffer, bytes(padding(buffer.size))]
    header = {"kind": "rows", "rows": rows, "columns": [described(column) for column in columns]}
    send(pipe, header, buffers)


def head(data: bytes) -> tuple[int, int]:
    """Return the bytes of header and body that follow; ValueError if it is no frame of ours."""
    mark, header, body = _HEAD.unpack(data)
    if mark != _MARK or header > MAX_HEADER_BYTES or body > MAX_BODY_BYTES:
        raise ValueError("not a frame")
    return header, body


def header(data: bytes) -> dict[str, Any]:
    """Return the header of a frame; ValueError if it is none."""
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("not a header") from error
    if not isinstance(found, dict) or not isinstance(found.get("kind"), str):
        raise ValueError("not a header")
    return found
