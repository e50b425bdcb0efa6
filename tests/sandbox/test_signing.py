"""The sandbox's own signing against the published vectors."""

import pytest

from joey.sandbox.dialects.taobao.signing import is_signed, signature, text_to_sign

SECRET = "helloworld"
SELLER_CALL = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
ORDER_CALL = {
    "method": "taobao.tbk.order.details.get",
    "app_key": "12345678",
    "timestamp": "2026-11-22 10:00:00",
    "format": "json",
    "v": "2.0",
    "query_type": "4",
    "start_time": "2026-11-22 09:00:00",
    "end_time": "2026-11-22 09:20:00",
    "page_no": "1",
    "page_size": "100",
    "order_scene": "2",
    "tk_status": "12",
}
SEARCH_CALL = {
    "method": "taobao.tbk.dg.material.optional.upgrade",
    "app_key": "12345678",
    "timestamp": "2026-11-22 10:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "q": "保温杯 316",
    "adzone_id": "110000000001",
    "page_no": "1",
    "page_size": "20",
}
VECTORS = [
    ("T1", "md5", SELLER_CALL, "66987CB115214E59E6EC978214934FB8"),
    ("T2", "hmac", SELLER_CALL, "D56D7858309C31B6251083A874D48273"),
    ("T3", "hmac-sha256", SELLER_CALL, "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ("T4", "md5", ORDER_CALL, "D4FC9439C91CC66D7345D7A629496733"),
    ("T4", "hmac-sha256", ORDER_CALL, "B31611FDE0397A19DB28F619BADC66F4D7F311DDDBE29D0B345C563B1035ACCD"),
    ("T5", "md5", SEARCH_CALL, "55E9F5CB71FE2E3059E6EB0ECACA54B4"),
]


@pytest.mark.parametrize(("name", "sign_method", "call", "expected"), VECTORS)
def test_signatures_equal_the_published_vectors(
    name: str, sign_method: str, call: dict[str, str], expected: str
) -> None:
    text = text_to_sign(call | {"sign_method": sign_method}, with_empty=True)

    assert signature(SECRET, sign_method, text) == expected, name


def test_a_signature_fits_with_and_without_empty_values() -> None:
    call = SEARCH_CALL | {"cat": ""}
    with_empty = signature(SECRET, "md5", text_to_sign(call, with_empty=True))
    without = signature(SECRET, "md5", text_to_sign(call, with_empty=False))

    assert with_empty != without
    assert is_signed(call | {"sign": with_empty}, SECRET)
    assert is_signed(call | {"sign": without}, SECRET)


@pytest.mark.parametrize("change", [{"q": "保温杯 304"}, {"page_no": "2"}, {"extra": "1"}])
def test_a_signature_does_not_fit_changed_parameters(change: dict[str, str]) -> None:
    sign = signature(SECRET, "md5", text_to_sign(SEARCH_CALL, with_empty=True))

    assert not is_signed(SEARCH_CALL | change | {"sign": sign}, SECRET)


def test_a_signature_by_another_secret_or_in_lower_case_does_not_fit() -> None:
    sign = signature(SECRET, "md5", text_to_sign(SEARCH_CALL, with_empty=True))

    assert not is_signed(SEARCH_CALL | {"sign": sign}, "another")
    assert not is_signed(SEARCH_CALL | {"sign": sign.lower()}, SECRET)
