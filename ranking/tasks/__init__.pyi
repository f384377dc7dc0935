from .manifest import Manifest, read_manifest
from .metrics import class_metrics, multilabel_metrics
from .registry import TASKS, find_task
from .splits import cross_validation_manifests, random_split
from .task import Examples, Task

__all__ = [
    "TASKS",
    "Examples",
    "Manifest",
    "Task",
    "class_metrics",
    "cross_validation_manifests",
    "find_task",
    "multilabel_metrics",
    "random_split",
    "read_manifest",
]
