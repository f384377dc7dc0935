from .manifest import Manifest, read_manifest
from .metrics import class_metrics, multilabel_metrics
from .registry import TASKS, find_task
from .splits import folds_then_final_manifests, random_split
from .task import Examples, Task

__all__ = [
    "TASKS",
    "Examples",
    "Manifest",
    "Task",
    "class_metrics",
    "find_task",
    "folds_then_final_manifests",
    "multilabel_metrics",
    "random_split",
    "read_manifest",
]
