"""What `joey doctor` says of the partitions of each day."""

import pytest

from joey.instance import doctor


@pytest.mark.parametrize(("days", "good"), [(15, True), (3, True), (2, False), (0, False)])
def test_too_few_days_of_partitions_are_named(days: int, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.kit.partitions.days_left", lambda: {"record_event": 15, "sharing_click": days})

    [diagnosis] = doctor._partitions()

    assert diagnosis.good == good
    assert ("sharing_click" in diagnosis.text) != good


@pytest.mark.parametrize(("taken", "good"), [(15_360, True), (15_361, False)])
def test_days_that_take_more_than_half_of_the_locks_are_named(
    taken: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("joey.kit.partitions.locks_of_all_days", lambda: (taken, 30_720))

    [diagnosis] = doctor._locks()

    assert diagnosis.good == good
    assert ("max_locks_per_transaction" in diagnosis.text) != good
