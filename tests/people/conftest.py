"""Every test about people has a message gateway."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override
from pytest_django import Settings

from tests.people.outbox import Outbox, running_outbox


@pytest.fixture
def outbox(settings: Settings) -> Iterator[Outbox]:
    with running_outbox() as outbox:
        settings.NOTICE_URL = outbox.url
        yield outbox


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are read in the language that their sources are written in."""
    with override("en"):
        yield
