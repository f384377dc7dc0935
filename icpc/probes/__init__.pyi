from .evaluate import EvaluationJob, evaluate_probe
from .train import TrainingJob, train_and_save_probe

__all__ = ["EvaluationJob", "TrainingJob", "evaluate_probe", "train_and_save_probe"]
