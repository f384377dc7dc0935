"""The panel that is analysed, where its rule cannot rank without a juror."""

from icpc.workflows.panel import open_panel
from icpc.workflows.settings import RankingOptions, Source


def test_a_rule_that_takes_an_odd_panel_cannot_rank_without_a_juror(tmp_path):
    """The skating system's own ranking is there; each without a juror is not, with the reason."""
    path = tmp_path / "odd.csv"
    rows = ("x,a,3", "x,b,2", "x,c,1", "y,a,3", "y,b,1", "y,c,2", "z,a,2", "z,b,3", "z,c,1")
    path.write_text("\n".join(("juror,candidate,mark", *rows)))
    analysis = open_panel(Source(panel=path), RankingOptions(method="skating"))
    assert analysis.panel.strength.tolist() == [2, 1, 0]
    assert analysis["left-out"].not_applicable == (
        "the ranking without a juror: the skating system needs an odd number of jurors, and there "
        "are 2",
    )
