"""Pids, and the link that a person opens once so that one can be used."""

from collections.abc import Callable

import pytest

from joey.sandbox.dialects.pinduoduo.goods import goods_sign
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import Sandbox
from tests.sandbox.dialects.pinduoduo.calling import BIND, FILED, FILING_LINK, GENERATE, NEW_PIDS, PIDS, PddCaller

ANNA, ANNA_LATER, BEN = '{"uid":"anna"}', '{"uid":"anna","sid":"8"}', '{"uid":"ben"}'


def bind(pdd: PddCaller, pid: str, custom: str | None = None) -> int:
    return int(pdd.ask(FILED, pid=pid, custom_parameters=custom)["bind"])


def test_pids_are_generated_with_names_and_the_stock_falls(pdd: PddCaller) -> None:
    media = pdd.account["media_id"]

    first = pdd.ask(NEW_PIDS, number=2, p_id_name_list=["小店", "shop42"], media_id=media)
    second = pdd.ask(NEW_PIDS, number=100)

    assert [each["pid_name"] for each in first["p_id_list"]] == ["小店", "shop42"]
    ids = [each["p_id"] for each in first["p_id_list"] + second["p_id_list"]]
    assert len(set(ids)) == 102
    assert all(pid.startswith("1000001_") for pid in ids)
    assert first["remain_pid_count"] - second["remain_pid_count"] == 100
    known = pdd.ask(PIDS, pid_list=ids[:2], status=0)
    assert [(row["p_id"], row["pid_name"], row["media_id"], row["status"]) for row in known["p_id_list"]] == [
        (ids[0], "小店", int(media), 0), (ids[1], "shop42", int(media), 0),
    ]  # fmt: skip
    assert pdd.ask(PIDS, status=1) | {"request_id": ""} == {"p_id_list": [], "total_count": 0, "request_id": ""}


def test_pids_are_listed_by_pages(pdd: PddCaller) -> None:
    pdd.ask(NEW_PIDS, number=30)
    everything = pdd.ask(PIDS, page_size=100)

    pages = [pdd.ask(PIDS, page=page, page_size=15)["p_id_list"] for page in (1, 2)]

    assert pages[0] + pages[1] == everything["p_id_list"][:30]
    assert everything["total_count"] >= 31
    assert everything["p_id_list"][0]["p_id"] == pdd.account["pid"]


def test_a_medium_is_bound_to_pids_of_the_account_only(pdd: PddCaller) -> None:
    media, pid = pdd.account["media_id"], pdd.pid()

    assert pdd.ask(BIND, media_id=media, pid_list=[pid])["result"]["result"] is True
    assert pdd.ask(PIDS, pid_list=[pid])["p_id_list"][0]["media_id"] == int(media)
    assert pdd.refusal(BIND, media_id=media, pid_list=[pid, "1000001_999"])[0] == 21001


@pytest.mark.parametrize("kind", ["url", "short_url", "mobile_url", "mobile_short_url"])
def test_opening_the_link_files_the_pair(pdd: PddCaller, kind: str) -> None:
    pid = pdd.pid()
    asked = {"channel_type": 10, "p_id_list": [pid], "custom_parameters": ANNA, "generate_short_url": True}
    link = pdd.ask(FILING_LINK, **asked)["url_list"][0][kind]
    assert bind(pdd, pid, ANNA) == 0

    opened = pdd.sandbox.client.get(link, follow_redirects=True, headers={"accept-language": "zh"})

    assert (opened.status_code, bind(pdd, pid, ANNA)) == (200, 1)
    assert "备案成功" in opened.text
    assert pid in opened.text
    assert "模拟 Simulated" in opened.text
    assert pdd.sandbox.client.get(link, follow_redirects=True).status_code == 200, "a second time changes nothing"
    assert bind(pdd, pid, ANNA) == 1


def test_asking_for_a_link_and_looking_at_it_without_opening_it_files_nothing(pdd: PddCaller) -> None:
    pid = pdd.pid()
    asked = {"channel_type": 10, "p_id_list": [pid], "generate_short_url": True, "generate_we_app": True}
    entry = pdd.ask(FILING_LINK, **asked, generate_schema_url=True)["url_list"][0]

    assert pdd.sandbox.client.head(entry["url"]).status_code == 204
    assert pdd.sandbox.client.get(entry["short_url"]).status_code == 302
    assert bind(pdd, pid) == 0
    assert entry["we_app_info"]["page_path"]
    assert entry["schema_url"].startswith("pinduoduo://")
    assert not {"short_url", "we_app_info", "schema_url"} & pdd.ask(
        FILING_LINK, channel_type=10, p_id_list=[pid]
    )["url_list"][0].keys()  # fmt: skip


def test_a_pair_is_a_pid_and_a_person(pdd: PddCaller) -> None:
    pid, other = pdd.filed_pid(ANNA), pdd.pid()

    assert [bind(pdd, pid, custom) for custom in (ANNA, ANNA_LATER, BEN, None)] == [1, 1, 0, 0]
    assert bind(pdd, other, ANNA) == 0
    assert [bind(pdd, pdd.filed_pid(), custom) for custom in (None, ANNA)] == [1, 0]


def test_every_text_can_need_a_filing_of_its_own(own_sandbox: Callable[..., Sandbox]) -> None:
    pdd = PddCaller(own_sandbox())
    pid = pdd.filed_pid(ANNA)

    pdd.sandbox.post("/control/differs", {"marketplace": "pinduoduo", "facts": ["filed_by_uid"]})

    assert [bind(pdd, pid, custom) for custom in (ANNA, ANNA_LATER)] == [1, 0]


def test_a_filing_survives_a_restart(own_sandbox: Callable[..., Sandbox], item: SoldItem) -> None:
    pdd = PddCaller(own_sandbox())
    pid = pdd.filed_pid(ANNA)

    pdd.sandbox.stop()
    pdd.sandbox.start()

    assert bind(pdd, pid, ANNA) == 1
    assert pdd.links(goods_sign(item.external_id), pid, ANNA)["url"]


def test_a_link_to_promote_needs_a_filed_pair(pdd: PddCaller, item: SoldItem) -> None:
    pid, asked = pdd.pid(), {"goods_sign_list": [goods_sign(item.external_id)], "custom_parameters": ANNA}
    assert pdd.refusal(GENERATE, p_id=pid, **asked) == (60001, "this pid with these custom_parameters is not filed")

    pdd.sandbox.client.get(pdd.filing_link(pid, ANNA))

    assert pdd.ask(GENERATE, p_id=pid, **asked)["goods_promotion_url_list"]


def test_an_edited_filing_link_is_404_and_files_nothing(pdd: PddCaller) -> None:
    pid = pdd.pid()
    link = pdd.filing_link(pid)

    for edited in (link[:-1] + ("A" if link[-1] != "A" else "B"), link + "&x=1", link.partition("?")[0]):
        assert pdd.sandbox.client.get(edited).status_code == 404, edited
    assert bind(pdd, pid) == 0


def test_an_account_has_a_hundred_thousand_pids_and_no_more(own_sandbox: Callable[..., Sandbox]) -> None:
    pdd = PddCaller(own_sandbox())
    for _ in range(999):
        pdd.ask(NEW_PIDS, number=100)
    assert pdd.ask(NEW_PIDS, number=99)["remain_pid_count"] == 0, "one was there from the start"

    assert pdd.refusal(NEW_PIDS, number=1) == (21001, "an account has at most 100000 pids")
    assert pdd.ask(PIDS)["total_count"] == 100_000
