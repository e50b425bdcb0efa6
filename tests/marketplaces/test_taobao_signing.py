"""The published signing vectors of the TOP gateway."""

import pytest

from joey.marketplaces.sign_form import SignMethod, sign

SECRET = "helloworld"
SELLER = {
    "method": "taobao.item.seller.get", "app_key": "12345678", "session": "test", "timestamp": "2016-01-01 12:00:00",
    "format": "json", "v": "2.0", "fields": "num_iid,title,nick,price,num", "num_iid": "11223344",
}  # fmt: skip
ORDERS = {
    "method": "taobao.tbk.order.details.get", "app_key": "12345678", "timestamp": "2026-11-22 10:00:00",
    "format": "json", "v": "2.0", "query_type": "4", "start_time": "2026-11-22 09:00:00",
    "end_time": "2026-11-22 09:20:00", "page_no": "1", "page_size": "100", "order_scene": "2", "tk_status": "12",
}  # fmt: skip
CHINESE = {
    "method": "taobao.tbk.dg.material.optional.upgrade", "app_key": "12345678", "timestamp": "2026-11-22 10:00:00",
    "format": "json", "v": "2.0", "q": "保温杯 316", "adzone_id": "110000000001", "page_no": "1", "page_size": "20",
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "method", "expected"),
    [
        (SELLER, "md5", "66987CB115214E59E6EC978214934FB8"),
        (SELLER, "hmac", "D56D7858309C31B6251083A874D48273"),
        (SELLER, "hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
        (ORDERS, "md5", "D4FC9439C91CC66D7345D7A629496733"),
        (ORDERS, "hmac-sha256", "B31611FDE0397A19DB28F619BADC66F4D7F311DDDBE29D0B345C563B1035ACCD"),
        (CHINESE, "md5", "55E9F5CB71FE2E3059E6EB0ECACA54B4"),
    ],
    ids=["T1", "T2", "T3", "T4-md5", "T4-sha256", "T5"],
)
def test_signature_is_the_published_one(parameters: dict[str, str], method: SignMethod, expected: str) -> None:
    assert sign(parameters | {"sign_method": method}, SECRET, method) == expected


def test_order_of_parameters_and_an_earlier_sign_do_not_matter() -> None:
    backwards = dict(reversed(ORDERS.items())) | {"sign": "OLD"}

    assert sign(backwards, SECRET, "md5") == sign(ORDERS, SECRET, "md5")
