"""Whether a device computes in bfloat16 is read from flags, never tried."""

import pytest
import torch

from ranking.devices import capabilities
from ranking.devices.capabilities import computation_facts, computes_in_bfloat16

CPU_INFO = "processor\t: 0\nflags\t\t: fpu avx512f {}\nbugs\t\t: spectre\n"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"architecture": "aarch64"}, False),
    ],
)
def test_a_cpu_by_what_torch_says_of_it(monkeypatch, flags, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags, raising=False)
    assert computes_in_bfloat16("cpu") is expected


@pytest.mark.parametrize(
    ("flag", "expected"), [("avx512_bf16", True), ("amx_bf16", True), ("avx512_vnni", False)]
)
def test_a_cpu_by_what_linux_says_of_it_where_torch_is_silent(
    monkeypatch, tmp_path, flag, expected
):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    monkeypatch.setattr(capabilities, "CPU_INFO", tmp_path / "cpuinfo")
    assert computes_in_bfloat16("cpu") is False  # no such file
    (tmp_path / "cpuinfo").write_text(CPU_INFO.format(flag))
    assert computes_in_bfloat16("cpu") is expected


@pytest.mark.parametrize(
    ("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)]
)
def test_a_gpu_by_its_compute_capability(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert computes_in_bfloat16("cuda:1") is expected


def test_facts_name_all_that_equal_bytes_need(monkeypatch):
    facts = computation_facts("cpu")
    assert facts == {
        "device": "cpu",
        "torch": torch.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H200")
    assert computation_facts("cuda:0") == facts | {"device": "cuda", "gpu": "NVIDIA H200"}
