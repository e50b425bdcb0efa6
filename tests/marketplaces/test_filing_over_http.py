"""A marketplace may want a keeper to open its link once: the page for sharing shows the step, and a buyer who comes
before it is done reads so. Over HTTP, against the marketplace's own simulator.
"""

import re
from html import unescape

import pytest

from joey.cli.positions import positions
from joey.marketplaces import registry
from joey.marketplaces.pasted import leads_to
from joey.sharing.models import PositionLease, TrackedUrl
from tests.cast import mei
from tests.journeys import at_the_counter
from tests.journeys.at_the_counter import Json, Visitor
from tests.journeys.running import until
from tests.marketplaces.test_contract_over_http import (
    GO,
    WORDS,
    Instance,
    accounts,
    environment,
    instance,
    run,
    sandbox,
    searched,
    served,
    toyland,
)
from tests.slow import but_every

__all__ = ["accounts", "environment", "instance", "sandbox", "served", "toyland"]

CODES = [each.code for each in registry.manifests() if each.capabilities.positions.filed]
VISIT = re.compile(r'href="(/studio/mei/visits/[0-9a-f-]{36})"')
OPEN = re.compile(r'class="button button-main" href="([^"]+)" target="_blank"')
STEP = {"en": ("One step first, once for your shop", "Check again"), "zh-CN": ("先完成一步", "再检查一次")}
DONE = {"en": "count from now on", "zh-CN": "从现在起"}
NOT_YET = {
    "en": re.compile(r'role="status">Checked at (\d+:\d\d:\d\d\W[ap]m [^:<]+): not filed yet'),
    "zh-CN": re.compile(r'role="status">(\d\d:\d\d:\d\d) 查询结果：还没有备案'),
}
CHANNEL = 'name="channel"'
STOPPED = {"en": "wanted to go on to the marketplace and could not", "zh-CN": "想前往平台，但没能成功"}
LEFT = {"en": "One step is left for you at", "zh-CN": "还差一步备案"}
PLAIN = {"en": "went on by a plain link", "zh-CN": "访客通过普通链接前往了平台"}
BUYER = {"en": "would not count for this shop", "zh-CN": "不会计入这家店"}
EARNS = {"en": "The keeper earns nothing here yet", "zh-CN": "掌柜目前还没有佣金"}
AGAIN = {"en": ">Try again<", "zh-CN": ">重试<"}


@pytest.mark.parametrize("language", but_every(2, STEP))
@pytest.mark.parametrize("code", CODES)
def test_a_keeper_files_a_position_where_they_share_and_a_buyer_before_that_reads_so(
    instance: Instance, code: str, language: str
) -> None:
    run(positions, "register", "2", "--marketplace", code)
    listing = listed(instance, code)
    page = f"/studio/mei/share/{listing}"
    keeper = Visitor(instance.url, language)
    keeper.sign_in(str(mei().email), at_the_counter.Sandbox(instance.sandbox.url))

    # The step is shown in place of the channels: it is not for one of them, and none works before it.
    at_first = keeper.see(page).text
    assert all(words in at_first for words in STEP[language])
    assert OPEN.findall(at_first)
    assert CHANNEL not in at_first

    # Shared by a program: the step is shown, with its link and its code to scan, in place of what would be shared.
    link = str(instance.mei.post("/shops/mei/links", {"listing_id": listing, "channel": "wechat"})["code"])
    shared = f"{page}?link={link}"
    before = keeper.see(shared).text
    assert all(words in before for words in STEP[language])
    assert "<svg" in before
    assert 'id="caption"' not in before
    filing = unescape(OPEN.findall(before)[0])

    # A buyer who comes now reads why, and can go on by a plain link.
    buyer = Visitor(instance.url, language)
    shown = buyer.see(f"/l/{link}").text
    assert EARNS[language] in shown
    go = GO.findall(shown)[0]
    seen = buyer.see(go).text
    assert BUYER[language] in seen
    assert f'class="button button-main button-tall" href="{go}?plain=1"' in seen
    assert AGAIN[language] not in seen
    assert not TrackedUrl.objects.exists()

    # The keeper reads what became of the visit, and on their first pages that a step is left, with the way there.
    visit = VISIT.findall(keeper.see("/studio/mei/visits").text)[0]
    for place, words in ((visit, STOPPED), ("/studio/mei/", LEFT), ("/studio/mei/shelves", LEFT)):
        seen_by_keeper = keeper.see(place).text
        assert words[language] in seen_by_keeper
        assert f'href="{page}"' in seen_by_keeper
    buyer.see(f"{go}?plain=1")
    assert PLAIN[language] in keeper.see(visit).text

    # Looked at again before it is opened, it is still the step, on the same position, and says when it was;
    # then it is done, and counts.
    again = keeper.see(shared).text
    assert OPEN.findall(again)
    assert NOT_YET[language].search(again)
    instance.sandbox.client.get(filing).raise_for_status()
    after = keeper.see(shared).text
    assert not any(words in after for words in STEP[language])
    assert 'id="caption"' in after
    assert CHANNEL in after
    assert DONE[language] in after
    assert PositionLease.objects.count() == 1
    assert DONE[language] not in keeper.see(shared).text
    assert not any(LEFT[language] in keeper.see(place).text for place in ("/studio/mei/", "/studio/mei/shelves"))

    # And the buyer is led there, once what was remembered of before is over.
    def led() -> str:
        return str(buyer.http.get(go).headers.get("location", ""))

    address = until(led, "a tracked address", pause=0.5)
    assert EARNS[language] not in buyer.see(f"/l/{link}").text
    assert leads_to(address, registry.connector(code).manifest.hosts)
    assert TrackedUrl.objects.get().url == address


def listed(instance: Instance, code: str) -> str:
    """Something of the marketplace in Mei's shop."""
    assert WORDS[code]
    facts = searched(registry.connector(code))
    offer = instance.mei.post("/offers/paste", {"text": facts.url}, 200)
    made: Json = instance.mei.post("/shops/mei/listings", {"offer_id": offer["id"]})
    return str(made["id"])
