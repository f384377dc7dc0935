"""The numbers that the paper prints in its Tables 1 to 4.

Conventions
-----------
Each is a CSV in ``icpc/data/paper``. Accuracies and other metrics are in percent, as printed.
Encoders, tasks and metrics have the names that the program gives them; ``acc0`` is Acc_0 (Eq. 2).

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024 (CC BY 4.0).
"""

import pandas as pd

from icpc.competition.bundled import BUNDLED
from ranking.files.table_reader import read_csv

NUMBERS = (1, 2, 3, 4)
"""The paper's tables."""
NUMERIC = ("frames_per_second", "dimension", "recordings", "mean_seconds", "percent")


def published_table(number: int) -> pd.DataFrame:
    """Return a table of the paper, a row for each encoder, data set or single result.

    Parameters
    ----------
    number : 1 to 4

    Raises
    ------
    ValueError
        If there is no such table.
    """
    if number not in NUMBERS:
        raise ValueError(f"table {number}: the paper has {NUMBERS[0]} to {NUMBERS[-1]}")
    rows = read_csv(BUNDLED / "paper" / f"table{number}.csv", ()).rows
    for column in rows.columns.intersection(NUMERIC):
        rows[column] = pd.to_numeric(rows[column])
    if "fine_tuned" in rows:
        rows["fine_tuned"] = rows["fine_tuned"] == "yes"
    return rows
