"""Publication days: the worker that `script/worker` runs brings approved change sets to the map."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django_tasks_db.models import DBTaskResult
from draft_sample import new, parcels, submitted
from sample_features import SYSTEM, committed

from gis_core.access import Actor, Grant
from gis_core.change_states import State
from gis_core.models import ChangeSet
from layers import publication, selectors


def waiting() -> list[DBTaskResult]:
    found = DBTaskResult.objects.filter(task_path="layers.publication.publish_on_the_day")
    return list(found.order_by("run_after"))


def test_approval_for_a_day_asks_the_worker_for_its_first_moment(planner, approver):
    layer = parcels()
    day = approver.today + timedelta(days=3)
    entry = submitted(planner, new(planner, layer, "1", 0), publish_on=day)
    publication.approve(approver, entry.pk, entry.revision)
    [task] = waiting()
    there = task.run_after.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (there.date(), there.hour, there.minute) == (day, 0, 0)


def test_without_a_day_nothing_is_asked_for(planner, approver):
    layer = parcels()
    entry = submitted(planner, new(planner, layer, "1", 0))
    publication.approve(approver, entry.pk, entry.revision)
    other = submitted(planner, new(planner, layer, "2", 2))
    publication.publish(approver, other.pk, other.revision)
    assert waiting() == []


def test_two_workers_publish_once(planner, approver):
    layer = parcels()
    entry = submitted(planner, new(planner, layer, "1", 0), publish_on=approver.today)
    publication.approve(approver, entry.pk, entry.revision)
    first = publication.publish_due(SYSTEM)
    assert [(found.pk, refusal) for found, refusal in first] == [(entry.pk, "")]
    assert publication.publish_due(replace(SYSTEM, day=approver.today)) == []


def test_the_worker_publishes_when_the_day_has_come(database, accounts):
    planner = Actor(accounts["planner"], "p", (Grant("planner"),))
    approver = Actor(accounts["approver"], "a", (Grant("approver"),))
    with committed() as made:
        made.append(layer := parcels("zp-committed"))
        entry = submitted(planner, new(planner, layer, "1", 0), publish_on=approver.today)
        entry = publication.approve(approver, entry.pk, entry.revision)
        assert entry.state == State.APPROVED
        # The program that script/worker keeps running, until its queue is empty.
        command = [sys.executable, "manage.py", "worker", "--batch", "--no-startup-delay"]
        env = {**os.environ, "DATABASE_NAME": database}
        subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True, timeout=60)
        entry = ChangeSet.objects.get(pk=entry.pk)
        assert entry.state == State.PUBLISHED
        assert len(list(selectors.features(selectors.layer(SYSTEM, layer.slug)))) == 1
        entry.operations.all().delete()
