"""Real questions with what fits them among the demo's goods and a real shop's.

The questions are of Multi-CPR (SIGIR 2022), which has no licence text, so none is in this repository: they are read
from the folder `shared` by their numbers. What fits was labelled by hand for Joey before the search was changed: the
questions were shuffled with the seed 12 and gone through from the first, until 200 had a good that a shopper would take
for what they asked. A brand, colour, size or count that no good here has is not held against one; another kind of
good never fits. The first 54 that fit something from the 2,521st to the 3,250th were labelled after the search was
changed and before they were tried: the synonyms were written by someone who knew the 200.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from joey.marketplaces.port import OfferFacts
from tests.catalog.offers import flask_facts
from tests.real_data import shared

QUESTIONS = "data/zh_ec_queries_train.tsv.gz"
GONE_THROUGH = 2_442  # questions, of which the other 2,242 have no good here that fits
LABELS, HELD_OUT = "labelled_questions.tsv", "held_out_questions.tsv"  # number of a question, and titles that fit


def real_questions() -> Iterator[tuple[str, str]]:
    """(number, question), 99,997 of them."""
    with gzip.open(shared(QUESTIONS), "rt", encoding="utf-8") as lines:
        for line in lines:
            number, question = line.rstrip("\n").split("\t", 1)
            yield number, question


def labelled_questions(file: str = LABELS) -> list[tuple[str, re.Pattern[str]]]:
    """Each question with the titles that fit it."""
    by_number = dict(real_questions())
    with Path(__file__).with_name(file).open(encoding="utf-8", newline="") as rows:
        return [(by_number[number], re.compile(fitting)) for number, fitting in csv.reader(rows, delimiter="\t")]


def yanxuan_facts() -> list[OfferFacts]:
    """The 239 goods of a real shop (NetEase Yanxuan, from linlinjava/litemall)."""
    with gzip.open(shared("data/zh_yanxuan_goods.jsonl.gz"), "rt", encoding="utf-8") as lines:
        goods = [json.loads(line) for line in lines]
    return [
        flask_facts(
            marketplace="jd",
            identity=f"yanxuan:{each['id']}",
            external_id=f"yanxuan-{each['id']}",
            title=each["name"],
            brand=each.get("brand") or "",
            translations={},
            category="",
            coupon_minor=None,
            volume=0,
        )
        for each in goods
    ]
