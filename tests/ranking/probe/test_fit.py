"""Fits against a loop that anyone would write with torch, and against themselves."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from skill import all_pairs, planted_bank, taking
from torch.nn import functional

from ranking.errors import ProbeError
from ranking.network.head import HeadConfig, fit_standard, make_head
from ranking.probe.batches import crossed, epoch_batches
from ranking.probe.fit import fit_all, fit_run
from ranking.probe.loop import Loop, predict, step_seed
from ranking.probe.optimiser import rate_factor
from ranking.probe.settings import FitSettings, Run
from ranking.progress import Progress
from ranking.tasks.expertise import TASKS
from ranking.tasks.task import Examples, Loss

LEVELS = np.tile([0, 1, 2], 5)
CONFIG = HeadConfig(frames=20, dimension=32, classes=2, sides=2, width=16, feedforward=8)
SETTINGS = FitSettings(epochs=3, batch=8, rate=3e-3, seed=1)
SETTINGS_ON_DISK = {
    **{"epochs": 3, "batch": 8, "crossed": 0, "rate": 3e-3, "decay": 1e-2, "warm_up": 0.1},
    **{"patience": 10, "half": False, "seed": 1, "order": None},
}
CONFIG_ON_DISK = {
    **{"frames": 20, "dimension": 32, "classes": 2, "sides": 2, "segments": 30},
    **{"channels": [1, 2, 1], "kernel": 7, "stride": 5, "padding": 1, "width": 16},
    **{"attention_heads": 2, "feedforward": 8, "dropout": 0.1},
}
EXAMPLES = Examples(np.array([[0, 1], [1, 0]]), np.array([0, 1]), np.array([0, 0]))
TASK = TASKS[2]


@pytest.fixture(scope="module")
def take():
    return taking(planted_bank(LEVELS, CONFIG.frames, CONFIG.dimension))


@pytest.fixture(scope="module")
def run():
    train, validation = np.arange(9), np.arange(9, 15)
    return Run(CONFIG, SETTINGS, all_pairs(LEVELS, train), all_pairs(LEVELS, validation))


class Told(Progress):
    """Keeps what it is told: each stage with its total, and the detail of each step."""

    def __init__(self) -> None:
        self.stages, self.skipped, self.steps = [], 0, []

    def start(self, what, total=None, unit=""):
        self.stages.append((what, total))
        return self

    def advance(self, pieces=1, detail=""):
        if detail:
            assert pieces == 1
            self.steps.append(detail)
        else:
            self.skipped += pieces


def by_hand(run: Run, take) -> torch.nn.Module:
    """The last epoch's head: torch's own modules, dropout and AdamW."""
    own = run.settings
    head = make_head(run.config, own.seed)
    fit_standard(head, [take(np.unique(run.train.windows)[:, None])[0]])
    head.train()
    optimiser = torch.optim.AdamW(
        [weight for weight in head.parameters() if weight.requires_grad],
        lr=own.rate,
        weight_decay=own.decay,
    )
    steps = len(epoch_batches(run.train.units, own.batch, 0, 0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: rate_factor(step, own.epochs * steps, own.warm_up)
    )
    step = 0
    for epoch in range(own.epochs):
        for chosen in epoch_batches(run.train.units, own.batch, own.order_seed, epoch):
            segments, mask = take(run.train.windows[chosen])
            x = segments.new_zeros(*mask.shape, *segments.shape[1:])
            x[mask] = segments
            with torch.random.fork_rng():
                torch.manual_seed(step_seed(own.seed, step))
                logits = head(x, mask)
            loss = functional.cross_entropy(logits, torch.from_numpy(run.train.targets[chosen]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
    return head.eval()


def variants(run: Run, count: int, crossed: int = 0) -> list[Run]:
    """Runs that differ in everything that runs of a stack may differ in, and in their order."""
    rng = np.random.default_rng(0)
    return [
        replace(
            run,
            config=replace(run.config, dropout=float(rng.choice([0.0, 0.1, 0.3]))),
            settings=replace(
                run.settings,
                rate=float(10 ** rng.uniform(-3.5, -2.3)),
                decay=float(10 ** rng.uniform(-4, -1)),
                seed=number,
                order=int(rng.integers(3)),
                crossed=crossed,
            ),
        )
        for number in range(count)
    ]


def test_a_fit_is_the_loop_that_anyone_would_write(run, take):
    short = replace(run, settings=replace(run.settings, epochs=1))  # so that no epoch is chosen
    expected = by_hand(short, take).state_dict()
    found = fit_run(TASK, short, take).head.state_dict()
    del found["norms.0.num_batches_tracked"], found["norms.1.num_batches_tracked"]
    for state in (found, expected):  # the keys' bias has no effect: its gradient is rounding
        state["attention.self_attn.in_proj_bias"][CONFIG.width : 2 * CONFIG.width] = 0
    for key, values in found.items():
        torch.testing.assert_close(values, expected[key], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("count", "crossed"), [pytest.param(32, 0, marks=pytest.mark.slow), (4, 0), (4, 6)]
)
def test_stacked_runs_are_separate_ones(run, take, count, crossed):
    runs = variants(run, count, crossed)
    windows = run.validation.windows
    told = Told()
    stacked = fit_all(TASK, runs, take, progress=told)
    assert [what for what, _ in told.stages] == [f"fitting {n} of 3" for n in (1, 2, 3)]  # orders
    for one, fitted in zip(runs, stacked, strict=True):
        alone = fit_run(TASK, one, take)
        assert fitted.epoch == alone.epoch
        logits, expected = (predict(f.head.of_sounding, take, windows) for f in (fitted, alone))
        np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)
        losses, expected = ([e["validation_loss"] for e in f.history] for f in (fitted, alone))
        np.testing.assert_allclose(losses, expected, rtol=0, atol=1e-5)


class Killed(Exception):  # noqa: N818
    """As if the process had ended here."""


class Killing(Told):
    """Ends the process after a step, counted from 1."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last

    def advance(self, pieces=1, detail=""):
        super().advance(pieces, detail)
        if len(self.steps) == self.last:
            raise Killed


