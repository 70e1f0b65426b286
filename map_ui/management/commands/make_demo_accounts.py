"""`manage.py make_demo_accounts`: one account a role, passwords in var/demo_accounts.json."""

import json
import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from gis_core.access import ROLES
from gis_core.models import RoleGrant, User


class Command(BaseCommand):
    """Makes the accounts once; later runs print where their passwords are."""

    help = "Make one demo account for each role."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make missing accounts and write their passwords, readable by the owner only."""
        path = settings.DATA_DIR / "demo_accounts.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        made = 0
        for role in ROLES.values():
            name = f"demo-{role.key.replace('_', '-')}"
            if role.key == "anonymous" or (
                name in known and User.objects.filter(username=name).exists()
            ):
                continue
            password = secrets.token_urlsafe(12)
            user, _new = User.objects.get_or_create(username=name)
            user.set_password(password)
            user.is_staff = user.is_superuser = role.key == "administrator"
            user.save()
            RoleGrant.objects.get_or_create(user=user, role=role.key)
            known[name] = {"password": password, "role": role.key}
            made += 1
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(known, stream, ensure_ascii=False, indent=1)
        self.stdout.write(f"{made} new accounts; {len(known)} in {path}")
