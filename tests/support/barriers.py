"""What keeps people from using a page, as axe finds it."""


def violations(page):
    """Barriers of at least moderate impact: what they are, and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in {"serious", "critical", "moderate"}
    ]
