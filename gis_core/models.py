"""Tables of the ground floor: people, grants, sign-in attempts, change sets, change log."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.access import ROLES


class User(AbstractUser):
    """A person with an account. Rights come from grants, never from Django's groups."""

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")


class RoleGrant(models.Model):
    """One role of one person, optionally for one theme, layer or ward, until a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    role = models.CharField(
        _("role"),
        max_length=40,
        choices=[(role.key, role.title) for role in ROLES.values() if role.key != "anonymous"],
    )
    theme = models.CharField(_("theme"), max_length=40, blank=True)
    layer = models.CharField(_("layer"), max_length=80, blank=True)
    ward_code = models.CharField(_("ward code"), max_length=10, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "theme", "layer", "ward_code"], name="grant_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class SignInAttempt(models.Model):
    """A failed sign-in; counted to slow down guessing (gis_core/sign_in.py)."""

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"]), models.Index(fields=["username", "at"])]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"


class DeviceToken(models.Model):
    """A personal key of one program or device, kept as a hash (gis_core/device_tokens.py)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="device_tokens")
    name = models.CharField(_("name of the device"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    password_mark = models.CharField(max_length=64)  # changes with the password of the account
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("device token")
        verbose_name_plural = _("device tokens")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user} · {self.name}"


class ChangeSet(models.Model):
    """One unit of writing: who, why, by which way in. Every version of a feature names one."""

    class Channel(models.TextChoices):
        """The way in."""

        IMPORT = "import", _("Import")
        BROWSER = "browser", _("Browser")
        API = "api", _("API")
        OGC = "ogc", _("OGC API (QGIS)")
        ADMIN = "admin", _("Administration")
        COMMAND = "command", _("Command line")

    class State(models.TextChoices):
        """Where the change set is on its way to the map."""

        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    decision_number = models.CharField(_("decision number"), max_length=80, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PUBLISHED)
    revision = models.PositiveIntegerField(default=1)  # of a draft: grows with every change of it
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="change_sets"
    )
    actor_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    publish_on = models.DateField(_("first day on the map"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=150, blank=True)
    decision_note = models.TextField(_("note of the reviewer"), blank=True)
    published_at = models.DateTimeField(null=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")
    # The client's name for one request, so that repeating it after a lost answer does nothing more.
    request_key = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "user"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "request_key"],
                condition=~models.Q(request_key=""),
                name="change_set_request_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.title}"


class AnsweredRequest(models.Model):
    """A write with an Idempotency-Key and its answer (gis_core/repeated_requests.py)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)  # SHA-256 of what was asked, hexadecimal
    rights_digest = models.CharField(max_length=64)  # SHA-256 of the grants that counted then
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")  # compressed with zlib
    answered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["answered_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="answered_request_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"


class FeatureChange(models.Model):
    """Where something was written lately (gis_core/change_log.py); the database makes the rows.

    What was and what is there are separate rows, each with the least clearance that sees it.
    """

    layer_id = models.BigIntegerField()
    level = models.SmallIntegerField()
    west_3857 = models.FloatField()
    south_3857 = models.FloatField()
    east_3857 = models.FloatField()
    north_3857 = models.FloatField()
    written_at = models.DateTimeField()  # set once more when the transaction ends
    transaction_id = models.BigIntegerField()  # of PostgreSQL, 64 bits

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["written_at"]),
            models.Index(fields=["transaction_id"]),
        ]

    def __str__(self) -> str:
        return f"layer {self.layer_id} {self.written_at:%Y-%m-%d %H:%M:%S}"
