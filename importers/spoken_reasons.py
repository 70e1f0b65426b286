"""What libraries say of a file that they cannot read, in the reader's words.

Their own words are English and about their insides: they are for the log.
"""

import logging
import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

_SAYINGS: tuple[tuple[re.Pattern[str], Promise], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            r"\bline (?P<line>\d+), (?:character|column) (?P<letter>\d+)",
            _("line %(line)s, letter %(letter)s"),
        ),
        (r"\bline (?P<line>\d+)", _("line %(line)s")),
        (r"no such file", _("there is no such file")),
        (r"permission denied", _("the right to it is missing")),
        (r"is a directory", _("it is a folder")),
        (r"not a zip file", _("its end is missing")),
        (r"bad crc", _("its contents have changed")),
        (r"compression", _("it is packed in an unusual way")),
        (r"no space left", _("the disk is full")),
    )
)


def spoken(file: str, reason: str) -> str:
    """Return a library's reason in the reader's language, "" where it would tell nobody a thing."""
    if reason:
        logger.info("%s: %s", file, reason)
    for pattern, words in _SAYINGS:
        found = pattern.search(reason)
        if found:
            return str(words) % found.groupdict()
    return ""
