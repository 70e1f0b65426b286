"""The background task of imports."""

from django_tasks import task

from importers.wizard import work
from layers import table_indexes


@task()
def work_on_import(job_id: int, attempt: int) -> str:
    """Do the work that was ordered as `attempt` of an import; return the state that it ended in."""
    state = work.run(job_id, attempt)
    table_indexes.order_if_missing()  # also what an earlier import left behind
    return state
