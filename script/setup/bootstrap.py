"""All set-up, step by step; every step is skipped when it is done and may be interrupted."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from script.setup.browser import ensure_chromium
from script.setup.checkout import Checkout
from script.setup.cluster import Cluster, open_cluster, start
from script.setup.console import complain, skipped, step
from script.setup.databases import prepare_databases, write_instance
from script.setup.front_end import build_front_end, collect_static, compile_messages
from script.setup.leftovers import note_owner
from script.setup.locks import setup_lock
from script.setup.options import Options
from script.setup.packages import install_missing
from script.setup.product import load_demo, prepare_schema
from script.setup.stamps import Stamps
from script.setup.virtual_environment import ensure_packages


@dataclass(frozen=True)
class Ready:
    """What set-up left behind: the private cluster, if any, and whether this call started it."""

    checkout: Checkout
    cluster: Cluster | None
    started_cluster: bool
    made_cluster: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which parts a command needs."""

    development: bool = False
    browser: bool = False
    schema: bool = True
    demo: bool = True
    passing: bool = False


def set_up(
    checkout: Checkout, options: Options, wanted: Wanted, leave: Callable[[Ready], None]
) -> Ready:
    """Do every step that is not done yet; raises SetupError with what to do about it.

    `leave` is called with the started database when a later step fails or is interrupted.
    """
    with setup_lock(checkout.var):
        stamps = Stamps(checkout.var / "stamps.json")
        own = options.database_url is None
        install_missing(checkout, database=own, browser=wanted.browser)
        ensure_packages(checkout, development=wanted.development)
        if wanted.browser:
            ensure_chromium(checkout)
        build_front_end(checkout, stamps)
        compile_messages(checkout)
        ready = start_database(checkout, options, stamps, passing=wanted.passing)
        try:
            collect_static(checkout, stamps)
            key = ready.cluster.key if ready.cluster else None
            if wanted.schema:
                prepare_schema(checkout, stamps, key)
            if wanted.demo and options.demo_data:
                load_demo(checkout, stamps, key)
        except BaseException:
            leave(ready)
            raise
        return ready


def start_database(checkout: Checkout, options: Options, stamps: Stamps, *, passing: bool) -> Ready:
    """Start the private cluster, or note that DATABASE_URL replaces it.

    `passing`: a cluster that is made now may be deleted when its checkout is gone.
    """
    if options.database_url is not None:
        skipped("Database", "DATABASE_URL names a server of your own")
        write_instance(checkout, None)
        _public_login(options.database_url)
        return Ready(checkout, None, started_cluster=False)
    made = not (checkout.var / "cluster.json").exists()
    with step("Database: making a private PostgreSQL cluster" if made else "Database: starting"):
        cluster = open_cluster(checkout)
        started = start(cluster)
        prepare_databases(cluster, write_instance(checkout, cluster), stamps)
    if made:
        note_owner(cluster, checkout, passing=passing)
    return Ready(checkout, cluster, started_cluster=started, made_cluster=made)


def _public_login(database_url: str) -> None:
    """Keep anonymous reads on the operator's server when only one address is given."""
    if not os.environ.get("PUBLIC_DATABASE_URL"):
        complain(
            "  Warning: PUBLIC_DATABASE_URL is not set, so visitors read with the staff login; give"
            " them a login of their own (see deploy/database.sql)."
        )
        os.environ["PUBLIC_DATABASE_URL"] = database_url