def states(fitted):
    return [values for one in fitted for values in one.head.state_dict().values()]


@pytest.mark.parametrize(
    ("place", "crossed"), [((1, 2), 0), ((2, 1), 0), ((3, 3), 0), ((2, 1), 6), ((3, 3), 6)]
)
def test_a_fit_that_was_killed_ends_in_the_same_bytes(run, take, tmp_path, place, crossed):
    runs = [one for one in variants(run, 6, crossed) if one.settings.order == 2]
    assert len(runs) > 1
    told = Told()
    whole = fit_all(TASK, runs, take, progress=told)
    ((_, total),) = told.stages
    steps = total // SETTINGS.epochs
    epoch, step = place
    with pytest.raises(Killed):
        fit_all(TASK, runs, take, progress=Killing((epoch - 1) * steps + step), keep=tmp_path)
    assert len(list(tmp_path.iterdir())) == (epoch > 1)
    resumed = fit_all(TASK, runs, take, progress=(told := Told()), keep=tmp_path)
    assert told.skipped == (epoch - 1) * steps
    assert told.skipped + len(told.steps) == total
    assert told.steps[0].startswith(f"epoch {epoch} of 3, loss ")
    assert all(torch.equal(a, b) for a, b in zip(states(resumed), states(whole), strict=True))
    assert [one.history for one in resumed] == [one.history for one in whole]
    assert not list(tmp_path.iterdir())


def test_what_was_kept_of_another_fit_is_left_alone(run, take, tmp_path):
    for changed in (run, replace(run, settings=replace(run.settings, rate=1e-3))):
        with pytest.raises(Killed):
            fit_run(TASK, changed, take, progress=Killing(8), keep=tmp_path)
    assert len(list(tmp_path.glob("*.fit"))) == 2
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ProbeError, match="cannot be read; remove it to fit anew"):
        fit_run(TASK, run, take, keep=tmp_path)


def test_a_fit_under_another_loss_is_not_gone_on_with(run, take, tmp_path):
    weighted = replace(TASK, loss=Loss("cross_entropy", (("weights", (1.0, 3.0)),)))
    with pytest.raises(Killed):
        fit_run(TASK, run, take, progress=Killing(8), keep=tmp_path)
    fitted = fit_run(weighted, run, take, progress=(told := Told()), keep=tmp_path)
    assert told.skipped == 0
    assert len(list(tmp_path.glob("*.fit"))) == 1  # the other's, left alone
    assert fitted.history[0]["loss"] != fit_run(TASK, run, take).history[0]["loss"]


