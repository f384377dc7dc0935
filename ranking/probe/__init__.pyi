from .checkpoint import Probe, load_probe, save_probe
from .loop import predict
from .search import SearchSettings, search_and_test
from .settings import TrainingRun, TrainingSettings
from .train import train_run, train_runs

__all__ = [
    "Probe",
    "SearchSettings",
    "TrainingRun",
    "TrainingSettings",
    "load_probe",
    "predict",
    "save_probe",
    "search_and_test",
    "train_run",
    "train_runs",
]
