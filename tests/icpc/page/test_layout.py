"""Five reports at three widths, in light and dark and on paper: nothing is cut off or empty."""

import pytest
from barriers import violations
from pages import all_seen, until

PAGES = ("page2015", "page2025", "demo_page", "panel_page", "thousand")
WIDTHS = (390, 820, 1440)
SCHEMES = ("light", "dark")
CUT = """(() => {  // what is wider than its box and cannot be scrolled; text that leaves its chart
  const name = (one) => `${one.tagName} ${one.id || one.className}: ${one.textContent.trim()}`;
  const shown = (one) => one.checkVisibility({ contentVisibilityAuto: true });
  const outside = (box, within) => box.left < within.left - 1 || box.right > within.right + 1
    || box.top < within.top - 1 || box.bottom > within.bottom + 1;
  const found = [];
  for (const one of document.querySelectorAll('main *, header *, footer *')) {
    if (one.closest('svg, select, .unseen, .meaning') || !shown(one)) continue;
    const hidden = ['hidden', 'clip'].includes(getComputedStyle(one).overflowX);
    if (hidden && one.scrollWidth > one.clientWidth + 1) found.push(name(one));
    const box = one.getBoundingClientRect();
    const scrolled = one.closest('.wide, .tall, .dt-layout-table, pre');
    if (!scrolled && box.width && (box.left < -1 || box.right > innerWidth + 1)) {
      found.push(name(one));
    }
  }
  for (const text of document.querySelectorAll('figure svg text')) {
    if (!shown(text) || text.closest('[data-mark=tip]') || !text.textContent) continue;
    const box = text.getBoundingClientRect();
    if (outside(box, text.closest('figure').getBoundingClientRect())) found.push(name(text));
  }
  return found.map((one) => one.slice(0, 80));
})()"""
EMPTY = """(() => [...document.querySelectorAll('main section')].filter((section) => {
  const inner = section.querySelector('details') ?? section;
  const drawn = [...section.querySelectorAll('.chart, .picture')];
  const blank = drawn.some((one) => !one.querySelector('svg'));
  return blank || inner.getBoundingClientRect().height < 60;
}).map((section) => section.id))()"""


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(visit, request, name):
    page = visit(request.getfixturevalue(name))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        all_seen(page)
        until(page, f"document.documentElement.scrollWidth <= {width}")
        page.wait_for_timeout(100)  # observers draw anew
        assert page.evaluate(CUT) == [], width


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_barrier_is_found(visit, request, name, scheme):
    page = visit(request.getfixturevalue(name), scheme=scheme, folded=name == "thousand")
    if name != "thousand":
        all_seen(page)
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_paper_has_every_section_filled(visit, request, name):
    page = visit(request.getfixturevalue(name), folded=True)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(EMPTY) == []
    canvas = page.locator("#matrix-figure canvas")
    assert canvas.evaluate(
        "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.some((part) => part > 0)"
    )
