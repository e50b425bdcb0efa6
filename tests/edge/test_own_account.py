"""A visitor goes on by the keeper's own account from the moment it is connected, and until it is removed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.models import OwnAccount
from joey.sharing.models import OutboundClick, PositionLease
from tests.at_once import outcomes
from tests.cast import lulu, lulus_shop, mei, meis_shop
from tests.edge.server import Server, server
from tests.journeys.running import until
from tests.sandbox.conftest import Sandbox, sandbox
from tests.studio.own_account import Union, connect, remove, union_of
from tests.studio.test_studio import signed_in

__all__ = ["sandbox"]


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key")


@pytest.fixture(scope="module")
def served(django_db_setup: None, sandbox: Sandbox, key_folder: Path) -> Iterator[Server]:
    file = key_folder / "marketplaces.json"
    file.write_text(json.dumps({"jd": sandbox.get("/control/marketplaces").json()["jd"]}))
    file.chmod(0o600)
    with server(
        JOEY_MARKETPLACES=str(file), JOEY_SANDBOX_URL=sandbox.url,
        JOEY_OWN_ACCOUNTS_KEY=str(key_folder / "own-accounts.key"),
    ) as running:  # fmt: skip
        yield running


@pytest.fixture
def union(committed_db: EmbeddedPostgres, sandbox: Sandbox, settings: Settings, key_folder: Path) -> Union:
    return union_of(sandbox, settings, key_folder)


def test_visitors_go_on_by_the_account_within_seconds_and_by_the_operators_again_once_it_is_removed(
    union: Union, served: Server
) -> None:
    client = signed_in(mei())
    link = union.own_link(meis_shop())

    def goes_to() -> str:
        answer = served.get(f"/go/{link.code}")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    operators = goes_to()
    connect(client, "mei", union.accounts[0])
    until(lambda: goes_to() != operators, "the link leads by the keeper's account", seconds=20)
    own = goes_to()
    page = served.get(f"/s/mei/{link.listing_id}", accept_language="en").text
    assert "JD pays the keeper itself" in page
    assert OutboundClick.objects.latest("id").lease_id == PositionLease.objects.get(ended_at=None).pk
    assert PositionLease.objects.get(ended_at=None).marketplace == OwnAccount.objects.get().code

    remove(client, "mei")
    until(lambda: goes_to() == operators, "it leads by the operator's again", seconds=20)
    assert own != operators
    assert PositionLease.objects.get(ended_at=None).marketplace == "jd"


def test_of_two_shops_that_connect_one_account_at_once_one_gets_it(union: Union) -> None:
    meis_shop(), lulus_shop()
    mine, hers = signed_in(mei()), signed_in(lulu())

    answers = outcomes(
        lambda: connect(mine, "mei", union.accounts[0]).status_code,
        lambda: connect(hers, "lulu", union.accounts[0]).status_code,
    )

    assert sorted(map(str, answers)) == ["302", "409"]
    assert OwnAccount.objects.count() == 1
    assert PositionLease.objects.filter(ended_at=None).count() == 1


def test_of_two_forms_of_one_shop_that_are_sent_at_once_both_name_one_account(union: Union) -> None:
    meis_shop()
    forms = signed_in(mei()), signed_in(mei())

    answers = outcomes(*(lambda form=form: connect(form, "mei", union.accounts[0]).status_code for form in forms))

    assert answers == [302, 302]
    assert OwnAccount.objects.count() == 1
    assert PositionLease.objects.filter(ended_at=None).count() == 1
