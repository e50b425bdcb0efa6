"""The sandbox's own signing for JD against the published vectors."""

import pytest

from joey.sandbox.dialects.jd.signing import is_signed, signature

WAITING = (
    '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1","page_size":"200",'
    '"start_date":null}'
)
JOS_CALL = {
    "360buy_param_json": WAITING, "access_token": "yourtoken", "app_key": "yourappkey",
    "method": "jingdong.pop.order.search", "timestamp": "2021-05-07 09:20:39.683+0800", "v": "2.0",
}  # fmt: skip
ORDER_CALL = {
    "method": "jd.union.open.order.row.query", "app_key": "joeyappkey", "timestamp": "2026-11-22 10:00:00",
    "format": "json", "v": "1.0", "sign_method": "md5",
    "360buy_param_json": '{"orderReq":{"pageIndex":1,"pageSize":200,"type":3,"startTime":"2026-11-22 09:00:00",'
                         '"endTime":"2026-11-22 10:00:00"}}',
}  # fmt: skip
SEARCH_CALL = ORDER_CALL | {
    "method": "jd.union.open.goods.query",
    "360buy_param_json": '{"goodsReqDTO":{"keyword":"保温杯","sceneId":1,"pageIndex":1,"pageSize":20}}',
}
VECTORS = [
    ("J1", "yourappSecret", JOS_CALL, "D70825340F4084360B9362B60DFD7930"),
    ("J2", "joeysecret", ORDER_CALL, "A3E3CB9D4849CF505A32CC70E11B4172"),
    ("J3", "joeysecret", SEARCH_CALL, "4D8161E13D8772734B2C201306893FEF"),
]


@pytest.mark.parametrize(("name", "secret", "call", "expected"), VECTORS)
def test_signatures_equal_the_published_vectors(name: str, secret: str, call: dict[str, str], expected: str) -> None:
    assert signature(secret, call) == expected, name
    assert is_signed(call | {"sign": expected}, secret)


@pytest.mark.parametrize("change", [{"v": "2.0"}, {"extra": "1"}, {"access_token": ""}])
def test_a_signature_fits_exactly_what_was_received(change: dict[str, str]) -> None:
    before, after = signature("joeysecret", SEARCH_CALL), signature("joeysecret", SEARCH_CALL | change)

    # an empty value counts by its name
    assert is_signed(SEARCH_CALL | change | {"sign": after}, "joeysecret")
    assert not is_signed(SEARCH_CALL | change | {"sign": before}, "joeysecret")


def test_a_signature_by_another_secret_or_in_lower_case_does_not_fit() -> None:
    made = signature("joeysecret", SEARCH_CALL)

    assert not is_signed(SEARCH_CALL | {"sign": made}, "another")
    assert not is_signed(SEARCH_CALL | {"sign": made.lower()}, "joeysecret")
    assert not is_signed(SEARCH_CALL, "joeysecret")
