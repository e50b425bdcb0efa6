"""Each rule about positions and links is broken once, and `joey prove` names the offender.

The app role is refused earlier.
"""

import psycopg
import pytest

from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.sharing.end_lease import end_lease
from joey.sharing.make_link import make_link
from joey.sharing.models import LeaseChange, PositionLease
from joey.sharing.prove import CHECKS
from tests.cast import DAY, NOW, flask, leased, listed, lulus_shop, meis_shop, report
from tests.orders.polled import take_order_reports
from tests.proof import prove

LULU = "(SELECT id FROM shops_shop WHERE slug = 'lulu')"
GIVEN_AWAY = "10. Each lease is of the shop and on the position for which it was opened"
MADE = "10. Each link has the code, shop, listing and channel with which it was made"
FREE = "32. A position is free exactly when no lease is open, and not before the last one has rested"
OVERLAP = "32. Leases of one position do not overlap"
ENDED = "32. Each lease ends when its openings and endings say, and none was used in the future"
EVIDENCE = "10. The evidence that decided an order line is the earliest in its reports that names its shop"
MOVED = f"UPDATE orders_orderline SET shop_id = {LULU}; UPDATE orders_orderclaim SET shop_id = {LULU}"

BREAKS = {
    "a lease given to another shop": (GIVEN_AWAY, f"UPDATE sharing_positionlease SET shop_id = {LULU}"),
    "a lease given to another shop with all its lines": (
        GIVEN_AWAY,
        f"UPDATE sharing_positionlease SET shop_id = {LULU}; {MOVED}",
    ),
    "the codes of two shops' links swapped": (
        MADE,
        "ALTER TABLE sharing_link DROP CONSTRAINT sharing_link_code_key;"
        " UPDATE sharing_link SET code = (SELECT code FROM sharing_link other"
        " WHERE other.shop_id <> sharing_link.shop_id AND other.channel = sharing_link.channel)",
    ),
    "a link of another channel": (MADE, "UPDATE sharing_link SET channel = 'sms' WHERE channel = 'wechat'"),
    "a link that was never made": (MADE, "DELETE FROM record_event WHERE kind = 'link.made'"),
    "a lease begun earlier": (
        GIVEN_AWAY,
        "UPDATE sharing_positionlease SET leased_from = leased_from - interval '9 days'",
    ),
    "a lease without its opening": (GIVEN_AWAY, "DELETE FROM sharing_leasechange"),
    "a line moved to another shop everywhere": (EVIDENCE, MOVED),
    "a leased position marked free": (FREE, "UPDATE sharing_position SET free_from = now()"),
    "a free position marked leased": (
        FREE,
        "INSERT INTO sharing_position (marketplace, key, free_from) VALUES ('taobao', 'made up', NULL)",
    ),
    "an end that no one noted": (
        ENDED,
        "UPDATE sharing_positionlease SET ended_at = now(), until = now() + interval '45 days';"
        " UPDATE sharing_position SET free_from = now() + interval '45 days'",
    ),
    "two shops on one position": (
        OVERLAP,
        "UPDATE sharing_positionlease SET ended_at = now(), until = now();"
        " INSERT INTO sharing_positionlease"
        " (id, position_id, marketplace, shop_id, leased_from, last_used_at, is_reuse)"
        f" SELECT gen_random_uuid(), position_id, marketplace, {LULU}, leased_from, now(), true"
        " FROM sharing_positionlease",
    ),
    "a re-used position that does not say so": (
        "10. A lease of a position that another shop had before says so",
        "UPDATE sharing_positionlease SET ended_at = now(), until = now();"
        " INSERT INTO sharing_positionlease (id, position_id, marketplace, shop_id, leased_from, last_used_at)"
        f" SELECT gen_random_uuid(), position_id, marketplace, {LULU}, now(), now() FROM sharing_positionlease",
    ),
}


@pytest.fixture
def stage(committed_db: EmbeddedPostgres) -> EmbeddedPostgres:
    """Mei's leased position and an order through it."""
    lulus_shop()
    leased(meis_shop())
    for shop in (meis_shop(), lulus_shop()):
        make_link(shop, listing_id=listed(shop, flask()).pk, channel="wechat", now=NOW)
    take_order_reports("taobao", [report()], now=NOW)
    return committed_db


def test_each_break_is_noticed_by_its_rule(stage: EmbeddedPostgres) -> None:
    prove()

    unnoticed = [name for name, (rule, broken) in BREAKS.items() if not noticed(stage, rule, broken)]

    assert unnoticed == []
    prove()  # nothing of it stayed


def noticed(postgres: EmbeddedPostgres, rule: str, broken: str) -> bool:
    """Whether the rule names an offender, with the owner's triggers off while it is broken."""
    query = next(check.query for check in all_checks() if check.rule == rule)
    with psycopg.connect(postgres.urls.owner) as owner, owner.transaction(force_rollback=True):
        for table in (
            "sharing_link", "sharing_positionlease", "sharing_leasechange", "orders_orderclaim", "record_event",
        ):  # fmt: skip
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(broken)
        return owner.execute(query).fetchone() is not None


@pytest.mark.parametrize(
    "forbidden",
    [
        f"UPDATE sharing_positionlease SET shop_id = {LULU}",
        "UPDATE sharing_positionlease SET leased_from = now()",
        "UPDATE sharing_positionlease SET is_reuse = true",
        "DELETE FROM sharing_positionlease",
        "UPDATE sharing_leasechange SET until = now()",
        "DELETE FROM sharing_leasechange",
        "INSERT INTO sharing_leasechange (lease_id, position_id, shop_id, leased_from)"
        " SELECT id, position_id, shop_id, leased_from FROM sharing_positionlease",
        "UPDATE sharing_position SET key = 'another'",
        "DELETE FROM sharing_position",
        "UPDATE sharing_trackedurl SET made_at = now()",
        "UPDATE sharing_link SET code = 'another'",
        f"UPDATE sharing_link SET shop_id = {LULU}",
        "DELETE FROM sharing_link",
    ],
)
def test_the_app_role_can_neither_move_a_lease_or_link_nor_write_history(
    stage: EmbeddedPostgres, forbidden: str
) -> None:
    with psycopg.connect(stage.urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(forbidden)


def test_the_database_notes_each_change_of_a_lease(stage: EmbeddedPostgres) -> None:
    end_lease(PositionLease.objects.get(), reason="Idle", now=NOW)
    sql.execute("UPDATE sharing_positionlease SET last_used_at = now()")

    assert list(LeaseChange.objects.order_by("id").values_list("ended_at", "until")) == [
        (None, None),
        (NOW, NOW + 45 * DAY),
    ]
    assert [check.rule for check in CHECKS if check.first_offender()] == []
