"""Training curves show every epoch of every head, and which was chosen."""

import numpy as np
import pandas as pd
import pytest

from plots.training import draw_losses, draw_validation_metric, kept_and_others, training_figure
from ranking.errors import TableError
from ranking.tables import HISTORY


def history_of(folds=("1", "2", "final"), rates=(1e-3, 3e-3), epochs=6, best=4):
    rows = [
        {
            "fold": fold,
            "learning_rate": rate,
            "weight_decay": 0.01,
            "dropout": 0.1,
            "seed": 0,
            "batch_size": 16,
            "epoch": epoch,
            "chosen": rate == rates[-1],
            "best": epoch == best,
            "training_loss": 2 / epoch + place,
            "validation_loss": 2.5 / epoch + place,
            "acc0": 0.1 * epoch,
        }
        for place, fold in enumerate(folds)
        for rate in rates
        for epoch in range(1, epochs + 1)
    ]
    return pd.DataFrame(rows)


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def thick(ax):
    return [line for line in ax.lines if line.get_linewidth() > 1.5 and len(line.get_xdata()) > 2]


def test_the_head_that_is_kept_is_thick_and_its_epoch_marked():
    history = history_of()
    ax = draw_losses(history)
    training, validation = thick(ax)
    own = history[(history["fold"] == "final") & history["chosen"]]
    np.testing.assert_allclose(training.get_ydata(), own["training_loss"])
    np.testing.assert_allclose(validation.get_ydata(), own["validation_loss"])
    assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
    (mark,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert mark.get_xydata().tolist() == [[4, 2.5 / 4 + 2]]
    assert labels(ax) == [
        "in training",
        "on validation",
        "chosen epoch: 4",
        "5 other folds or settings",
    ]


def test_every_other_head_is_a_thin_line():
    history = history_of()
    kept, others = kept_and_others(history)
    assert (len(kept), len(others)) == (6, 5)
    assert set(kept["fold"]) == {"final"}
    ax = draw_validation_metric(history, "acc0", "Acc_0")
    thin = [line for line in ax.lines if line.get_linewidth() < 1 and len(line.get_xdata()) == 6]
    assert len(thin) == 5
    assert ax.get_ylabel() == "Acc_0 on validation"


def test_one_head_alone_has_no_others():
    assert "other" not in " ".join(labels(draw_losses(history_of(("1",), (1e-3,)))))


def test_a_loss_that_runs_away_hides_no_other():
    history = history_of()
    away = (history["learning_rate"] == 1e-3) & (history["epoch"] > 2)
    history.loc[away, "validation_loss"] = 1e6
    assert draw_losses(history).get_ylim()[1] < 20


def test_what_is_no_history_is_refused():
    history = history_of()
    with pytest.raises(TableError, match="columns missing: validation_loss"):
        draw_losses(history.drop(columns="validation_loss"))
    with pytest.raises(TableError, match="columns missing: mAP"):
        training_figure(history, "mAP", "mAP", "Technique")
    assert list(history)[: len(HISTORY)] == list(HISTORY)
