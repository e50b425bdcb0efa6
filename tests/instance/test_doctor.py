"""What `joey doctor` says of the partitions that the worker makes ahead."""

import pytest

from joey.instance import doctor


@pytest.mark.parametrize(("days", "good"), [(15, True), (3, True), (2, False), (0, False)])
def test_too_few_days_of_partitions_are_named(days: int, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.kit.partitions.days_left", lambda: {"record_event": 15, "sharing_click": days})

    [diagnosis] = doctor._partitions()

    assert diagnosis.good == good
    assert ("sharing_click" in diagnosis.text) != good
