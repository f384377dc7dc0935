"""TF32 is off inside the block, in every thread's block, and as it was after."""

import threading

import pytest
import torch

from ranking.devices.precision import full_float32

KINDS = {
    "conv": torch.backends.cudnn.conv,
    "rnn": torch.backends.cudnn.rnn,
    "matmul": torch.backends.cuda.matmul,
}


def precisions():
    return {name: kind.fp32_precision for name, kind in KINDS.items()}


@pytest.fixture
def settings():
    """Set the precision of each kind; all are as before after the test."""
    before = precisions()

    def assign(**values):
        for name, value in values.items():
            KINDS[name].fp32_precision = value

    yield assign
    assign(**before)


@pytest.mark.parametrize(
    "own",
    [
        {"conv": "tf32", "rnn": "tf32", "matmul": "none"},  # as torch has it
        {"conv": "tf32", "rnn": "ieee", "matmul": "tf32"},  # the old setting cannot be read
        {"conv": "ieee", "rnn": "tf32", "matmul": "ieee"},
    ],
)
def test_tf32_is_off_in_the_block_and_as_before_after_it(settings, own):
    settings(**own)
    with full_float32():
        assert set(precisions().values()) == {"ieee"}
        with full_float32():
            pass
        assert set(precisions().values()) == {"ieee"}
    assert precisions() == own


def test_settings_are_restored_after_an_error(settings):
    settings(conv="tf32", rnn="tf32", matmul="tf32")
    with pytest.raises(ZeroDivisionError), full_float32():
        _ = 1 / 0
    assert set(precisions().values()) == {"tf32"}


def test_a_thread_that_is_done_first_leaves_tf32_off_for_the_other(settings):
    settings(conv="tf32", rnn="tf32", matmul="none")
    inside, done = threading.Event(), threading.Event()

    def first():
        with full_float32():
            inside.set()
            done.wait()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    with full_float32():
        done.set()
        thread.join()
        assert set(precisions().values()) == {"ieee"}
    assert precisions() == {"conv": "tf32", "rnn": "tf32", "matmul": "none"}


def test_the_old_setting_is_used_where_there_is_no_other(monkeypatch):
    class Old:
        allow_tf32 = True

    cudnn, matmul = Old(), Old()
    monkeypatch.setattr(torch.backends, "cudnn", cudnn)
    monkeypatch.setattr(torch.backends.cuda, "matmul", matmul)
    with full_float32():
        assert (cudnn.allow_tf32, matmul.allow_tf32) == (False, False)
    assert (cudnn.allow_tf32, matmul.allow_tf32) == (True, True)
