from .checkpoint import Probe, load_probe, save_probe
from .loop import predict_logits
from .search import SearchSettings, search_and_cross_validate
from .settings import TrainingRun, TrainingSettings
from .train import train_run, train_runs

__all__ = [
    "Probe",
    "SearchSettings",
    "TrainingRun",
    "TrainingSettings",
    "load_probe",
    "predict_logits",
    "save_probe",
    "search_and_cross_validate",
    "train_run",
    "train_runs",
]
