"""Votes at an address go on on another machine, and damage there is computed again."""

import numpy as np
import pytest

from ranking.judging.vote_log import open_vote_log
from ranking.storage.addresses import StoreAddress
from ranking.storage.objects import open_storage

RECORDS = [np.arange(n, dtype="<f4") for n in (3, 1, 4)]
FACTS = {"of": "these"}


@pytest.fixture
def machines(tmp_path):
    """Storages of two machines at an address."""
    url = f"memory://{tmp_path.name}"
    return [open_storage(StoreAddress(url, tmp_path / name)) for name in ("one", "other")]


def opened(storage):
    return open_vote_log(storage.folder / "votes", FACTS, list(map(len, RECORDS)), storage)


def test_a_log_that_was_interrupted_goes_on_elsewhere(machines):
    one, other = machines
    with pytest.raises(KeyboardInterrupt), opened(one) as log:
        log.append(RECORDS[0])
        raise KeyboardInterrupt
    with opened(other) as log:
        np.testing.assert_array_equal(log.records, [RECORDS[0]])
        for record in RECORDS[1:]:
            log.append(record)
    with opened(one) as log:
        for found, own in zip(log.records, RECORDS, strict=True):
            np.testing.assert_array_equal(found, own)


def test_a_folder_has_the_same_bytes(machines, tmp_path):
    for folder, storage in ((tmp_path / "alone", None), (machines[0].folder / "v", machines[0])):
        with open_vote_log(folder, FACTS, list(map(len, RECORDS)), storage) as log:
            for record in RECORDS:
                log.append(record)
    (own,) = (tmp_path / "alone").iterdir()
    (name,) = machines[1].names()
    assert machines[1].fetch(name).read_bytes() == own.read_bytes()


def test_damage_at_the_address_is_computed_again_and_replaced(machines):
    one, other = machines
    with opened(one) as log:
        for record in RECORDS:
            log.append(record)
    (name,) = one.names()
    whole = one.fetch(name).read_bytes()
    (one.folder / name).write_bytes(whole[:18] + b"?" + whole[19:])
    one.publish(name)
    with opened(other) as log:
        assert log.damaged
        for record in RECORDS[len(log.records) :]:
            log.append(record)
    assert one.fetch(name, fresh=True).read_bytes() == whole
