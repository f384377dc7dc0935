"""What a device can do: whether it computes in bfloat16, and what the bytes of a result depend on.

Conventions
-----------
Flags alone say whether a device has instructions for bfloat16: a trial of both would choose now
one, now the other. A GPU has them from compute capability 8.0 on [1]_, an x86 CPU where it names
``avx512_bf16`` or ``amx_bf16``. Without them bfloat16 is emulated, several times slower than
float32.

Sums of floating-point numbers round otherwise in another order. On a CPU the order follows from the
version of torch, the instructions that it uses (the CPU's *capability*, such as AVX2 or AVX512) and
the number of threads. Equal bytes are promised where all of these and the precision are equal;
across them, and on a GPU, results are equal to rounding.

References
----------
.. [1] NVIDIA, "CUDA C++ programming guide", compute capability 8.x.
"""

import platform
from pathlib import Path

import torch

BFLOAT16_FLAGS = ("avx512_bf16", "amx_bf16")
CPU_INFO = Path("/proc/cpuinfo")
MIN_COMPUTE_CAPABILITY = 8


def computes_in_bfloat16(device: str | torch.device) -> bool:
    """Whether a device has instructions for products in bfloat16."""
    own = torch.device(device)
    if own.type == "cuda":
        return torch.cuda.get_device_capability(own)[0] >= MIN_COMPUTE_CAPABILITY
    return own.type == "cpu" and any(flag in _cpu_flags() for flag in BFLOAT16_FLAGS)


def computation_facts(device: str | torch.device) -> dict[str, str | int]:
    """Return what the bytes of a result on a device depend on, beside input and precision.

    ``device`` is its class, cpu or cuda; ``torch`` the version; ``cpu_capability`` the instructions
    that torch uses; ``threads`` how many compute together; ``gpu`` the name of a GPU.
    """
    own = torch.device(device)
    facts: dict[str, str | int] = {
        "device": own.type,
        "torch": torch.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
    if own.type == "cuda":
        facts["gpu"] = torch.cuda.get_device_name(own)
    return facts


def cpu_name() -> str:
    """Return the name of the CPU, as far as the system tells it."""
    return _cpu_info("model name") or platform.processor() or platform.machine()


def _cpu_flags() -> set[str]:
    """Names of what the CPU can do; only Linux says it to a torch that does not."""
    known = getattr(torch.cpu, "get_capabilities", None)
    if known is not None:
        return {name for name, has in known().items() if has is True}
    return set(_cpu_info("flags").split())


def _cpu_info(name: str) -> str:
    """What Linux says of the first CPU under a name; empty where it says nothing."""
    try:
        lines = CPU_INFO.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
