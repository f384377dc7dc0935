from .children import SafeContext
from .programs import run_module

__all__ = ["SafeContext", "run_module"]
