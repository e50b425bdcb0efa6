"""`joey positions` against the sandbox: register, list, end with a reason, show; refused where there are none."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.record.queries import events_of
from joey.sharing.lease_position import lease_for
from joey.sharing.models import Position, PositionLease
from tests import cast
from tests.journeys.running import joey
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, sandbox
from tests.slow import slow

__all__ = ["sandbox"]

Positions = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def positions(committed_db: EmbeddedPostgres, sandbox: Sandbox, tmp_path: Path, settings: Settings) -> Positions:
    """The command, connected to every marketplace of the sandbox."""
    accounts = sandbox.get("/control/marketplaces").json()
    settings.JOEY_MARKETPLACES = {"taobao": accounts["taobao"]}
    file = tmp_path / "marketplaces.json"
    file.write_text(json.dumps({code: each for code, each in accounts.items() if code != "bank"}))
    file.chmod(0o600)
    database = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "JOEY_DATA")}
    more = database | {"JOEY_MARKETPLACES": str(file), "JOEY_SANDBOX_URL": sandbox.url, "JOEY_SECRET": "x" * 50}
    return lambda *words: joey("positions", *words, timeout=60, **more)


@pytest.mark.long
def test_an_instance_without_positions_registers_some_at_the_marketplace(positions: Positions) -> None:
    empty, made, listed = positions("list"), positions("register", "3", "--marketplace", "taobao"), positions("list")

    assert "No positions are registered" in empty.stdout
    assert made.returncode == 0, made.stderr
    assert "3 positions registered at taobao; there are 3 now" in made.stdout
    assert "taobao: 0 leased, 0 resting, 3 free (3 never leased)" in listed.stdout
    assert all(re.fullmatch("[0-9]+", key) for key in Position.objects.values_list("key", flat=True))


def test_a_lease_is_ended_with_a_reason_and_its_position_rests(positions: Positions) -> None:
    positions("register", "1", "--marketplace", "taobao")
    lease = lease_for(cast.meis_shop(), "taobao", now=clock.now())

    without, ended, again = (
        positions("end", str(lease.pk)),
        positions("end", str(lease.pk), "--reason", "The shop is gone"),
        positions("end", str(lease.pk), "--reason", "Again"),
    )
    listed, shown = positions("list"), positions("show", lease.position.key)

    assert without.returncode == 2
    assert ended.returncode == 0, ended.stderr
    assert "Its position rests until" in ended.stdout
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "has ended already" in again.stderr
    assert f"{lease.pk}  taobao {lease.position.key}  mei  rests until" in listed.stdout
    assert "open\n" in shown.stdout
    assert "ended" in shown.stdout
    assert PositionLease.objects.get().until is not None
    (event,) = [each for each in events_of([f"lease:{lease.pk}"]) if each.kind == "position.ended"]
    assert event.facts["by"] == "terminal"
    prove()


@pytest.mark.long
def test_a_mistyped_position_is_withdrawn_with_a_reason(positions: Positions) -> None:
    positions("register", "1", "--marketplace", "taobao")
    lease = lease_for(cast.meis_shop(), "taobao", now=clock.now())

    withdrawn = positions("withdraw", lease.position.key, "--reason", "Mistyped")
    again = positions("withdraw", lease.position.key, "--reason", "Mistyped")

    assert withdrawn.returncode == 0, withdrawn.stderr
    assert "no shop gets it any more" in withdrawn.stdout
    assert "is withdrawn already" in again.stderr
    assert "taobao: 0 leased, 0 resting, 0 free (0 never leased), 1 withdrawn" in positions("list").stdout
    assert PositionLease.objects.get().ended_at is not None
    prove()


@pytest.mark.long
def test_keepers_who_accepted_an_invitation_are_positions(
    positions: Positions, sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "marketplaces.json"
    accounts = json.loads(file.read_text())
    accounts["taobao"]["credentials"]["positions"] = "relations"
    file.write_text(json.dumps(accounts))

    shown, taken = (
        positions("invite", "--marketplace", "taobao"),
        positions("register", "--granted", "--marketplace", "taobao"),
    )

    assert shown.returncode == 0, shown.stderr
    assert re.match(
        "https://mos.m.taobao.com/inviter/register.inviterCode=[0-9A-Z]{6}&src=pub&app=common", shown.stdout
    )
    assert taken.returncode == 0, taken.stderr
    assert "20 positions are new at taobao" in taken.stdout
    assert Position.objects.filter(key="relation:2345678901").exists()
    prove()


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("withdraw", "no-such-key", "--reason", "x"), "no such lease or position"),
        slow(("register", "2", "--marketplace", "dangdang"), "has no positions"),
        (("register", "2"), "--marketplace CODE. Connected and with registered positions: jd, pinduoduo, taobao"),
        slow(("register", "2", "--marketplace", "nowhere"), "“nowhere” is known here"),
        slow(("register", "0"), "0 is not in the range"),
        slow(("register",), "Give the number of positions"),
        (("register", "2", "--granted"), "Give the number of positions"),
        slow(("invite", "--marketplace", "taobao"), "does not work by relations"),
        (("register", "--key", "two words", "--marketplace", "taobao"), "cannot be the key of a position"),
        (
            ("register", "--key", "0003000000099", "--marketplace", "jd"),
            "“0003000000099” cannot be the key of a position at JD: that is a number that does not begin with 0",
        ),
        slow(("register", "--key", "abc", "--marketplace", "jd"), "cannot be the key of a position at JD"),
        slow(("register", "--key", "110099", "--marketplace", "pinduoduo"), "that is a pid like 1234567_89012345"),
        slow(("register", "--key", "relation:7", "--marketplace", "taobao"), "that is an ad zone’s number"),
        slow(("end", "no-such-lease", "--reason", "x"), "no such lease"),
        slow(("show", "no-such-key"), "no such lease or position"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    positions: Positions, words: tuple[str, ...], refusal: str
) -> None:
    refused = positions(*words)

    assert refused.returncode != 0
    assert re.search(refusal, refused.stderr), refused.stderr
    assert not Position.objects.exists()
