"""The metric within a part is that of its recordings alone."""

from dataclasses import replace

import pandas as pd
import pytest
from two_results import ONE
from within import rows_of

from ranking.files.hashing import file_sha256


def test_a_part_has_the_metric_of_its_recordings(tmp_path):
    truth = ["1", "1", "2", "2", "1", "2"]
    predicted = ["1", "2", "2", "2", "2", "1"]
    names = [f"r{number}" for number in range(6)]
    table = pd.DataFrame({"recording": names, "group": names, "fold": 1, "truth": truth})
    table.assign(predicted=predicted).to_csv(tmp_path / "p.csv", index=False)
    own = {"task": "difficulty-9", "reported": "acc0", "predictions": "p.csv"}
    result = replace(ONE, **own, predictions_sha256=file_sha256(tmp_path / "p.csv"))
    part = pd.Series(["score"] * 4 + ["performance"] * 2, index=names, name="kind")
    performance, score = rows_of([result], tmp_path, part)
    assert (performance["kind"], performance["recordings"]) == ("performance", 2)
    assert performance["value"] == 0
    assert (score["kind"], score["value"]) == ("score", pytest.approx(75))  # 1 of 2, and 2 of 2
