from .children import SafeContext
from .cluster import Cluster, open_cluster
from .executors import process_executor
from .memory import keep_freed_memory
from .programs import run_module

__all__ = [
    "Cluster",
    "SafeContext",
    "keep_freed_memory",
    "open_cluster",
    "process_executor",
    "run_module",
]
