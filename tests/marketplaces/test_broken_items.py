"""At every marketplace that is asked over its gateway an item that cannot be read is counted, and loses no other."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from joey.marketplaces.jd.connector import UnionConnector
from joey.marketplaces.pinduoduo.connector import JinbaoConnector
from joey.marketplaces.port import Connector
from tests.marketplaces.conftest import Script
from tests.marketplaces.test_jd_parse_offer import SEARCHED
from tests.marketplaces.test_pdd_parse_offer import ROW

Answer = Callable[[str], str]
JD: dict[str, Any] = {"app_key": "1", "app_secret": "secret", "site_id": "2"}
PINDUODUO = {"client_id": "1", "client_secret": "secret", "pid": "1_2"}


def jd(script: Script) -> tuple[Connector, dict[str, Any], tuple[str, str, str], Answer]:
    def answer(items: str) -> str:
        inner = f'{{"code": "200", "data": {items}}}'
        return json.dumps({"jd_union_open_goods_query_responce": {"code": "0", "queryResult": inner}})

    connector = UnionConnector({"gateway": script.url, "credentials": JD})
    return connector, SEARCHED, ("skuId", "skuName", "materialUrl"), answer


def pinduoduo(script: Script) -> tuple[Connector, dict[str, Any], tuple[str, str, str], Answer]:
    connector = JinbaoConnector({"gateway": script.url, "credentials": PINDUODUO})
    answer: Answer = lambda items: f'{{"goods_search_response": {{"goods_list": {items}}}}}'  # noqa: E731
    return connector, ROW, ("goods_sign", "goods_name", "min_normal_price"), answer


@pytest.mark.django_db
@pytest.mark.parametrize("at", [jd, pinduoduo])
def test_what_cannot_be_read_is_counted_and_the_others_are_found(at: Any, script: Script) -> None:
    connector, row, (name, title, other), answer = at(script)
    first = str(row[name])
    broken = [row | {name: None}, row | {title: None}, row | {title: "TWICE"}, row | {other: "NAN"}]
    items = [row, *broken, row | {name: "7"}]
    text = json.dumps(items).replace('"TWICE"', f'"Flask", "{other}": 1, "{other}": 2').replace('"NAN"', "NaN")
    script.answers = [(200, answer(text).encode())]

    found = connector.search("316")

    assert [each.external_id for each in found.offers] == [first, "7"]
    assert (found.without_id, found.unreadable, found.hits) == (1, 3, 6)
    assert len(script.asked) == 1, "an answer with a broken item is an answer"


@pytest.mark.django_db
def test_pictures_of_other_hosts_are_left_out(script: Script) -> None:
    connector, row, _names, answer = pinduoduo(script)
    script.answers = [(200, answer(json.dumps([row | {"goods_image_url": "https://example.org/i.jpg"}])).encode())]

    assert connector.search("316").offers[0].picture_urls == ("https://img.pddpic.com/t.jpg",)
