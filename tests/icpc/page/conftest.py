"""Pages in a browser: Debian's Chromium, headless.

Where it is missing these tests are skipped, but not in CI.
"""

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
UNFOLD = "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=list(FLAGS),
            headless=True,
            viewport={"width": 1200, "height": 900},
        )
        context.set_default_timeout(30_000)
        yield context
        context.close()


@pytest.fixture
def visit(browser):
    """Open pages, their sections unfolded, that must neither complain nor ask for anything."""
    opened, complaints, asked = [], [], []

    def open_page(path, address="", scheme="light", folded=False):
        page = browser.new_page()
        opened.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(path.as_uri() + address)
        page.wait_for_selector("html[data-ready]", state="attached")
        if not folded:
            page.evaluate(UNFOLD)
        return page

    yield open_page
    for page in opened:
        page.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len({url for url in asked if url.startswith("file:")}) <= len(opened)
