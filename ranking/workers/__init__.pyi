from .children import SafeContext
from .cluster import Cluster, open_cluster
from .memory import keep_freed_memory
from .programs import run_module

__all__ = ["Cluster", "SafeContext", "keep_freed_memory", "open_cluster", "run_module"]
