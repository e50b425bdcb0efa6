"""Every test about payouts has a bank."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override
from pytest_django import Settings

from tests.payouts.bank import Bank, running_bank


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as bank:
        settings.JOEY_RAILS = bank.settings
        yield bank


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are read in the language that their sources are written in."""
    with override("en"):
        yield
