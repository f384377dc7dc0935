from .capabilities import computation_facts, computes_in_bfloat16
from .memory import BatchLimit, free_bytes
from .precision import full_float32
from .transfer import begin_fetch, to_device

__all__ = [
    "BatchLimit",
    "begin_fetch",
    "computation_facts",
    "computes_in_bfloat16",
    "free_bytes",
    "full_float32",
    "to_device",
]
