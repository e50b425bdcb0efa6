"""Corruptions of links, positions and leases: of what decides whose an order is before any order is there."""

from tests.cast import DAY, NOW
from tests.mutations.books import FREE, RESTING
from tests.mutations.corruption import Corruption, line, shop

_OF_MEI, _OF_LULU = (f"shop_id = {shop(slug)} AND channel = 'xiaohongshu'" for slug in ("mei", "lulu"))
_MEIS = f"(SELECT id FROM sharing_positionlease WHERE shop_id = {shop('mei')})"
_AT = f"(SELECT clicked_at FROM orders_orderline WHERE id = {line('3101')})"


def _position(key: str) -> str:
    return f"(SELECT id FROM sharing_position WHERE key = '{key}')"


_SAMS = f"(SELECT id FROM sharing_positionlease WHERE position_id = {_position(RESTING)})"

OF_POSITIONS = [
    Corruption(
        "the codes of two shops' links swapped",
        (
            "CREATE TEMPORARY TABLE was ON COMMIT DROP AS SELECT id, code, shop_id, channel FROM sharing_link",
            f"UPDATE sharing_link SET code = 'another' WHERE {_OF_MEI}",
            f"UPDATE sharing_link SET code = (SELECT code FROM was WHERE {_OF_MEI}) WHERE {_OF_LULU}",
            f"UPDATE sharing_link SET code = (SELECT code FROM was WHERE {_OF_LULU}) WHERE {_OF_MEI}",
        ),
        (10,),
        "SELECT id FROM sharing_link",
    ),
    Corruption(
        "a link given to another shop with its listing",
        (
            "CREATE TEMPORARY TABLE was ON COMMIT DROP AS SELECT listing_id, shop_id, channel FROM sharing_link",
            f"DELETE FROM sharing_link WHERE {_OF_LULU}",
            f"UPDATE sharing_link SET (shop_id, listing_id) = (SELECT shop_id, listing_id FROM was WHERE {_OF_LULU})"
            f" WHERE {_OF_MEI}",
        ),
        (10,),
        f"SELECT code FROM sharing_link WHERE {_OF_MEI}",
    ),
    Corruption(
        "a lease invented in the past, and a line that is its shop's then",
        (
            "INSERT INTO sharing_positionlease"
            " (id, position_id, marketplace, shop_id, leased_from, ended_at, until, last_used_at)"
            f" SELECT gen_random_uuid(), {_position(FREE)}, 'taobao', {shop('sam')}, '{NOW - 20 * DAY}',"
            f" '{NOW - 5 * DAY}', '{NOW + 40 * DAY}', '{NOW - 5 * DAY}'",
            f"UPDATE sharing_position SET free_from = '{NOW + 40 * DAY}', was_leased = true WHERE key = '{FREE}'",
            f"UPDATE orders_orderline SET shop_id = {shop('sam')}, suspense = '', failed_evidence = '[]',"
            f" evidence_kind = 'position_at_click', evidence_key = '{FREE}', evidence_at = {_AT}, lease_id ="
            f" (SELECT id FROM sharing_positionlease WHERE position_id = {_position(FREE)}),"
            f" revision = nextval('orders_revision') WHERE id = {line('3101')}",
            "INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
            " SELECT marketplace, external_order, external_line, shop_id FROM orders_orderline"
            f" WHERE id = {line('3101')}",
        ),
        (10,),
        f"SELECT {shop('sam')}",
    ),
    Corruption(
        "the key of a leased position given to a free one",
        (
            f"UPDATE sharing_position SET key = 'another' WHERE key = '{RESTING}'",
            f"UPDATE sharing_position SET key = '{RESTING}' WHERE key = '{FREE}'",
            f"UPDATE sharing_position SET key = '{FREE}' WHERE key = 'another'",
        ),
        (10,),
        f"SELECT {_SAMS}",
    ),
    Corruption(
        "a lease given to another shop, with its history",
        (
            f"UPDATE sharing_leasechange SET shop_id = {shop('lulu')} WHERE lease_id = {_SAMS}",
            f"UPDATE sharing_positionlease SET shop_id = {shop('lulu')} WHERE id = {_SAMS}",
        ),
        (10,),
        f"SELECT {_SAMS}",
    ),
    Corruption(
        "a lease begun earlier, with its history",
        (
            f"UPDATE sharing_leasechange SET leased_from = '{NOW - 90 * DAY}' WHERE lease_id = {_SAMS}",
            f"UPDATE sharing_positionlease SET leased_from = '{NOW - 90 * DAY}' WHERE id = {_SAMS}",
        ),
        (10,),
        f"SELECT {_SAMS}",
    ),
    Corruption(
        "a lease ended past the verb",
        (
            f"UPDATE sharing_positionlease SET ended_at = '{NOW}', until = '{NOW}' WHERE id = {_MEIS}",
            f"UPDATE sharing_position SET free_from = '{NOW}' WHERE id ="
            f" (SELECT position_id FROM sharing_positionlease WHERE id = {_MEIS})",
        ),
        (32,),
        f"SELECT {_MEIS}",
    ),
    Corruption(
        "a position given back to its shop past the verb",
        (
            f"UPDATE sharing_positionlease SET ended_at = NULL, until = NULL WHERE id = {_SAMS}",
            f"UPDATE sharing_position SET free_from = NULL WHERE key = '{RESTING}'",
        ),
        (32,),
        f"SELECT {_SAMS}",
    ),
    Corruption(
        "a position withdrawn past the verb",
        (f"UPDATE sharing_position SET withdrawn_at = '{NOW}' WHERE key = '{FREE}'",),
        (32,),
        f"SELECT '{FREE}'",
    ),
    Corruption(
        "a withdrawn position given to shops again",
        ("UPDATE sharing_position SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL",),
        (32,),
        "SELECT id FROM sharing_position WHERE withdrawn_at IS NOT NULL",
    ),
    Corruption(
        "the rest of a position cut short, so that the next shop gets it",
        (
            f"UPDATE sharing_positionlease SET until = '{NOW}' WHERE id = {_SAMS}",
            f"UPDATE sharing_position SET free_from = '{NOW}' WHERE key = '{RESTING}'",
        ),
        (32,),
        f"SELECT {_SAMS}",
    ),
]
