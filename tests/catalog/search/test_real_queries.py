"""What shoppers really typed: each question is answered, and finds the offer that has it in its title.

How fast, the benchmark says.
"""

import gzip
from collections.abc import Iterator

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.queries import search_offers
from joey.catalog.search.follow import catch_up
from joey.catalog.search.suggest import suggest
from joey.marketplaces.pasted import is_pasted
from tests.catalog.offers import NOW, flask_facts
from tests.real_data import shared

pytestmark = pytest.mark.usefixtures("goods")

SURROUNDED = ("新款{}正品包邮", "{} 家用大号", "2026 官方旗舰 {}", "适用于{}的配件")


def questions(every: int) -> Iterator[str]:
    with gzip.open(shared("data/zh_ec_queries_train.tsv.gz"), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % every == 0:
                yield line.rstrip("\n").split("\t", 1)[1]


def own_offer(asked: list[str], at: int) -> str:
    """The id of the offer for a question; the goods of this file's tests lie side by side."""
    return f"of {len(asked)}: {at}"


def offers_for(asked: list[str]) -> None:
    """For each question an offer that has it in its title, with other words right before or behind."""
    ids = [own_offer(asked, at) for at in range(len(asked))]
    take_offers(
        (
            flask_facts(identity=each, external_id=each, title=SURROUNDED[at % 4].format(q), translations={})
            for at, (each, q) in enumerate(zip(ids, asked, strict=True))
        ),
        now=NOW,
    )
    catch_up()


def missed(asked: list[str]) -> list[str]:
    """Questions that did not find their own offer, however far one reads on."""
    return [q for at, q in enumerate(asked) if not finds(q, own_offer(asked, at))]


def finds(q: str, own: str) -> bool:
    cursor = None
    while True:
        page = search_offers(q, language="en", limit=100, now=NOW, sort="newest", cursor=cursor)
        if own in [card.external_id for card in page.items]:
            return True
        if (cursor := page.next) is None:
            return False


def test_a_thousand_real_questions_find_what_has_them_in_its_title() -> None:
    asked = list(questions(every=100))
    assert len(asked) == 1000
    offers_for(asked)

    assert missed(asked) == []
    for q in asked:
        suggest(q)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_all_real_questions_find_what_has_them_in_its_title() -> None:
    asked = list(questions(every=1))
    assert len(asked) == 99_997
    offers_for(asked)

    pasted = [q for q in asked if is_pasted(q)]
    assert ["https://" in pasted[0], "0$8313xuka8lv$://" in pasted[1], len(pasted)] == [True, True, 2]
    assert missed(asked) == pasted, "a link and a copy-code are recognised, and not searched for by their words"
