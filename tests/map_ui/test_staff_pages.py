"""Pages for staff: who comes in, who is sent to the login, and who learns nothing."""

import pytest
from staff_roles import STAFF_ROLES as ROLES

EVERYBODY = ("anonymous", *ROLES)


@pytest.mark.parametrize(
    ("page", "roles", "otherwise"),
    [
        ("workspace", set(ROLES) - {"security_staff"}, 403),
        ("security", {"security_staff"}, 404),
    ],
)
@pytest.mark.parametrize("role", EVERYBODY)
def test_pages_for_staff(role, page, roles, otherwise, sign_in):
    response = sign_in(role).get(f"/vi/{page}")
    if role == "anonymous":
        assert (response.status_code, response["Location"]) == (
            302,
            f"/vi/login?next=%2Fvi%2F{page}",
        )
    else:
        assert response.status_code == (200 if role in roles else otherwise)
