"""The proof that other tests end with fails on the first broken rule, also when its statement was prepared before."""

import pytest

from joey.kit import sql
from tests.payouts.stage import ready_shop
from tests.proof import prove


@pytest.mark.django_db
def test_a_broken_rule_is_named_with_its_offender() -> None:
    shop = ready_shop()
    prove()
    sql.execute("UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE book_id = %s", [shop.pk])

    with pytest.raises(AssertionError, match=r'^1\. Each book is zero.+"off_by": '):
        prove()
