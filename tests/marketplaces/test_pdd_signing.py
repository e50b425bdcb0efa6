"""The published signing vectors of Pinduoduo's gateway, and what two independent clients make of the same rule."""

import pytest

from joey.marketplaces.sign_form import sign

PUBLISHED = {
    "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211", "client_id": "1", "data_type": "XML", "order_status": "1",
    "page": "1", "page_size": "10", "timestamp": "1480411125", "type": "pdd.order.number.list.get",
}  # fmt: skip
OURS = {"client_id": "joeyclient", "timestamp": "1795312800", "data_type": "JSON", "version": "V1"}
ORDERS = OURS | {
    "type": "pdd.ddk.order.list.increment.get", "start_update_time": "1795309200", "end_update_time": "1795312800",
    "page": "1", "page_size": "50",
}  # fmt: skip
LINK = OURS | {
    "type": "pdd.ddk.goods.promotion.url.generate", "p_id": "1000001_200000001",
    "goods_sign_list": '["c9r2omogKFFAc7WBwvbZU1ikIb16_J3CTa8HNN"]',
    "custom_parameters": '{"uid":"shop42","sid":"店7"}', "generate_short_url": "true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "secret", "expected"),
    [
        (PUBLISHED, "testSecret", "E4DE3ED21002510DED352819E7AE6775"),
        (ORDERS, "joeysecret", "1B5B0B652AFF8CD8C3306FFD0640B33F"),
        (LINK, "joeysecret", "32FEDC3994F357AEF79606CCD245BECE"),
    ],
    ids=["P1", "P2", "P3"],
)
def test_signature_is_the_known_one(parameters: dict[str, str], secret: str, expected: str) -> None:
    assert sign(parameters, secret, "md5") == expected
