"""`manage.py worker`: takes tasks from the queue, and has made up for what was interrupted."""

from typing import Any

from django_tasks_db.management.commands import db_worker

from layers import table_indexes
from layers.worker_presence import Presence


class Command(db_worker.Command):
    """The worker of django_tasks_db; options are its own."""

    help = "Take tasks from the queue; what a worker that died left behind comes first."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        table_indexes.order_if_missing()
        with Presence(options["worker_id"]):
            super().handle(*args, **options)
