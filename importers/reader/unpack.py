"""`python -m importers.reader.unpack`: unpacks one archive into a folder and can do no more."""

from pathlib import Path

from importers.reader.archive import extract
from importers.reader.job import Job, run


def work(job: Job) -> None:
    """Unpack the archive of the job into its folder."""
    extract(Path(job.asked["file"]), Path(job.asked["into"]))


if __name__ == "__main__":
    run(work)
