"""What axe-core says of a page."""

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"


def serious_faults(page: Page) -> list[str]:
    """Return what axe-core finds on a page as it is, as one line a fault."""
    # Through the debugger's protocol, because the page's policy rightly refuses foreign scripts.
    page.context.new_cdp_session(page).send(
        "Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")}
    )
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']} {[node['target'] for node in fault['nodes']][:3]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