def test_what_fits_are_found_by_on_disk_stays(run, take):
    """As it was when settings and shapes were hashed as they stood; renaming must not change it."""
    first = replace(run, train=EXAMPLES, validation=EXAMPLES)
    loop = Loop(TASK, [first], take, "cpu")
    facts = [{**CONFIG_ON_DISK}, {**SETTINGS_ON_DISK}, EXAMPLES.digest, EXAMPLES.digest]
    text = json.dumps(["expertise-2", loop.stack.mean.tolist(), [facts]])
    assert loop.digest == hashlib.sha256(text.encode()).hexdigest()


def test_the_best_epoch_is_kept_and_a_run_stops_when_it_gets_no_better(run, take):
    settings = FitSettings(epochs=40, batch=8, rate=1e-2, patience=3)
    fitted = fit_run(TASK, replace(run, settings=settings), take)
    assert len(fitted.history) == min(fitted.epoch + 3, 40)
    best = max(fitted.history, key=lambda e: (e["accuracy"], -e["validation_loss"]))
    assert fitted.history.index(best) == fitted.epoch - 1
    logits = predict(fitted.head.of_sounding, take, run.validation.windows)
    assert TASK.metrics(logits, run.validation.targets)["accuracy"] == best["accuracy"]


def test_a_fit_tells_its_progress_and_leaves_global_randomness_alone(run, take):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    told = Told()
    fitted = fit_run(TASK, run, take, progress=told)
    assert told.stages == [("fitting", 21)]
    epochs, losses = zip(*(detail.split(", loss ") for detail in told.steps), strict=True)
    assert list(epochs) == [f"epoch {epoch} of 3" for epoch in (1, 2, 3) for _ in range(7)]
    mean = np.mean([float(loss) for loss in losses[:7]])
    assert fitted.history[0]["loss"] == pytest.approx(mean, abs=5e-4)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002


def test_half_precision_is_near(run, take):
    exact, half = (
        fit_run(TASK, replace(run, settings=replace(run.settings, half=half)), take)
        for half in (False, True)
    )
    losses = [[e["validation_loss"] for e in fitted.history] for fitted in (exact, half)]
    np.testing.assert_allclose(*losses, rtol=0.05)
    assert losses[0] != losses[1]


def test_only_training_examples_are_learnt_from(run, take):
    """Other validation examples choose another epoch, but every epoch is the same."""
    other = replace(run, validation=run.validation.of(run.validation.targets == 1))
    one, two = fit_run(TASK, run, take), fit_run(TASK, other, take)
    assert [e["loss"] for e in one.history] == [e["loss"] for e in two.history]


@pytest.mark.parametrize(
    "changed",
    [
        {"epochs": 0},
        {"rate": 0},
        {"decay": -1},
        {"warm_up": 2},
        {"patience": 0},
        {"crossed": 1},
        {"crossed": -2},
    ],
)
def test_settings_that_fit_nothing_are_refused(changed):
    with pytest.raises(ValueError):
        replace(SETTINGS, **changed)


def test_the_rate_rises_and_falls_to_nothing():
    factors = [rate_factor(step, 100, 0.1) for step in range(101)]
    assert max(factors) == factors[10] == 1
    assert factors[:11] == sorted(factors[:11])
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[100] == pytest.approx(0)
    assert factors[55] == pytest.approx(0.5)
    assert rate_factor(0, 5, 0.0) == 1


def test_without_dropout_a_crossed_fit_is_a_plain_one_on_the_same_batches():
    levels = np.tile([0, 1, 2], 4)
    take = taking(planted_bank(levels, 20, 32))
    config = HeadConfig(20, 32, 2, sides=2, width=16, feedforward=8, dropout=0.0)
    train, validation = all_pairs(levels, np.arange(9)), all_pairs(levels, np.arange(9, 12))
    settings = FitSettings(epochs=2, batch=4, rate=3e-3, crossed=4, seed=1)
    task = TASKS[2]
    fast = fit_run(task, Run(config, settings, train, validation), take)
    units = crossed(train, 4, 1)
    assert len(np.unique(units.units)) > 4
    plain = fit_run(task, Run(config, replace(settings, crossed=0), units, validation), take)
    for one, other in zip(fast.history, plain.history, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
