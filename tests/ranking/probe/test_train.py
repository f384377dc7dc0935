"""Training beside a loop that anyone would write with torch, and beside itself."""

import hashlib
import json
import multiprocessing
import signal
import time
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from killed import train_in_a_folder, train_in_a_process
from skill import all_pairs, loader, planted_bank
from torch.nn import functional

from ranking.network.head import HeadConfig, fit_scaler, make_head
from ranking.network.pair_stack import PairStack
from ranking.probe.batches import epoch_batches, with_units_of_few_windows
from ranking.probe.loop import Loop, dropout_seed_of_step, predict_logits
from ranking.probe.optimiser import learning_rate_factor
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_run, train_runs
from ranking.progress import Progress
from ranking.tasks.drawing import UnitDraw
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.task import Examples, Loss

LEVELS = np.tile([0, 1, 2], 5)
CONFIG = HeadConfig(frames=20, dimension=32, outputs=2, inputs=2, width=16, feedforward=8)
SETTINGS = TrainingSettings(epochs=3, batch_size=8, windows_per_step=0, learning_rate=3e-3, seed=1)
EXAMPLES = Examples(np.array([[0, 1], [1, 0]]), np.array([0, 1]), np.array([0, 0]))
TASK = EXPERTISE_TASKS[2]


def settings_on_disk():
    """The settings as hashes know them, name by name."""
    return {
        **{"epochs": 3, "batch": 8, "crossed": 0, "rate": 3e-3, "decay": 1e-2, "warm_up": 0.1},
        **{"patience": 10, "half": False, "seed": 1, "order": None},
    }


def config_on_disk():
    """The head's shape as hashes know it."""
    return {
        **{"frames": 20, "dimension": 32, "classes": 2, "sides": 2, "segments": 30},
        **{"channels": [1, 2, 1], "kernel": 7, "stride": 5, "padding": 1, "width": 16},
        **{"attention_heads": 2, "feedforward": 8, "dropout": 0.1},
    }


@pytest.fixture(scope="module")
def load_batch():
    return loader(planted_bank(LEVELS, CONFIG.frames, CONFIG.dimension))


@pytest.fixture(scope="module")
def run():
    train, validation = np.arange(9), np.arange(9, 15)
    return TrainingRun(CONFIG, SETTINGS, all_pairs(LEVELS, train), all_pairs(LEVELS, validation))


class Recorded(Progress):
    """Records each stage with its total, and the detail of each step."""

    def __init__(self) -> None:
        self.stages, self.skipped, self.steps, self.remarks = [], 0, [], []

    def start(self, what, total=None, unit=""):
        self.stages.append((what, total))
        return self

    def advance(self, steps=1, detail=""):
        if detail:
            assert steps == 1
            self.steps.append(detail)
        else:
            self.skipped += steps

    def remark(self, sentence):
        self.remarks.append(sentence)


