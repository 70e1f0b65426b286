"""What libraries say of a file that they cannot read, in the reader's words.

Their own words are English and about their insides: they are for the log.
"""

import logging
import re

from importers.words import SENTENCES, Words, sentence

logger = logging.getLogger(__name__)

_SAYINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"timed out|timeout", "too_long"),
        (r"out of memory", "too_much"),
        (r"\bline (?P<line>\d+), (?:character|column) (?P<letter>\d+)", "at_letter"),
        (r"\bline (?P<line>\d+)", "at_line"),
        (r"no such file", "no_such_file"),
        (r"permission denied", "right_missing"),
        (r"is a directory", "folder"),
        (r"not a zip file|end is missing", "end_missing"),
        (r"bad crc", "contents_changed"),
        (r"compression", "packed_unusually"),
        (r"name or service|name resolution", "no_such_address"),
        (r"connection refused", "call_refused"),
        (r"http error (?P<status>\d{3})", "http_status"),
        (r"no space left", "disk_full"),
    )
)


def spoken(file: str, reason: str) -> str | Words:
    """Return a library's reason in the reader's language, "" where it would tell nobody a thing."""
    if reason:
        logger.info("%s: %s", file, reason)
    for pattern, code in _SAYINGS:
        found = pattern.search(reason)
        if found:
            return sentence(code, **found.groupdict())
    return ""


def wall_in_words(name: str) -> str | Words:
    """Return what a missing wall would have kept a reader from (`importers.reader.confinement`)."""
    code = f"wall_{name}"
    return sentence(code) if code in SENTENCES else name
