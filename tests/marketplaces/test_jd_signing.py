"""The published signing vectors of JD's gateway."""

import json

import pytest

from joey.marketplaces.sign_form import sign

PUBLISHED = {
    "360buy_param_json": '{"end_date":null,"optional_fields":null,"order_state":"WAIT_SELLER_STOCK_OUT","page":"1",'
    '"page_size":"200","start_date":null}',
    "access_token": "yourtoken", "app_key": "yourappkey", "method": "jingdong.pop.order.search",
    "timestamp": "2021-05-07 09:20:39.683+0800", "v": "2.0",
}  # fmt: skip
OURS = {
    "app_key": "joeyappkey", "timestamp": "2026-11-22 10:00:00", "format": "json", "v": "1.0", "sign_method": "md5",
}  # fmt: skip
ORDERS = OURS | {
    "method": "jd.union.open.order.row.query",
    "360buy_param_json": '{"orderReq":{"pageIndex":1,"pageSize":200,"type":3,"startTime":"2026-11-22 09:00:00",'
    '"endTime":"2026-11-22 10:00:00"}}',
}  # fmt: skip
GOODS = OURS | {
    "method": "jd.union.open.goods.query",
    "360buy_param_json": '{"goodsReqDTO":{"keyword":"保温杯","sceneId":1,"pageIndex":1,"pageSize":20}}',
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "secret", "expected"),
    [
        (PUBLISHED, "yourappSecret", "D70825340F4084360B9362B60DFD7930"),
        (ORDERS, "joeysecret", "A3E3CB9D4849CF505A32CC70E11B4172"),
        (GOODS, "joeysecret", "4D8161E13D8772734B2C201306893FEF"),
    ],
    ids=["J1", "J2", "J3"],
)
def test_signature_is_the_published_one(parameters: dict[str, str], secret: str, expected: str) -> None:
    assert sign(parameters, secret, "md5") == expected


def test_the_text_that_is_signed_is_the_text_that_is_sent() -> None:
    spaced = GOODS | {"360buy_param_json": json.dumps(json.loads(GOODS["360buy_param_json"]), ensure_ascii=False)}

    assert sign(spaced, "joeysecret", "md5") != sign(GOODS, "joeysecret", "md5")
