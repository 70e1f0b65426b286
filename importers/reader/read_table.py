"""`python -m importers.reader.read_table`: as `read`, for tables, whose places are in columns."""

from pathlib import Path

from importers.reader import delimited, read
from importers.reader.job import Job
from importers.reader.table_file import TableFile


def _opened(job: Job) -> TableFile:
    path, wanted = Path(job.asked["file"]), str(job.asked["wanted"])
    if path.suffix == ".xlsx":
        return TableFile(path, wanted=wanted)
    separator = delimited.made_ready(path, bool(job.asked["byte_by_byte"]))
    title = str(job.asked["title"])
    return TableFile(path, {"SEPARATOR": separator}, title=title, wanted=wanted)


if __name__ == "__main__":
    read.main(_opened)
