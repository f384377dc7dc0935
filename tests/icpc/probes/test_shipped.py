"""The probe that ships says how good it is, and its card says the same."""

from icpc.probes.answers import SHIPPED
from ranking.probe.checkpoint import load_probe

CARD = (SHIPPED / "README.md").read_text(encoding="utf-8")


def test_the_card_and_the_remark_say_what_the_record_says():
    record = load_probe(SHIPPED / "difficulty.safetensors").record
    found = [100 * record.results[name] for name in ("test_acc0", "test_low", "test_high")]
    value, low, high = found
    assert f"| Basic Pitch, which ships | {value:.1f} ({low:.1f}–{high:.1f}) |" in CARD
    assert f"right in {value:.0f} % (95 % interval {low:.0f} to {high:.0f})" in record.remark
    assert low < 100 / 3 < high
    assert "from which it cannot be told" in record.remark
    assert "its notes a second alone in 55 %. It is not shown to tell more" in record.remark


def test_it_is_small_and_lies_beside_its_record():
    files = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}
    assert set(files) == {"README.md", "difficulty.json", "difficulty.safetensors"}
    assert sum(files.values()) < 1_000_000
