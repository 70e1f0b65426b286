"""What the rows of a file meet in their layer: findings that only a comparison can make."""

from importers.issues import Issue, IssueLog, Severity
from importers.words import sentence
from layers.bulk_overlaps import overlaps
from layers.bulk_plan import Plan
from layers.bulk_undated import undated


def note(log: IssueLog, plan: Plan) -> None:
    """Note overlaps with features that the file leaves alone, and undated units beside new rows.

    Must run after the rows were classified, in their transaction.
    """
    for one in overlaps(plan):
        detail = sentence("overlap", key=one.feature_key.strip("/"), area=round(one.area_m2, 1))
        log.add(Issue("overlap", Severity.WARNING, one.row, "geom", detail, one.place_4326))
    for unit in undated(plan):
        key = unit.feature_key.rstrip("/")
        place = unit.place_4326
        log.add(Issue("undated_unit", Severity.WARNING, unit.row, "valid_from", key, place))
