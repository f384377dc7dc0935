from .checkpoint import Probe, load_probe, save_probe
from .fit import fit_all
from .loop import predict
from .settings import FitSettings, Run
from .train import TrainSettings, train_head

__all__ = [
    "FitSettings",
    "Probe",
    "Run",
    "TrainSettings",
    "fit_all",
    "load_probe",
    "predict",
    "save_probe",
    "train_head",
]
