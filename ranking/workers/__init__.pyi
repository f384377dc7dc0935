from .children import SafeContext
from .memory import keep_freed_memory
from .programs import run_module

__all__ = ["SafeContext", "keep_freed_memory", "run_module"]
