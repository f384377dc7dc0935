"""A page holds its data as data, knows its scripts, and lets nothing of a name become markup."""

import gzip
import hashlib
import html
import json
import re
from base64 import b64decode, b64encode

import numpy as np
import pytest

from plots.page.render import HERE, LIBRARIES, SCRIPTS, render_page

NASTY = "</script><script>alert(1)</script><!-- & \u2028 'quote\" {{ 7 * 7 }}"
CANDIDATE = {
    "candidate": NASTY,
    "name": NASTY,
    "country": "",
    "reached": "final",
    "kind": 0,
    "rank": 1,
    "rank_low": 1,
    "rank_high": np.int64(1),
    "wins": 1.5,
    "comparisons": 3,
    "win_rate": 0.5,
    "strength": np.float64(1 / 3),
}
CONTENT = {
    "title": NASTY,
    "headline": "90 % sure",
    "checks": [{"question": NASTY, "mark": "open", "answer": NASTY}],
    "in_detail": NASTY,
    "glossary": {"range": NASTY, "p": NASTY, "random judge": NASTY, "null band": NASTY},
    "sections": dict.fromkeys(("leaderboard", "remarks", "trust", "strengths", "matrix"), "Part")
    | dict.fromkeys(("consistency", "methods", "glossary", "reproduce"), NASTY),
    "left_out": [NASTY],
    "source": NASTY,
    "method": "wins",
    "form": "g",
    "unit": "",
    "remarks": [NASTY],
    "trust": [{"check": NASTY, "term": NASTY, "p": float("nan"), "finding": NASTY}],
    "controls": [],
    "curves": [],
    "rounds": None,
    "consistency": {"cycles": [], "triads": []},
    "methods": {"names": ["wins"], "taus": [[float("nan")]], "moved": []},
    "calibration": None,
    "panel": None,
    "unranked": [{"name": NASTY, "country": NASTY, "reached": NASTY, "kind": -1, "why": NASTY}],
    "record": {"judge": "1"},
    "made_with": {"judge": "1"},
    "hashes": {NASTY: NASTY},
    "command": NASTY,
}
DATA = {
    "candidates": [CANDIDATE],
    "kinds": (NASTY,),
    "passing": NASTY,
    "curves": [],
    "upsets": {"all": 0, "shown": []},
    "windows": None,
    "calibration": None,
    "panel": None,
    "missing": [float("nan"), np.nan, None],
}


def page_of(**content):
    return render_page(CONTENT | content, DATA, {"a.csv": ("x,y\n1,2\n", 1)})


@pytest.fixture(scope="module")
def page():
    return page_of()


def without_libraries(page):
    for library in LIBRARIES:
        page = page.replace((HERE / "vendor" / library).read_text(encoding="utf-8"), "")
    return page


def scripts(page):
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)


def data_of(page):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    )


def test_data_come_back_as_they_were(page):
    data = data_of(page)
    assert data["candidates"][0]["name"] == NASTY
    assert data["candidates"][0]["strength"] == 0.333333
    assert data["missing"] == [None, None, None]


def test_no_name_becomes_markup(page):
    own = without_libraries(page)
    assert "<script>alert" not in page
    assert own.count("<script") == own.count("</script>") == 2 + len(LIBRARIES)
    assert html.escape("<script>alert(1)</script>", quote=False) in page
    assert "{{ 7 * 7 }}" in html.unescape(page)


def test_the_policy_allows_the_scripts_of_the_page_and_no_others(page):
    policy = html.unescape(re.search(r'Security-Policy" content="([^"]*)"', page)[1])
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts(page)]
    assert allowed == [b64encode(digest).decode() for digest in digests]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


def test_files_lie_packed_in_the_page(page):
    assert gzip.decompress(b64decode(data_of(page)["files"]["a.csv"])) == b"x,y\n1,2\n"
    assert "1 row, 8 bytes" in page


def test_equal_content_gives_equal_bytes(page):
    assert page_of() == page
    assert page_of(headline="another") != page


def test_signs_stay_with_their_numbers(page):
    page = page_of(headline="90 % of icpc-2015, p = 0.1, -0.2 to (-1), 3-4, a-5")
    assert "90\u00a0% of icpc-2015, p\u00a0=\u00a00.1, −0.2 to (−1), 3-4, a-5" in page


def test_the_name_of_a_model_is_not_broken_over_lines():
    assert "by Bradley\u2060–\u2060Terry" in page_of(method="bradley-terry")


def test_every_term_in_the_text_has_a_meaning(page):
    terms = set(re.findall(r'popovertarget="([\w-]+)"', page))
    assert terms
    assert terms <= set(re.findall(r'<div popover class="meaning" id="([^"]+)"', page))


def test_the_libraries_are_those_that_were_published():
    table = (HERE / "vendor" / "README.md").read_text(encoding="utf-8")
    known = dict(re.findall(r"^\| `([\w.]+)` \|.*`([0-9a-f]{64})` \|$", table, re.MULTILINE))
    assert set(known) == set(LIBRARIES)
    for name, digest in known.items():
        assert hashlib.sha256((HERE / "vendor" / name).read_bytes()).hexdigest() == digest


def test_the_page_names_no_address_to_load_from(page):
    own = without_libraries(page)
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", own)
    assert not re.findall(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", own)


def test_every_script_and_style_is_in_the_page():
    listed = {path.name for path in HERE.iterdir() if path.suffix in {".js", ".css"}}
    assert listed == {f"{name}.js" for name in SCRIPTS} | {"page.css"}
