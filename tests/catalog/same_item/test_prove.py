"""Each rule about the same item is broken once, and `joey prove` notices."""

import pytest

from joey.catalog import prove as catalog
from joey.catalog.models import Offer
from joey.kit import sql
from tests.catalog.same_item.offers import BARCODE, KEYBOARD, at, take
from tests.proof import prove

pytestmark = pytest.mark.usefixtures("committed_db")

BREAKS = {
    "A pair that is the same item is so from both sides, on one evidence that suffices": (
        "UPDATE catalog_alike SET is_same = false WHERE marketplace = 'jd'",
        "UPDATE catalog_alike SET evidence = 'words'",
        "DELETE FROM catalog_alike WHERE marketplace = 'jd'",
    ),
    "An offer is the same item as at most one of another marketplace, and no rival is better": (
        "UPDATE catalog_alike SET score = score + 20000, evidence = 'model' WHERE NOT is_same",
    ),
    "Alike pairs match the offers as compared: one barcode, and none of a withdrawn offer": (
        "UPDATE catalog_offer SET gtin = '06901234567892' WHERE marketplace = 'jd'",
        "UPDATE catalog_offer SET withdrawn_at = now() WHERE marketplace = 'jd'",
    ),
    "As many tokens are counted as the counted offers have": (
        "UPDATE catalog_sametoken SET offers = offers + 1 WHERE token = 0",
        "DELETE FROM catalog_samecount WHERE offer_id = (SELECT offer_id FROM catalog_samecount LIMIT 1)",
    ),
}


@pytest.mark.parametrize(("rule", "broken"), [(rule, each) for rule, breaks in BREAKS.items() for each in breaks])
def test_a_break_is_noticed(rule: str, broken: str) -> None:
    check = next(check for check in catalog.CHECKS if check.rule == rule)
    take(at("taobao", gtin=BARCODE), at("jd", gtin=BARCODE), at("jd", name="rival", title=f"{KEYBOARD} 红"))
    prove()

    assert sql.execute(broken) > 0

    assert check.first_offender() is not None
    assert Offer.objects.count() == 3
