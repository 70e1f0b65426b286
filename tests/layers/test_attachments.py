"""Attachments over HTTP: what is taken, where it lies, who may read it, when it goes."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, TestCase
from draft_sample import draft, new, person

from gis_core.access import Grant
from gis_core.models import RoleGrant, User
from layers import attachment_files, attachments, drafts, review
from layers.review import Opinion

pytestmark = pytest.mark.usefixtures("db")
PDF = b"%PDF-1.7\n" + b"x" * 100
SCANS = {
    "application/pdf": PDF,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"x" * 20,
    "image/png": b"\x89PNG\r\n\x1a\n" + b"x" * 20,
    "image/tiff": b"II*\x00" + b"x" * 20,
}


def client_of(name: str, role: str = "planner", **limits: str) -> Client:
    user = User.objects.filter(username=name).first() or User.objects.create(username=name)
    RoleGrant.objects.get_or_create(user=user, role=role, **limits)
    client = Client()
    client.force_login(user)
    return client


def attach(client: Client, entry, body: bytes, name: str = "trích lục.pdf", key: str = ""):
    return client.post(
        f"/api/change-sets/{entry.pk}/attachments?name={name}&key={key}",
        body,
        content_type="application/octet-stream",
        headers={"If-Match": "*"},
    )


def files() -> list[Path]:
    return [
        path for path in (Path(settings.MEDIA_ROOT) / "attachments").rglob("*") if path.is_file()
    ]


def test_a_scan_is_attached_and_downloaded(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    client = client_of("zd-planner")
    answer = attach(client, entry, PDF, key="n1")
    assert answer.status_code == 201, answer.content
    assert answer.json()["revision"] == entry.revision + 1
    [told] = answer.json()["attachments"]
    assert (told["name"], told["size_bytes"], told["key"]) == ("trích lục.pdf", len(PDF), "n1")
    assert told["sha256"] == hashlib.sha256(PDF).hexdigest()
    got = client.get(told["href"])
    assert b"".join(got.streaming_content) == PDF
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in got["Cache-Control"]
    row = entry.attachments.get()
    assert "trích" not in row.stored_as
    assert attachment_files.path_of(row.stored_as).read_bytes() == PDF


@pytest.mark.parametrize("kind", SCANS)
def test_scans_are_known_by_their_content(layer, planner, kind):
    entry = draft(planner, new(planner, layer, "1", 0))
    answer = attach(client_of("zd-planner"), entry, SCANS[kind], "x.exe")
    assert answer.json()["attachments"][0]["media_type"] == kind


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"<html><script>alert(1)</script>", 415),
        (b"PK\x03\x04", 415),
        (b"<?xml version='1.0'?><svg/>", 415),
    ],
)
def test_what_is_no_scan_is_refused_and_leaves_nothing(layer, planner, body, status):
    before = files()
    entry = draft(planner, new(planner, layer, "1", 0))
    assert attach(client_of("zd-planner"), entry, body, "a.pdf").status_code == status
    assert entry.attachments.count() == 0
    assert files() == before


def test_size_and_number_are_bounded(layer, planner, monkeypatch):
    monkeypatch.setattr(attachment_files, "LARGEST_BYTES", 150)
    monkeypatch.setattr(attachments, "MOST", 2)
    client, entry = client_of("zd-planner"), draft(planner, new(planner, layer, "1", 0))
    before = len(files())
    assert attach(client, entry, PDF + b"x" * 100).status_code == 413
    assert len(files()) == before
    assert [attach(client, entry, PDF).status_code for _ in range(3)] == [201, 201, 422]
    assert len(files()) == before + 2


def test_a_name_is_only_a_name(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    answer = attach(client_of("zd-planner"), entry, PDF, "..%2F..%2Fetc%2Fpa%0D%0Asswd.pdf")
    assert answer.json()["attachments"][0]["name"] == "passwd.pdf"


def test_who_sees_them_on_the_way_and_afterwards(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    mine = client_of("zd-planner")
    href = attach(mine, entry, PDF).json()["attachments"][0]["href"]
    approver = client_of("za-approver", "approver")
    colleague = client_of("za-colleague")
    strangers = [client_of("za-ward", "ward_officer"), client_of("za-security", "security_staff")]
    everybody = [mine, approver, colleague, *strangers]
    codes = lambda: [client.get(href).status_code for client in everybody]  # noqa: E731
    assert codes() == [200, 404, 404, 404, 404]  # a draft is its author's alone
    drafts.submit(planner, entry.pk, None)
    assert codes() == [200, 200, 404, 404, 404]
    decides = person("za-decides", Grant("approver"))
    review.publish(decides, entry.pk, None)
    assert codes() == [200, 200, 200, 404, 404]  # those who may edit the layer
    assert Client().get(href).status_code == 401
    missing = strangers[0].get(href.rsplit("/", 1)[0] + "/999999")
    assert missing.json()["detail"] == strangers[0].get(href).json()["detail"]


def test_only_the_author_adds_and_takes_away_while_it_is_a_draft(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    mine = client_of("zd-planner")
    href = attach(mine, entry, PDF).json()["attachments"][0]["href"]
    drafts.submit(planner, entry.pk, None)
    approver = client_of("za-approver", "approver")
    assert attach(approver, entry, PDF).status_code == 403
    assert approver.delete(href, headers={"If-Match": "*"}).status_code == 403
    assert attach(mine, entry, PDF).status_code == 409
    assert mine.delete(href, headers={"If-Match": "*"}).status_code == 409
    assert mine.post(href.rpartition("/")[0] + "?name=x", PDF, "x/y").status_code == 428
    assert attach(Client(), entry, PDF).status_code == 401


def test_files_go_with_the_attachment_and_with_the_draft(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    client, before = client_of("zd-planner"), len(files())
    href = attach(client, entry, PDF).json()["attachments"][0]["href"]
    attach(client, entry, PDF)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.delete(href, headers={"If-Match": "*"}).status_code == 200
    assert len(files()) == before + 1
    with TestCase.captureOnCommitCallbacks(execute=True):
        drafts.discard(planner, entry.pk, None)
    assert len(files()) == before
    assert entry.attachments.count() == 0


def test_a_returned_part_takes_its_attachments_along(layer, planner):
    approver = person("za-reviewer", Grant("approver"))
    entry = draft(planner, new(planner, layer, "1", 0), new(planner, layer, "2", 1))
    client = client_of("zd-planner")
    attach(client, entry, PDF, "một.pdf", key="n2")
    attach(client, entry, PDF, "chung.pdf")
    drafts.submit(planner, entry.pk, None)
    rest, back = review.send_back_part(approver, entry.pk, None, "x", {"n2": Opinion("returned")})
    assert [row.name for row in rest.attachments.all()] == ["chung.pdf"]
    assert [row.name for row in back.attachments.all()] == ["một.pdf"]


def test_the_versions_of_a_feature_name_them(layer, planner):
    entry = submitted_with_scan(planner, layer)
    [step] = entry.operations.all()
    path = f"/api/layers/{layer.slug}/features/{step.feature_id}/versions"
    told = client_of("za-colleague").get(path).json()["versions"][0]["attachments"]
    assert [item["name"] for item in told] == ["trích lục.pdf"]
    other = client_of("za-ward", "ward_officer").get(path).json()["versions"][0]
    assert other["attachments"] == []


def submitted_with_scan(planner, layer):
    entry = draft(planner, new(planner, layer, "1", 0))
    attach(client_of("zd-planner"), entry, PDF)
    drafts.submit(planner, entry.pk, None)
    return review.publish(person("za-publisher", Grant("approver")), entry.pk, None)
