"""What leaving a juror out changes, by hand."""

import numpy as np

from ranking.jurors.left_out import leave_out

STRENGTH = np.array([5.0, 4.0, 3.0, 2.0])


def test_nothing_changes_without_a_juror_who_changes_nothing():
    (same,) = leave_out(STRENGTH, STRENGTH[np.newaxis] * 2, passing=2)
    assert same.places.tolist() == [0, 0, 0, 0]
    assert (same.winners, same.gained, same.lost, same.tied) == ((0,), (), (), ())
    assert same.mean_move == 0


def test_who_passes_instead_and_how_far_places_move():
    (other,) = leave_out(STRENGTH, np.array([[3.0, 2.0, 5.0, 1.0]]), passing=2)
    assert other.winners == (2,)
    assert (other.gained, other.lost, other.tied) == ((2,), (1,), ())
    assert other.places.tolist() == [1, 1, -2, 0]
    assert (other.mean_move, other.most_moved) == (1.0, 2)


def test_a_tie_across_the_cut_is_shared():
    (tied,) = leave_out(STRENGTH, np.array([[5.0, 3.0, 3.0, 1.0]]), passing=2)
    assert (tied.gained, tied.lost, tied.tied) == ((2,), (1,), (1, 2))


def test_whom_nobody_else_marked_is_last():
    (without,) = leave_out(STRENGTH, np.array([[np.nan, 3.0, 2.0, 1.0]]), passing=1)
    assert without.places.tolist() == [3, -1, -1, -1]
    assert (without.gained, without.lost) == ((1,), (0,))


def test_where_nobody_is_known_to_pass_nobody_gains():
    (other,) = leave_out(STRENGTH, STRENGTH[np.newaxis, ::-1])
    assert (other.gained, other.lost, other.winners) == ((), (), (3,))
