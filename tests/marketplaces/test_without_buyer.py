"""What is left out of a report before anything of it is kept: whatever could name the buyer. Story 45."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from joey.marketplaces import registry
from joey.marketplaces.without_buyer import MASK, names_buyer, without_buyer, without_contacts

KNOWN = frozenset({"trade_id", "item_title", "subsidies", "adzone_id", "parameters"})

OF_THE_BUYER = """
buyer_nick buyerId receiver_mobile receiverName consignee customerName consumer_id member_id special_id unid uvid
openId open_uid alipay_id alipayAccount user_id userName real_name name nickname avatar mobile phone telephone tel mail
e_mail buyerEmail address addr shipTo_address province city zip contact wechat weixin_no qq id_card passport_no invoice
remark memo note comment buyer_message imei IMEI oaid idfa gaid androidId device_id deviceId udid mac ip clientIp
client_ip user_agent ua fingerprint lat geo_hash pin 买家昵称 收货人 手机号码 详细地址 设备号
"""
OF_THE_ORDER = """
trade_id orderId unionId subUnionId positionId skuName shopName adzone_name site_name goods_name mall_name cid1Name
seller_nick seller_shop_title terminal_type refund_type unionTag zs_duo_id p_id pid group_id commission tk_paid_time
modifyTime payMonth subsidy_list expressStatus price_compare_status refund_suit_id custom_parameters 商品名称 推广位名称
"""


def test_a_field_is_left_out_by_its_name() -> None:
    assert [name for name in OF_THE_BUYER.split() if not names_buyer(name)] == []
    assert [name for name in OF_THE_ORDER.split() if names_buyer(name)] == []


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"trade_id": "4294159887445064307"}, {"trade_id": "4294159887445064307"}),
        ({"trade_id": "13800000000"}, {"trade_id": "13800000000"}),  # a number by itself, in a field that has numbers
        ({"trade_id": 13800000000}, {"trade_id": 13800000000}),
        ({"item_title": "杯 定制 13800000000"}, {"item_title": f"杯 定制 {MASK}"}),
        ({"item_title": "杯 +86 138-0000-0000 otto@example.com"}, {"item_title": f"杯 {MASK} {MASK}"}),
        ({"item_title": "316 保温杯 500 毫升 2026-11-22"}, {"item_title": "316 保温杯 500 毫升 2026-11-22"}),
        ({"parameters": '{"uid":"13800000000","sid":"7"}'}, {"parameters": '{"uid":"13800000000","sid":"7"}'}),
        ({"subsidies": [{"trade_id": 1, "buyer_nick": "某某"}]}, {"subsidies": [{"trade_id": 1}]}),
        # Of what no one knows: short codes, amounts and times stay, and what is about anyone does not.
        ({"fresh": "12.90", "more": 7, "campaign": "mei2345", "at": "2026-11-22 09:01:12", "none": None},) * 2,
        ({"x": "张三", "y": "Zhang San", "z": "13800000000", "v": 13800000000, "w": "a@b.cn"}, {}),
        ({"x": "192.168.1.20", "y": "356938035643809", "z": "cdda802e-fb9c-47ad-9866-0794d394c912"}, {}),
        ({"x": ["张三", "a", ["张三"], {"y": "张三"}]}, {"x": ["a", [], {}]}),
        ({"张三": 1, "x y": 1}, {}),
        ({"item_title": {"given_twice": ["杯", "锅 13800000000"]}, "x": {"given_twice": ["张三"]}},
         {"item_title": {"given_twice": ["杯", f"锅 {MASK}"]}, "x": {"given_twice": []}}),
        ({"not_an_object": "张三 13800000000"}, {}),
    ],
)  # fmt: skip
def test_what_could_name_the_buyer_is_left_out(row: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    found = without_buyer(row, KNOWN)

    assert found == kept
    assert without_buyer(found, KNOWN) == kept, "what was kept stays the same when it is read again"
    json.dumps(found)


def test_contacts_are_masked_in_words_alone() -> None:
    assert without_contacts("qYtxrM13800000000") == "qYtxrM13800000000"
    assert without_contacts("退款 13800000000") == f"退款 {MASK}"


def test_every_marketplace_that_reports_orders_names_its_fields_and_none_of_the_buyers() -> None:
    reporting = [each for each in registry.manifests() if each.reports_orders]

    assert len(reporting) >= 3
    for manifest in reporting:
        key = {name for fields in manifest.row_fields.values() for name in (*fields.needed, fields.changed)}
        assert key <= manifest.report_fields, manifest.code
        assert [name for name in manifest.report_fields if names_buyer(name)] == [], manifest.code