def by_hand(run: TrainingRun, load_batch) -> torch.nn.Module:
    """The last epoch's head: torch's own modules, dropout and AdamW."""
    own = run.settings
    head = make_head(run.config, own.seed)
    fit_scaler(head, [load_batch(np.unique(run.train.windows)[:, None])[0]])
    head.train()
    optimiser = torch.optim.AdamW(
        [weight for weight in head.parameters() if weight.requires_grad],
        lr=own.learning_rate,
        weight_decay=own.weight_decay,
    )
    steps = len(epoch_batches(run.train.units, own.batch_size, 0, 0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: learning_rate_factor(step, own.epochs * steps, own.warmup)
    )
    step = 0
    for epoch in range(own.epochs):
        for chosen in epoch_batches(run.train.units, own.batch_size, own.order_seed, epoch):
            segments, mask = load_batch(run.train.windows[chosen])
            x = segments.new_zeros(*mask.shape, *segments.shape[1:])
            x[mask] = segments
            with torch.random.fork_rng():
                torch.manual_seed(dropout_seed_of_step(own.seed, step))
                logits = head(x, mask)
            loss = functional.cross_entropy(logits, torch.from_numpy(run.train.targets[chosen]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
    return head.eval()


def variants(run: TrainingRun, count: int, windows_per_step: int = 0) -> list[TrainingRun]:
    """Runs that differ in everything that runs of a stack may differ in, and in their order."""
    rng = np.random.default_rng(0)
    return [
        replace(
            run,
            config=replace(run.config, dropout=float(rng.choice([0.0, 0.1, 0.3]))),
            settings=replace(
                run.settings,
                learning_rate=float(10 ** rng.uniform(-3.5, -2.3)),
                weight_decay=float(10 ** rng.uniform(-4, -1)),
                seed=number,
                shuffle_seed=int(rng.integers(3)),
                windows_per_step=windows_per_step,
            ),
        )
        for number in range(count)
    ]


def test_training_is_the_loop_that_anyone_would_write(run, load_batch):
    short = replace(run, settings=replace(run.settings, epochs=1))  # so that no epoch is chosen
    expected = by_hand(short, load_batch).state_dict()
    found = train_run(TASK, short, load_batch).head.state_dict()
    del found["norms.0.num_batches_tracked"], found["norms.1.num_batches_tracked"]
    for state in (found, expected):  # the keys' bias has no effect: its gradient is rounding
        state["attention.self_attn.in_proj_bias"][CONFIG.width : 2 * CONFIG.width] = 0
    for key, values in found.items():
        torch.testing.assert_close(values, expected[key], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("count", "windows_per_step"),
    [
        pytest.param(32, 0, marks=pytest.mark.slow),
        (4, 0),
        pytest.param(4, 6, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_stacked_runs_are_separate_ones(run, load_batch, count, windows_per_step):
    runs = variants(run, count, windows_per_step)
    windows = run.validation.windows
    shown = Recorded()
    stacked = train_runs(TASK, runs, load_batch, progress=shown)
    assert [what for what, _ in shown.stages] == [f"training {n} of 3" for n in (1, 2, 3)]  # orders
    for one, fitted in zip(runs, stacked, strict=True):
        alone = train_run(TASK, one, load_batch)
        assert fitted.epoch == alone.epoch
        logits, expected = (
            predict_logits(f.head.logits, load_batch, windows) for f in (fitted, alone)
        )
        np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)
        losses, expected = ([e["validation_loss"] for e in f.history] for f in (fitted, alone))
        np.testing.assert_allclose(losses, expected, rtol=0, atol=1e-5)


class KilledError(Exception):
    """As if the process had ended here."""


class Killing(Recorded):
    """Ends the process after a step, counted from 1."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last

    def advance(self, steps=1, detail=""):
        super().advance(steps, detail)
        if len(self.steps) == self.last:
            raise KilledError


def states(trained):
    return [values for one in trained for values in one.head.state_dict().values()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "windows_per_step"), [((1, 2), 0), ((2, 1), 0), ((3, 3), 0), ((2, 1), 6), ((3, 3), 6)]
)
def test_a_training_that_was_killed_ends_in_the_same_bytes(
    run, load_batch, tmp_path, place, windows_per_step
):
    runs = [one for one in variants(run, 6, windows_per_step) if one.settings.shuffle_seed == 2]
    assert len(runs) > 1
    shown = Recorded()
    uninterrupted = train_runs(TASK, runs, load_batch, progress=shown)
    ((_, total),) = shown.stages
    steps = total // SETTINGS.epochs
    epoch, step = place
    with pytest.raises(KilledError):
        train_runs(
            TASK,
            runs,
            load_batch,
            progress=Killing((epoch - 1) * steps + step),
            resume_folder=tmp_path,
        )
    assert len(list(tmp_path.iterdir())) == (epoch > 1)
    resumed = train_runs(
        TASK, runs, load_batch, progress=(shown := Recorded()), resume_folder=tmp_path
    )
    assert shown.skipped == (epoch - 1) * steps
    assert shown.skipped + len(shown.steps) == total
    assert shown.steps[0].startswith(f"epoch {epoch} of 3, loss ")
    assert all(
        torch.equal(a, b) for a, b in zip(states(resumed), states(uninterrupted), strict=True)
    )
    assert [one.history for one in resumed] == [one.history for one in uninterrupted]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "windows_per_step"), [((1, 2), 0), ((3, 3), 0), ((2, 3), 6), ((3, 1), 6)]
)
def test_a_training_goes_on_within_an_epoch(
    run, load_batch, tmp_path, monkeypatch, place, windows_per_step
):
    """With a state saved after each step: what is lost is the step that was interrupted."""
    monkeypatch.setattr("ranking.probe.loop.SAVE_SECONDS", 0.0)
    runs = [one for one in variants(run, 6, windows_per_step) if one.settings.shuffle_seed == 2]
    uninterrupted = train_runs(TASK, runs, load_batch, progress=(shown := Recorded()))
    steps, (epoch, step) = shown.stages[0][1] // SETTINGS.epochs, place
    killing = Killing((epoch - 1) * steps + step)
    with pytest.raises(KilledError):
        train_runs(TASK, runs, load_batch, progress=killing, resume_folder=tmp_path)
    resumed = train_runs(
        TASK, runs, load_batch, progress=(shown := Recorded()), resume_folder=tmp_path
    )
    assert shown.skipped == killing.last - 1
    assert all(
        torch.equal(a, b) for a, b in zip(states(resumed), states(uninterrupted), strict=True)
    )
    assert [one.history for one in resumed] == [one.history for one in uninterrupted]


@pytest.mark.slow
@pytest.mark.parametrize("windows_per_step", [0, 4])
def test_a_training_on_pairs_that_are_drawn_anew_goes_on_within_an_epoch(
    run, load_batch, tmp_path, monkeypatch, windows_per_step
):
    monkeypatch.setattr("ranking.probe.loop.SAVE_SECONDS", 0.0)
    pool = all_pairs(LEVELS, np.arange(9))
    train = replace(pool, draw=UnitDraw(20, len(np.unique(pool.units))))
    settings = replace(run.settings, windows_per_step=windows_per_step)
    drawn = replace(run, train=train, settings=settings)
    uninterrupted = train_run(TASK, drawn, load_batch, progress=(shown := Recorded()))
    steps = shown.stages[0][1] // SETTINGS.epochs
    assert steps < len(epoch_batches(pool.units, SETTINGS.batch_size, 0, 0))
    killing = Killing(steps + 2)
    with pytest.raises(KilledError):
        train_run(TASK, drawn, load_batch, progress=killing, resume_folder=tmp_path)
    resumed = train_run(TASK, drawn, load_batch, resume_folder=tmp_path)
    assert all(map(torch.equal, states([resumed]), states([uninterrupted])))
    assert resumed.history == uninterrupted.history
    whole = train_run(TASK, replace(drawn, train=pool), load_batch)
    assert whole.history != uninterrupted.history


def modified(folder):
    """When each state of a folder was written, in ns."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("*.fit")}


@pytest.mark.slow
@pytest.mark.parametrize("windows_per_step", [0, 6])
def test_a_training_that_the_system_killed_ends_in_the_same_bytes(tmp_path, windows_per_step):
    """SIGKILL at two moments, some steps after a state was saved: nothing tells the process."""
    context = multiprocessing.get_context("spawn")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
    train_in_a_folder(whole, windows_per_step, 60.0)
    for wait in (0.05, 0.15):
        before = modified(killed / "kept")
        child = context.Process(target=train_in_a_process, args=(killed, windows_per_step, 0.03))
        child.start()
        while child.is_alive() and modified(killed / "kept") == before:
            time.sleep(0.002)
        time.sleep(wait)
        child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        assert not (killed / "trained").exists()
    train_in_a_folder(killed, windows_per_step, 0.03)
    assert (killed / "trained").read_bytes() == (whole / "trained").read_bytes()
    assert not list((killed / "kept").iterdir())  # nor what was half written


@pytest.mark.slow
def test_what_is_kept_of_an_earlier_training_is_told_once(run, load_batch, tmp_path):
    faster = replace(run, settings=replace(run.settings, learning_rate=1e-2))
    folds = [run, replace(run, validation=run.train)]
    shown = []
    for runs, last in ((folds, 29), ([faster], 8), ([faster], 9), (folds, 99)):
        shown.append(Killing(last))
        with pytest.raises(KilledError) if last < 99 else nullcontext():
            train_runs(TASK, runs, load_batch, progress=shown[-1], resume_folder=tmp_path)
    first, other, again, back = (one.remarks for one in shown)
    assert first == []
    (anew,) = other
    assert anew.startswith("training starts anew: ")
    assert "another setting" in anew
    assert str(tmp_path) in anew
    assert again == back == [f"training goes on from what an earlier call kept in {tmp_path}"]


def test_training_computes_in_as_many_threads_as_its_settings_say(run, load_batch):
    """Sums of another number of threads round otherwise, and what ran before may have set it."""
    seen = set()

    def recorded(windows):
        seen.add(torch.get_num_threads())
        return load_batch(windows)

    before = torch.get_num_threads()
    short = replace(run, train=EXAMPLES, validation=EXAMPLES)
    try:
        for threads in (1, 2):
            torch.set_num_threads(3)
            settings = replace(SETTINGS, epochs=1, **({} if threads == 1 else {"threads": 2}))
            train_run(TASK, replace(short, settings=settings), recorded)
            assert (seen, torch.get_num_threads()) == ({threads}, 3)
            seen.clear()
    finally:
        torch.set_num_threads(before)


def test_what_another_training_saved_is_left_alone(run, load_batch, tmp_path):
    for changed in (run, replace(run, settings=replace(run.settings, learning_rate=1e-3))):
        with pytest.raises(KilledError):
            train_run(TASK, changed, load_batch, progress=Killing(8), resume_folder=tmp_path)
    assert len(list(tmp_path.glob("*.fit"))) == 2


@pytest.mark.slow
def test_a_training_starts_anew_from_a_damaged_state_and_says_so(run, load_batch, tmp_path):
    whole = train_run(TASK, run, load_batch)
    with pytest.raises(KilledError):
        train_run(TASK, run, load_batch, progress=Killing(8), resume_folder=tmp_path)
    (state,) = tmp_path.glob("*.fit")
    content = bytearray(state.read_bytes())
    content[len(content) // 2] ^= 1
    state.write_bytes(content)
    again = train_run(TASK, run, load_batch, progress=(shown := Recorded()), resume_folder=tmp_path)
    assert shown.remarks == [f"{state} is damaged; this training starts anew"]
    assert shown.skipped == 0
    assert again.history == whole.history


@pytest.mark.slow
def test_a_training_does_not_go_on_under_another_loss(run, load_batch, tmp_path):
    weighted = replace(TASK, loss=Loss("cross_entropy", (("weights", (1.0, 3.0)),)))
    with pytest.raises(KilledError):
        train_run(TASK, run, load_batch, progress=Killing(8), resume_folder=tmp_path)
    fitted = train_run(
        weighted, run, load_batch, progress=(shown := Recorded()), resume_folder=tmp_path
    )
    assert shown.skipped == 0
    assert len(list(tmp_path.glob("*.fit"))) == 1  # the other's, left alone
    assert fitted.history[0]["loss"] != train_run(TASK, run, load_batch).history[0]["loss"]


@pytest.mark.parametrize(
    "changed",
    [
        {"loss": Loss("cross_entropy", (("weights", (1.0, 3.0)),))},
        {"loss": Loss("cross_entropy", (("merged", (0, 0)),))},
        {"selection_metric": "f1"},
    ],
)
def test_the_hash_of_a_training_holds_what_decides_it(run, load_batch, changed):
    loops = [Loop(task, [run], load_batch, "cpu") for task in (TASK, replace(TASK, **changed))]
    assert loops[0].sha256 != loops[1].sha256


@pytest.mark.parametrize("bf16", [False, True])
def test_a_loss_gets_the_same_kind_of_logits_in_training_and_validation(run, load_batch, bf16):
    """Or class weights, made for the logits of training, would not go with the others."""
    short = replace(run.settings, epochs=1, bf16=bf16)
    training = Loop(TASK, [replace(run, settings=short)], load_batch, "cpu")
    kinds, loss = set(), training.loss

    def recorded(logits, targets):
        kinds.add((logits.dtype, logits.device, targets.dtype, targets.device))
        return loss(logits, targets)

    training.loss = recorded
    training.finish(Recorded(), None)
    cpu = torch.device("cpu")
    assert kinds == {(torch.float32, cpu, torch.int64, cpu)}


def test_the_hash_that_finds_an_interrupted_training_stays(run, load_batch):
    """As it was when settings and shapes were hashed as they stood; renaming must not change it."""
    first = replace(run, train=EXAMPLES, validation=EXAMPLES)
    training = Loop(TASK, [first], load_batch, "cpu")
    facts = [config_on_disk(), settings_on_disk(), EXAMPLES.sha256, EXAMPLES.sha256]
    text = json.dumps(["expertise-2", training.stack.mean.tolist(), [facts]])
    assert training.sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.slow
def test_the_best_epoch_is_kept_and_a_run_stops_when_it_gets_no_better(run, load_batch):
    settings = TrainingSettings(epochs=40, batch_size=8, learning_rate=1e-2, patience=3)
    fitted = train_run(TASK, replace(run, settings=settings), load_batch)
    assert len(fitted.history) == min(fitted.epoch + 3, 40)
    best = max(fitted.history, key=lambda e: (e["accuracy"], -e["validation_loss"]))
    assert fitted.history.index(best) == fitted.epoch - 1
    logits = predict_logits(fitted.head.logits, load_batch, run.validation.windows)
    assert TASK.metrics(logits, run.validation.targets)["accuracy"] == best["accuracy"]


def test_training_shows_its_progress_and_leaves_global_randomness_alone(run, load_batch):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    shown = Recorded()
    fitted = train_run(TASK, run, load_batch, progress=shown)
    assert shown.stages == [("training", 21)]
    epochs, losses = zip(*(detail.split(", loss ") for detail in shown.steps), strict=True)
    assert list(epochs) == [f"epoch {epoch} of 3" for epoch in (1, 2, 3) for _ in range(7)]
    mean = np.mean([float(loss) for loss in losses[:7]])
    assert fitted.history[0]["loss"] == pytest.approx(mean, abs=5e-4)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002


def test_bfloat16_is_near(run, load_batch):
    exact, rounded = (
        train_run(TASK, replace(run, settings=replace(run.settings, bf16=bf16)), load_batch)
        for bf16 in (False, True)
    )
    losses = [[e["validation_loss"] for e in fitted.history] for fitted in (exact, rounded)]
    np.testing.assert_allclose(*losses, rtol=0.05)
    assert losses[0] != losses[1]


def test_only_training_examples_are_trained_on(run, load_batch):
    """Other validation examples choose another epoch, but every epoch is the same."""
    other = replace(run, validation=run.validation.subset(run.validation.targets == 1))
    one, two = train_run(TASK, run, load_batch), train_run(TASK, other, load_batch)
    assert [e["loss"] for e in one.history] == [e["loss"] for e in two.history]


@pytest.mark.parametrize(
    "changed",
    [
        {"epochs": 0},
        {"learning_rate": 0},
        {"weight_decay": -1},
        {"warmup": 2},
        {"patience": 0},
        {"windows_per_step": 1},
        {"windows_per_step": -2},
        {"threads": 0},
    ],
)
def test_settings_that_train_nothing_are_refused(changed):
    with pytest.raises(ValueError):
        replace(SETTINGS, **changed)


def test_the_learning_rate_rises_and_falls_to_zero():
    factors = [learning_rate_factor(step, 100, 0.1) for step in range(101)]
    assert max(factors) == factors[10] == 1
    assert factors[:11] == sorted(factors[:11])
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[100] == pytest.approx(0)
    assert factors[55] == pytest.approx(0.5)
    assert learning_rate_factor(0, 5, 0.0) == 1


def test_windows_are_convolved_once_for_all_their_pairs_unless_told_otherwise(run, load_batch):
    default = replace(run, settings=TrainingSettings(epochs=1))
    assert default.settings.windows_per_step == 4
    loop = Loop(TASK, [default], load_batch, "cpu")
    assert isinstance(loop.stack, PairStack)
    alone = HeadConfig(25, 25, 2)
    assert TrainingRun(alone, TrainingSettings(), EXAMPLES, EXAMPLES).settings.windows_per_step == 0
    assert run.settings.windows_per_step == 0


@pytest.mark.parametrize("seed", range(3))
def test_pairs_that_are_drawn_anew_are_crossed_anew(load_batch, seed):
    """A unit is pairs that were drawn, of four windows at most; no pair is in two."""
    every = all_pairs(LEVELS, np.arange(15))
    drawn = np.random.default_rng(seed).choice(np.unique(every.units), 20, replace=False)
    train = every.subset(np.isin(every.units, drawn))
    settings = TrainingSettings(batch_size=8, seed=seed)
    loop = Loop(TASK, [TrainingRun(CONFIG, settings, train, train)], load_batch, "cpu")
    assert np.array_equal(loop.train.windows, train.windows)
    units = [loop.train.windows[loop.train.units == one] for one in np.unique(loop.train.units)]
    assert max(len(np.unique(one)) for one in units) <= 4
    assert len(units) < 20  # of pairs that share a window some are in one
    for one in units:
        pairs = set(map(tuple, one))
        assert pairs == {(second, first) for first, second in pairs}


@pytest.mark.slow
def test_without_dropout_paired_windows_train_as_plain_pairs_on_the_same_batches():
    levels = np.tile([0, 1, 2], 4)
    load_batch = loader(planted_bank(levels, 20, 32))
    config = HeadConfig(20, 32, 2, inputs=2, width=16, feedforward=8, dropout=0.0)
    train, validation = all_pairs(levels, np.arange(9)), all_pairs(levels, np.arange(9, 12))
    settings = TrainingSettings(
        epochs=2, batch_size=4, learning_rate=3e-3, windows_per_step=4, seed=1
    )
    task = EXPERTISE_TASKS[2]
    fast = train_run(task, TrainingRun(config, settings, train, validation), load_batch)
    units = with_units_of_few_windows(train, 4, 1)
    assert len(np.unique(units.units)) > 4
    plain = train_run(
        task,
        TrainingRun(config, replace(settings, windows_per_step=0), units, validation),
        load_batch,
    )
    for one, other in zip(fast.history, plain.history, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
