"""A write that fails says why and what is safe, loses nothing, and can be tried again."""

import errno
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from import_jobs import SLUG, checked, read, rows, take, worked

from gis_core.models import ChangeSet
from importers import kept_files
from importers.models import ImportJob, ImportRun
from importers.wizard import failures

pytestmark = pytest.mark.usefixtures("db", "import_root")

_REFUSING = """
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'thử từ chối' USING ERRCODE = '{code}'; END$$;
CREATE TRIGGER refusing BEFORE INSERT ON city.layers_parcel
FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
"""
_WILLING = "DROP TRIGGER refusing ON city.layers_parcel"


@pytest.fixture
def job(admin: Client, layer: Any, file: Path) -> dict[str, Any]:
    return checked(admin, file, layer=SLUG)


def say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("55P03", "người khác"),  # a lock that did not come
        ("40P01", "người khác"),  # a deadlock
        ("53100", "hết chỗ"),
        ("25006", "không nhận thay đổi"),
        ("57014", "đã ngắt"),
        ("XX000", "thử từ chối"),
        ("23514", "trái quy tắc"),
    ],
)
def test_a_database_that_refuses_is_told_and_the_next_try_is_whole(
    admin: Client, job: dict[str, Any], code: str, words: str
) -> None:
    say(_REFUSING.format(code=code))
    take(admin, job, "publish")
    found = worked(admin, job)
    assert (found["state"], found["unwritten"], found["work"]) == ("ready", True, "")
    assert words in found["problem"]
    assert (rows(), ChangeSet.objects.filter(title=job["title"]).count()) == (0, 0)
    assert ImportRun.objects.filter(layer__slug=SLUG).count() == 0
    assert "publish" in found["may"]
    assert (found["title"], found["files"]) == (job["title"], job["files"])
    [line] = admin.get("/api/imports").json()["imports"]
    assert line["unwritten"]  # the list says so to those who left the page
    say(_WILLING)
    assert not take(admin, job, "publish").json()["unwritten"]
    found = worked(admin, job)
    assert (found["state"], found["problem"], rows()) == ("done", "", 3)


def test_a_full_disk_is_told(
    admin: Client, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_about: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(kept_files, "copy_original", full)
        take(admin, job, "publish")
        found = worked(admin, job)
    assert (found["state"], found["unwritten"], rows()) == ("ready", True, 0)
    assert "hết chỗ" in found["problem"]
    take(admin, job, "publish")
    assert (worked(admin, job)["state"], rows()) == ("done", 3)


def test_the_approval_that_failed_waits_for_the_reviewer_again(
    planner: Client, admin: Client, layer: Any, file: Path
) -> None:
    job = checked(planner, file, layer=SLUG)
    take(planner, job, "submit")
    say(_REFUSING.format(code="55P03"))
    take(admin, job, "approve")
    found = worked(admin, job)
    assert (found["state"], found["unwritten"]) == ("submitted", True)
    assert "approve" in found["may"]
    # Taken back and handed in once more: what went wrong then is nobody's question any more.
    take(planner, job, "withdraw")
    found = take(planner, job, "submit").json()
    assert (found["unwritten"], found["problem"]) == (False, "")


def test_an_interrupted_write_is_written_again_or_left(admin: Client, job: dict[str, Any]) -> None:
    """As a worker leaves it that is killed after it has begun."""
    take(admin, job, "publish")
    begun = ImportJob.objects.get(pk=job["id"])
    ImportJob.objects.filter(pk=begun.pk).update(taken=begun.attempt)
    found = read(admin, job)
    assert (found["state"], found["work"]) == ("interrupted", "writing")
    assert {"retry", "stop"} <= set(found["may"])
    left = take(admin, job, "stop").json()
    assert (left["state"], left["unwritten"], rows()) == ("ready", False, 0)
    take(admin, job, "publish")
    assert (worked(admin, job)["state"], rows()) == ("done", 3)


@pytest.mark.parametrize(("code", "is_told"), [("57P01", False), ("57P02", False), ("XX000", True)])
def test_a_session_that_was_ended_is_no_refusal(code, is_told):
    """Its import is found interrupted, although a new session may answer by the time of asking."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        say(f"DO $$BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '{code}'; END$$")
    assert connection.is_usable()
    assert (failures.reason(caught.value) is not None) == is_told
