"""Controls are held beside encoders on the same data, and what is not known is said."""

import pandas as pd
import pytest
from probe_results import write_result

from icpc.experiments.figures import read_history, result_figures, without_files
from icpc.experiments.results import read_results
from icpc.experiments.tested import (
    COLUMNS,
    compare_with_controls,
    controls_summary,
    results_by_encoder,
    summary_table,
)
from ranking.errors import RunError


@pytest.fixture
def opened(tmp_path):
    def opened_results(*tests):
        for test in tests:
            path = write_result(tmp_path, *test)
        return results_by_encoder(read_results(path), tmp_path)

    return opened_results


def beside(opened, tmp_path, *tests):
    return compare_with_controls(opened(*tests), tmp_path)


def test_controls_that_reach_the_interval_explain_as_much(opened, tmp_path):
    (own,) = beside(opened, tmp_path, ("spectrogram", 0.7), ("controls", 0.6))
    assert own.explained
    assert own.sentence == (
        "difficulty-3: controls reach Acc_0 60.0 %, spectrogram 70.0 % (95 % interval 53.6 to 86.4,"
        " resampling groups): controls explain as much as spectrogram."
    )
    assert controls_summary([own]).startswith("In 1 of 1 result controls such as length, loudness")


def test_controls_below_the_interval_do_not(opened, tmp_path):
    (own,) = beside(opened, tmp_path, ("spectrogram", 0.9), ("controls", 0.4))
    assert own.explained is False
    assert own.sentence.endswith(": spectrogram is above controls.")
    assert controls_summary([own]).startswith("In 0 of 1 result controls")


def test_exactly_the_lower_end_is_reached(opened, tmp_path):
    tested = opened(("spectrogram", 0.7), ("controls", 0.6))
    (own,) = compare_with_controls(tested, tmp_path)
    at = own.estimate.low
    for reached, explained in ((at, True), (at - 1e-9, False), (float("nan"), None)):
        assert type(own)(own.own, own.estimate, reached).explained is explained


@pytest.mark.parametrize("others", [[], [("controls", 0.9, 0, "other data")]])
def test_without_controls_on_the_same_data_nothing_is_known(opened, tmp_path, others):
    (own,) = beside(opened, tmp_path, ("spectrogram", 0.9), *others)
    assert own.explained is None
    assert "no controls were tested on the same data" in own.sentence
    assert "it is not known whether controls such as" in controls_summary([own])


def test_what_controls_explain_comes_first(opened, tmp_path):
    tests = [("dac", 0.95), ("mert", 0.9, 0, "other data"), ("spectrogram", 0.6)]
    found = beside(opened, tmp_path, *tests, ("controls", 0.5))
    assert [one.own.encoder for one in found] == ["spectrogram", "mert", "dac"]
    assert controls_summary(found) == (
        "In 1 of 3 results controls such as length, loudness and onset density explain as much as "
        "the encoder; in 1 that is not known."
    )


def test_only_shared_seeds_are_compared(opened, tmp_path):
    tests = [("spectrogram", 0.9, 0), ("spectrogram", 0.5, 1), ("controls", 0.6, 1)]
    (own,) = beside(opened, tmp_path, *tests)
    assert own.estimate.value == pytest.approx(0.5)
    assert own.reached == pytest.approx(0.6)
    assert own.explained


def test_the_table_has_a_row_for_each_encoder(opened):
    table = summary_table(opened(("spectrogram", 0.9, 1), ("spectrogram", 0.7, 0), ("dac", 0.5)))
    assert list(table) == list(COLUMNS)
    assert table["seeds"].tolist() == [2, 1]
    assert table["value"].tolist() == pytest.approx([0.8, 0.5])
    assert table["random"].tolist() == pytest.approx([1 / 3] * 2)
    assert list(summary_table([])) == list(COLUMNS)


def test_figures_hold_the_numbers_of_the_files(opened, tmp_path):
    tested = opened(("spectrogram", 0.9, 0), ("spectrogram", 0.7, 1), ("hf:my/own", 0.5, 0))
    figures = {one.name: one for one in result_figures(tested, tmp_path, {})}
    assert list(figures) == [
        "average-precision-difficulty-3",
        "training-difficulty-3-spectrogram",
        "confusion-difficulty-3-spectrogram",
        "training-difficulty-3-hf-my-own",
        "confusion-difficulty-3-hf-my-own",
    ]
    counts = figures["confusion-difficulty-3-spectrogram"].tables[""]
    assert counts.to_numpy().sum() == 60
    assert counts.to_numpy().trace() == 27 + 21
    classes = figures["average-precision-difficulty-3"].tables["spectrogram"]
    assert classes["last epoch"].tolist() == pytest.approx([0.795] * 3)
    (chosen,) = figures["training-difficulty-3-spectrogram"].tables.values()
    assert chosen["epoch"].tolist() == [3]


def test_what_is_not_there_is_told_and_what_was_changed_refused(opened, tmp_path):
    tested = opened(("spectrogram", 0.9), ("dac", 0.9))
    (tmp_path / "dac-0.history.csv").unlink()
    (tmp_path / "dac-0.predictions.csv").unlink()
    assert without_files(tested, tmp_path) == {"histories of training": 1, "predictions": 1}
    names = [one.name for one in result_figures(tested, tmp_path, {})]
    assert not [name for name in names if "dac" in name]
    first = tested[0].results[0]
    assert isinstance(read_history(first, tmp_path), pd.DataFrame)
    history = tmp_path / "spectrogram-0.history.csv"
    history.write_text(history.read_text().replace("0.4", "0.9"))
    with pytest.raises(RunError, match=r"history\.csv: it is not what was written; train again"):
        result_figures(tested, tmp_path, {})
