"""Times in the terminal: in UTC, and with the zone beside them, whatever zone the pages have."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

import joey.cli
from joey.cli.cli import main
from joey.kit.clock import now
from joey.kit.utc_text import utc_text
from joey.orders.models import LostOrder
from joey.orders.request_lost_order import request_lost_order
from tests.cast import DAY, ada, leased, meis_shop
from tests.studio.conftest import TAOBAO

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")


def test_the_answer_to_a_lost_order_has_its_times_in_utc_as_the_list_has(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO}}
    settings.JOEY_ZONE = "Asia/Shanghai"
    leased(meis_shop())
    lost = request_lost_order(meis_shop(), marketplace="taobao", number="1001", ordered_at=now() - DAY, now=now())

    said = CliRunner().invoke(main, ["lines", "ask-lost", str(lost.pk), "--by", ada().contact])
    listed = CliRunner().invoke(main, ["lines", "lost"])

    due = utc_text(LostOrder.objects.get().answer_by)
    assert f"You have an answer by {due}, or later" in said.stdout, said.output
    assert f"answer due until {due}" in listed.stdout


def test_no_command_writes_a_time_in_a_way_of_its_own() -> None:
    files = Path(joey.cli.__file__).parent.rglob("*.py")

    assert not [file.name for file in files if re.search(r"%H|\.isoformat\(|strftime", file.read_text("utf-8"))]
