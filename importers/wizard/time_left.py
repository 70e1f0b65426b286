"""How long an import still takes, told from how fast its rows were read."""

from dataclasses import dataclass

READING, COMPARING, WRITING = "reading", "comparing", "writing"
# What follows takes about so many times as long as reading all rows: 200,000 parcels, measured.
AFTER_READING = {COMPARING: 2.5, WRITING: 6.5}
_SURE_AFTER_S = 2.0  # of reading; what is told before would jump
_MOST_S = 24 * 3600


@dataclass
class TimeLeft:
    """Told by the moments at which rows were read; `after` is the stage that follows reading.

    Moments are seconds of one clock.
    """

    after: str
    began: float | None = None
    read: float | None = None

    def rows(self, now: float, done: int, total: int | None) -> None:
        """Take how many rows have been read by now."""
        if self.began is None:
            self.began = now
        if total is not None and done >= total:
            self.read = self.read or now

    def seconds(self, now: float, done: int, total: int | None) -> int | None:
        """Return the seconds that are probably left for all that follows, None if that is unknown.

        None as well when the last stage takes longer than was thought: nothing is promised then.
        """
        if self.began is None or not done or not total:
            return None
        if self.read is None:
            spent = now - self.began
            if spent < _SURE_AFTER_S:
                return None
            whole = spent * max(done, total) / done
            return min(_MOST_S, round(whole - spent + whole * AFTER_READING[self.after]))
        left = (self.read - self.began) * AFTER_READING[self.after] - (now - self.read)
        return round(left) if left >= 1 else None
