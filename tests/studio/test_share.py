"""What a shopkeeper reads where a link is made."""

import pytest

from tests.cast import listed, mei, meis_shop
from tests.storefront.goods import fresh_flask
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

WARNING = "does not lock rates: it pays 5.5% now"


def test_before_sharing_a_keeper_reads_that_the_rate_may_be_lower_by_the_time_of_the_order() -> None:
    earning = listed(meis_shop(), fresh_flask(commission_ppm=55_000))
    nothing = listed(meis_shop(), fresh_flask(identity="no-commission", external_id="no-commission", commission_ppm=0))

    pages = [signed_in(mei()).get(f"/studio/mei/share/{each.id}").content.decode() for each in (earning, nothing)]

    assert [WARNING in page for page in pages] == [True, False]
