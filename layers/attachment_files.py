"""The files of attachments on disk: recognised by content, bounded, under random names."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE
from gis_core.errors import Invalid, TooLarge, WrongMediaType
from gis_core.models import ChangeSet
from layers.attachment import Attachment

LARGEST_BYTES = 25 * 1024 * 1024
_FOLDER = "attachments"
_CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 8
# What a file begins with: the name that its author gave it says nothing about its content.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


@dataclass(frozen=True)
class KeptScan:
    """A file that lies under MEDIA_ROOT: its random name, media type, size and SHA-256."""

    stored_as: str
    media_type: str
    size_bytes: int
    sha256: str


def media_type(head: bytes) -> str:
    """Return the media type of a scan by its first bytes; raises WrongMediaType."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    raise WrongMediaType(gettext("Only PDF, JPEG, PNG and TIFF files can be attached."))


def too_large() -> TooLarge:
    """Return the refusal of a file that is too large."""
    megabytes = LARGEST_BYTES // 1024**2
    return TooLarge(gettext("An attachment has at most %d MB.") % megabytes)


def keep(read: Callable[[int], bytes]) -> KeptScan:
    """Write what `read` gives to disk and return what it is; nothing stays when it is refused.

    Raises Invalid for an empty file, WrongMediaType and TooLarge.
    """
    head = read(_CHUNK_BYTES)
    if not head:
        raise Invalid(gettext("The file is empty."))
    kind = media_type(head[:_HEAD_BYTES])
    stored_as = secrets.token_hex(20)
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            piece = head
            while piece:
                size += len(piece)
                if size > LARGEST_BYTES:
                    raise too_large()
                digest.update(piece)
                file.write(piece)
                piece = read(_CHUNK_BYTES)
    except BaseException:
        remove(stored_as)
        raise
    return KeptScan(stored_as, kind, size, digest.hexdigest())


def path_of(stored_as: str) -> Path:
    """Return where a file lies."""
    return Path(settings.MEDIA_ROOT) / _FOLDER / stored_as[:2] / stored_as


def remove(stored_as: str) -> None:
    """Delete a file; one that is gone already is no problem."""
    with suppress(FileNotFoundError):
        path_of(stored_as).unlink()


def forget(rows: list[Attachment]) -> None:
    """Delete attachments now and their files once the transaction holds."""
    for row in rows:
        transaction.on_commit(partial(remove, row.stored_as), using=STAFF_DATABASE)
        row.delete(using=STAFF_DATABASE)


def forget_all(entry: ChangeSet) -> None:
    """Delete all attachments of a change set that is thrown away."""
    forget(list(Attachment.objects.using(STAFF_DATABASE).filter(change_set=entry)))
