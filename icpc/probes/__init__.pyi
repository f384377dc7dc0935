from .answers import Answers, grade_recordings, techniques_of_recordings
from .evaluate import EvaluationJob, evaluate_probe
from .train import TrainingJob, train_and_save_probe

__all__ = [
    "Answers",
    "EvaluationJob",
    "TrainingJob",
    "evaluate_probe",
    "grade_recordings",
    "techniques_of_recordings",
    "train_and_save_probe",
]
