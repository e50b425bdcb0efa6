"""The signing of the simulated Pinduoduo against the published vectors."""

import pytest

from joey.sandbox.dialects.pinduoduo.signing import is_signed, signature
from tests.sandbox.dialects.pinduoduo.calling import sign

PRINTED = {
    "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211", "client_id": "1", "data_type": "XML",
    "order_status": "1", "page": "1", "page_size": "10", "timestamp": "1480411125",
    "type": "pdd.order.number.list.get",
}  # fmt: skip
SYSTEM = {"client_id": "joeyclient", "timestamp": "1795312800", "data_type": "JSON", "version": "V1"}
ORDERS = SYSTEM | {
    "type": "pdd.ddk.order.list.increment.get", "start_update_time": "1795309200", "end_update_time": "1795312800",
    "page": "1", "page_size": "50",
}  # fmt: skip
LINKS = SYSTEM | {
    "type": "pdd.ddk.goods.promotion.url.generate", "p_id": "1000001_200000001",
    "goods_sign_list": '["c9r2omogKFFAc7WBwvbZU1ikIb16_J3CTa8HNN"]',
    "custom_parameters": '{"uid":"shop42","sid":"店7"}', "generate_short_url": "true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "secret", "call", "expected"),
    [
        ("P1", "testSecret", PRINTED, "E4DE3ED21002510DED352819E7AE6775"),
        ("P2", "joeysecret", ORDERS, "1B5B0B652AFF8CD8C3306FFD0640B33F"),
        ("P3", "joeysecret", LINKS, "32FEDC3994F357AEF79606CCD245BECE"),
    ],
)
def test_signatures_equal_the_published_vectors(name: str, secret: str, call: dict[str, str], expected: str) -> None:
    assert signature(secret, call) == expected, name
    assert sign(secret, call) == expected, "and so do those of the tests' caller"
    assert is_signed(call | {"sign": expected}, secret)


@pytest.mark.parametrize("change", [{"page": "2"}, {"extra": "1"}, {"extra": ""}, {"version": "v1"}])
def test_a_signature_does_not_fit_other_parameters_also_not_an_empty_one_more(change: dict[str, str]) -> None:
    assert not is_signed(ORDERS | change | {"sign": signature("joeysecret", ORDERS)}, "joeysecret")


def test_a_signature_by_another_secret_or_in_lower_case_does_not_fit() -> None:
    good = signature("joeysecret", ORDERS)

    assert not is_signed(ORDERS | {"sign": good}, "another")
    assert not is_signed(ORDERS | {"sign": good.lower()}, "joeysecret")
    assert not is_signed(ORDERS, "joeysecret")
