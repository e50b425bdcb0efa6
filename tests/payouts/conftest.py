"""Every test about payouts has a bank."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.payouts.bank import Bank, running_bank


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as bank:
        settings.JOEY_MARKETPLACES = bank.settings
        yield bank
