"""Work on an import that fails, is cut off or is stopped: what the page says and offers then."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psycopg2
import pytest
from axe import serious_faults
from django.conf import settings
from import_page import PATIENCE_MS, bring, clean, dry_run, parcels
from playwright.sync_api import Page, expect

from layers.themes.land import Parcel

TITLE = "Thửa đất ghi chưa được"
REFUSING = """
CREATE FUNCTION public.zz_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'zz' USING ERRCODE = 'lock_not_available'; END$$;
CREATE TRIGGER zz_refusing BEFORE INSERT ON city.layers_parcel
FOR EACH ROW EXECUTE FUNCTION public.zz_refuse();
"""
WILLING = """
DROP TRIGGER IF EXISTS zz_refusing ON city.layers_parcel;
DROP FUNCTION IF EXISTS public.zz_refuse();
"""
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'city.layers_parcel'::regclass"
)

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


class Workers:
    """Background workers of a test, which it may kill."""

    def __init__(self, world: str) -> None:
        self._env = {**os.environ, "DATABASE_NAME": world, "DATA_DIR": str(settings.DATA_DIR)}
        self._one: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._one = subprocess.Popen(
            [sys.executable, "manage.py", "worker", "--interval", "0.2", "--no-startup-delay"],
            env=self._env,
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self._one is not None:
            self._one.kill()
            self._one.wait(timeout=30)


@pytest.fixture
def workers(world: str, site: str) -> Iterator[Workers]:
    made = Workers(world)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def other_session(world: str) -> Iterator[psycopg2.extensions.connection]:
    """Somebody else at the database."""
    entry = settings.DATABASES["default"]
    session = psycopg2.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry["PASSWORD"],
        dbname=world,
    )
    session.autocommit = True
    yield session
    session.cursor().execute(WILLING)
    session.close()
    clean(TITLE)


@contextmanager
def held_back(page: Page, session: psycopg2.extensions.connection) -> Iterator[None]:
    """Keep the writing of parcels waiting, as a long edit of somebody else does."""
    session.autocommit = False
    cursor = session.cursor()
    cursor.execute("LOCK TABLE city.layers_parcel IN SHARE MODE")
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    for _look in range(PATIENCE_MS // 100):
        cursor.execute(WAITING)
        if cursor.fetchone() != (0,):
            break
        page.wait_for_timeout(100)
    try:
        yield
    finally:
        session.rollback()
        session.autocommit = True


def ready_to_publish(page: Page, folder: Path) -> None:
    bring(page, "parcels", TITLE, [parcels(folder, "SHTHUA")])
    dry_run(page)
    page.get_by_role("button", name="Tiếp: công bố").click()
    page.get_by_label("Số quyết định").fill("12/QĐ-UBND")


def written() -> int:
    return int(Parcel.objects.filter(layer__title_vi=TITLE).count())


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_write_that_the_database_refused_says_so_and_is_tried_again(
    open_page: Callable[..., Page],
    other_session: psycopg2.extensions.connection,
    tmp_path: Path,
    screen: str,
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    ready_to_publish(page, tmp_path)
    other_session.cursor().execute(REFUSING)
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Chưa ghi được vào bản đồ", timeout=PATIENCE_MS)
    expect(told).to_contain_text("Hãy chờ một phút rồi thử lại")
    assert serious_faults(page) == []
    # Whoever left the page learns it from the list, and is led to the same place.
    page.get_by_role("link", name="Tất cả các lần nhập").click()
    line = page.locator(".import-line", has_text=TITLE)
    expect(line).to_contain_text("Chưa ghi được")
    line.click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa ghi được vào bản đồ")
    expect(page.get_by_label("Số quyết định")).to_have_value("12/QĐ-UBND")  # nothing is lost
    assert written() == 0
    other_session.cursor().execute(WILLING)
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert written() == 3


def test_a_killed_worker_leaves_a_choice_between_writing_again_and_going_back(
    open_page: Callable[..., Page],
    workers: Workers,
    other_session: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    page = open_page("/vi/import", "phone", "administrator")
    ready_to_publish(page, tmp_path)
    for way in ("Quay lại bước trước", "Ghi lại"):
        with held_back(page, other_session):
            workers.kill()
            told = page.get_by_role("alert")
            expect(told).to_contain_text("bị gián đoạn", timeout=PATIENCE_MS)
            assert serious_faults(page) == []
        workers.start()
        page.get_by_role("button", name=way).click()
        expect(told).to_have_count(0)
        if way != "Ghi lại":
            expect(page.get_by_label("Số quyết định")).to_have_value("12/QĐ-UBND")
            assert written() == 0
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible(timeout=PATIENCE_MS)
    assert written() == 3


@pytest.mark.usefixtures("workers")
def test_stopping_is_said_at_once_and_leaves_everything_as_it_was(
    open_page: Callable[..., Page],
    other_session: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    page = open_page("/vi/import", "phone", "administrator")
    ready_to_publish(page, tmp_path)
    with held_back(page, other_session):
        page.locator(".working").get_by_role("button", name="Dừng").click(no_wait_after=True)
        # The page says it by itself, without waiting for any answer.
        assert page.locator(".progress-words").text_content() == "Đang dừng…"
        expect(page.get_by_text("Đã dừng. Không có gì được ghi.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(page.get_by_role("heading", name="Sẽ ghi vào bản đồ")).to_be_focused()
    assert written() == 0
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_write_behind_another_change_says_that_it_waits_and_since_when(
    open_page: Callable[..., Page],
    other_session: psycopg2.extensions.connection,
    tmp_path: Path,
    screen: str,
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    ready_to_publish(page, tmp_path)
    said = page.locator("#spoken")
    with held_back(page, other_session):
        expect(page.locator(".progress-words")).to_have_text(
            "Đang chờ một thay đổi khác trên dữ liệu này kết thúc…", timeout=PATIENCE_MS
        )
        expect(page.locator(".progress-box")).to_contain_text(re.compile(r"Chờ từ \d\d:\d\d\."))
        expect(said).to_contain_text("Đang chờ một thay đổi khác")
        assert serious_faults(page) == []
        # Whoever is writing something elsewhere on the page keeps on writing.
        page.evaluate("document.body.append(document.createElement('textarea'))")
        page.locator("body > textarea").press_sequentially("ghi")
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible(timeout=PATIENCE_MS)
    expect(said).to_have_text("Đã ghi xong vào bản đồ.")
    expect(page.locator("body > textarea")).to_be_focused()
    assert written() == 3


@pytest.mark.usefixtures("workers")
def test_stages_are_said_without_their_numbers_and_the_end_leads_to_the_next_heading(
    open_page: Callable[..., Page],
    other_session: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    page = open_page("/en/import", "desktop", "administrator")
    assert other_session.status  # its fixture cleans up
    page.add_init_script("""
        window.heard = [];
        new MutationObserver((changes) => {
          for (const { target } of changes)
            if (target.id === "spoken") heard.push(target.textContent);
        }).observe(document, { subtree: true, childList: true });
    """)
    bring(page, "parcels", TITLE, [parcels(tmp_path, "SHTHUA")])
    page.get_by_role("button", name="Next: fields").click()
    expect(page.get_by_role("heading", name="Columns of the file")).to_be_focused()
    page.locator(".actions").get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", name="What the dry run found")).to_be_focused(
        timeout=PATIENCE_MS
    )
    heard: list[str] = page.evaluate("heard")
    assert heard[-1] == "The dry run is over. Nothing has been written to the map."
    assert len(heard) > 2
    assert not [words for words in heard if re.search(r"%|\d rows", words)]
    assert all(one != other for one, other in pairwise(heard))
