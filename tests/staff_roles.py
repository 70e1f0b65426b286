"""The roles that have an account in the tests; `anonymous` has none."""

STAFF_ROLES = (
    "planner",
    "approver",
    "security_staff",
    "environment_officer",
    "ward_officer",
    "administrator",
)
