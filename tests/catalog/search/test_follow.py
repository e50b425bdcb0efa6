"""The index follows the offers: nothing is missed or indexed twice, whatever is killed or lost."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from joey.catalog import number_changes
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.queries import search_offers
from joey.catalog.refresh_due import _withdraw
from joey.catalog.search import changes, folder
from joey.catalog.search.documents import SORTS, id_of
from joey.catalog.search.follow import catch_up, is_behind, lag, rebuild
from joey.catalog.search.read_index import NoIndex, searcher
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock, sql
from joey.marketplaces import registry
from tests.catalog.offers import NOW, flask_facts, many
from tests.catalog.search.goods import MARKETPLACES
from tests.journeys.running import until
from tests.slow import slow


@pytest.fixture(autouse=True)
def accounts(settings: Settings, index_folder: Path) -> None:
    settings.JOEY_MARKETPLACES = MARKETPLACES


def contents() -> dict[str, tuple[object, ...]]:
    """All that the index in use says, by id, so that two can be compared."""
    from tantivy import Query

    found = searcher()
    places = [place for _score, place in found.search(Query.all_query(), limit=1_000_000, count=False).hits]
    names = ("newest", "low_id", "coupon_until", *SORTS)
    columns = [found.fast_field_values(name, places) for name in names]
    rows = list(zip(*columns, strict=True))
    indexed = {id_of(int(row[0] or 0), int(row[1] or 0)).hex: row for row in rows}
    assert len(indexed) == len(rows), "an offer is indexed twice"
    return indexed


def titles(q: str = "", **options: Any) -> list[str]:
    return [card.title for card in search_offers(q, language="zh-hans", limit=100, now=NOW, **options).items]


@pytest.mark.django_db
def test_new_changed_withdrawn_and_returned_offers_are_followed() -> None:
    take_offers(many(3), now=NOW)
    assert is_behind()
    assert catch_up() == 3
    assert not is_behind()

    take_offers(many(1, title="砂锅", as_of=NOW + timedelta(minutes=1)), now=NOW + timedelta(minutes=1))
    _withdraw([Offer.objects.get(external_id="id-2").id], NOW)
    assert (lag().behind, lag().missing) == (2, False)
    assert catch_up() == 2

    assert sorted(titles()) == ["保温杯 第1款", "砂锅"]
    assert titles("保温杯") == ["保温杯 第1款"]
    take_offers(many(3, as_of=NOW + timedelta(minutes=2)), now=NOW + timedelta(minutes=2))
    catch_up()
    assert sorted(titles()) == [f"保温杯 第{at}款" for at in range(3)]
    assert catch_up() == 0


@pytest.mark.django_db
def test_a_price_that_is_no_longer_known_is_not_found_any_more() -> None:
    take_offers(many(2), now=NOW)
    catch_up()

    later = NOW + timedelta(minutes=1)
    take_offers(many(1, now_minor=None, as_of=later), now=later)
    catch_up()

    assert titles() == ["保温杯 第1款"]


@pytest.mark.django_db
def test_an_offer_whose_coupon_is_over_is_sorted_by_what_it_costs_then(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = clock.now() + timedelta(hours=1)
    take_offers(
        [
            flask_facts(identity="a", external_id="a", title="甲", now_minor=9000, coupon_minor=100, coupon_until=ends),
            flask_facts(identity="b", external_id="b", title="乙", now_minor=5000, coupon_minor=None),
        ],
        now=NOW,
    )
    catch_up()
    assert titles(sort="price") == ["甲", "乙"]
    assert not is_behind()

    after = ends + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    monkeypatch.setattr(time, "time", after.timestamp)
    assert is_behind()
    assert catch_up() == 1

    assert titles(sort="price") == ["乙", "甲"]
    assert not is_behind()
    assert catch_up() == 0


@pytest.mark.django_db
def test_a_coupon_that_was_taken_back_before_its_end_leaves_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = clock.now() + timedelta(hours=1)
    take_offers([flask_facts(coupon_until=ends)], now=NOW)
    catch_up()
    Offer.objects.update(coupon_minor=None, coupon_until=None)
    found = folder.current()
    assert found is not None
    state = folder.followed(found)
    rebuild()
    found = folder.current()
    assert found is not None
    folder.note_followed(found, state)  # still says when to look

    after = ends + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    monkeypatch.setattr(time, "time", after.timestamp)
    assert is_behind()
    catch_up()

    assert not is_behind()


@pytest.mark.django_db
def test_without_an_index_a_search_is_refused_and_the_follower_builds_one() -> None:
    take_offers(many(2), now=NOW)
    with pytest.raises(NoIndex):
        titles()
    assert lag().missing

    assert catch_up() == 2

    assert len(titles()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["truncated", "gone", "meta"])
def test_a_broken_index_is_rebuilt(how: str) -> None:
    take_offers(many(20), now=NOW)
    catch_up()
    found = folder.current()
    assert found is not None
    for path in found.glob("meta.json" if how == "meta" else "*.fast"):
        path.unlink() if how == "gone" else os.truncate(path, path.stat().st_size // 2)
    (found / "meta.json").touch()

    with pytest.raises(NoIndex):
        titles()
    assert is_behind()
    catch_up()

    assert folder.current() != found
    assert len(titles()) == 20


@pytest.mark.django_db
def test_a_lost_note_means_that_all_is_read_again_and_kept_once() -> None:
    take_offers(many(20), now=NOW)
    catch_up()
    before = contents()
    found = folder.current()
    assert found is not None
    (found / folder.NOTE).write_text('{"seqs": {"tao')

    catch_up()

    assert contents() == before


@pytest.mark.django_db
def test_an_index_that_knows_more_than_its_database_is_rebuilt() -> None:
    take_offers(many(5), now=NOW)
    catch_up()
    sql.execute("UPDATE catalog_offer SET seq = seq - 3, title = '从备份恢复'")  # an older backup came back

    assert is_behind()
    catch_up()

    assert titles() == ["从备份恢复"] * 5


@pytest.mark.django_db
def test_an_index_made_with_other_fees_is_rebuilt(settings: Settings) -> None:
    jd = {"marketplace": "jd", "commission_ppm": 100_000, "coupon_minor": None}
    take_offers([*many(1), *many(1, title="京东", identity="jd", external_id="jd", **jd)], now=NOW)
    catch_up()
    before = folder.current()
    assert titles(sort="earning")[0] != "京东"  # its orders do not come back

    settings.JOEY_MARKETPLACES = {"jd": MARKETPLACES["jd"]}
    assert is_behind()
    catch_up()

    assert folder.current() != before


def test_marketplaces_that_commit_out_of_order_are_both_read(committed_db: EmbeddedPostgres) -> None:
    started, go_on = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                take_offers(many(2), now=NOW)
                started.set()
                go_on.wait(30)
        finally:
            connection.close()

    first = Thread(target=slow)
    first.start()
    assert started.wait(30)
    take_offers(many(2, marketplace="jd"), now=NOW)  # later numbers, committed earlier

    assert catch_up() == 2
    go_on.set()
    first.join()
    assert catch_up() == 2

    assert len(titles(marketplace="taobao")) == len(titles(marketplace="jd")) == 2


def test_a_withdrawal_is_numbered_under_the_lock_of_its_marketplace(committed_db: EmbeddedPostgres) -> None:
    take_offers(many(1), now=NOW)
    connector = next(each for each in registry.connectors() if each.code == "taobao")

    with transaction.atomic():
        number_changes.lock(connector.manifest.marketplaces)
        _withdraw([Offer.objects.get().id], NOW)
        held = sql.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")

    assert held == len(connector.manifest.marketplaces)


@pytest.mark.django_db
def test_while_one_follower_writes_another_of_this_host_does_nothing() -> None:
    take_offers(many(3), now=NOW)
    catch_up()
    take_offers(many(6), now=NOW)

    with folder.exclusive(folder.WRITING, wait=False) as mine:
        assert mine
        assert catch_up(wait=False) == 0
        assert len(titles()) == 3
    assert catch_up(wait=False) == 3
    with folder.exclusive(folder.BUILDING, wait=False):
        assert rebuild(wait=False) == 0


def test_searches_are_answered_all_the_while_the_index_is_rebuilt(committed_db: EmbeddedPostgres) -> None:
    take_offers(many(500), now=NOW)
    catch_up()
    answered: list[int] = []
    troubles: list[Exception] = []
    stop = Event()

    def search_on() -> None:
        try:
            while not stop.is_set():
                answered.append(len(titles("保温杯", sort="price")))
        except Exception as trouble:  # noqa: BLE001
            troubles.append(trouble)
        finally:
            connection.close()

    visitor = Thread(target=search_on)
    visitor.start()
    folders = set()
    try:
        for _time in range(4):
            rebuild()
            folders.add(folder.current())
            enough = len(answered) + 2
            until(partial(_answered, answered, troubles, enough), "more answers")
    finally:
        stop.set()
        visitor.join()

    assert troubles == []
    assert len(folders) == 4
    assert set(answered) == {100}


def _answered(answered: list[int], troubles: list[Exception], enough: int) -> bool:
    return len(answered) >= enough or bool(troubles)


@pytest.mark.django_db
def test_what_was_replaced_goes_once_no_process_can_be_opening_it() -> None:
    take_offers(many(1), now=NOW)
    catch_up()
    before = folder.current()
    assert before is not None
    rebuild()
    assert before.exists()

    os.utime(before, (time.time() - 3600, time.time() - 3600))
    catch_up()

    assert not before.exists()
    assert len(titles()) == 1


def test_what_changed_while_the_index_was_built_is_in_it(
    committed_db: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_offers(many(3), now=NOW)
    catch_up()
    really = changes.all_offers

    def all_offers() -> Any:
        yield from really()
        later = NOW + timedelta(minutes=1)
        take_offers(many(1, title="后来", as_of=later), now=later)
        catch_up()  # the follower goes on with the index in use

    monkeypatch.setattr(changes, "all_offers", all_offers)
    rebuild()

    assert sorted(titles()) == ["保温杯 第1款", "保温杯 第2款", "后来"]


FOLLOW = """
import sys
from joey.catalog.search import follow
import django
django.setup()
follow.BATCH = 20
print("ready", flush=True)
{"catch_up": follow.catch_up, "rebuild": follow.rebuild}[sys.argv[1]]()
print("done", flush=True)
"""


@pytest.mark.parametrize("work", ["catch_up", slow("rebuild")])
def test_killed_at_any_point_and_run_again_it_is_the_same_as_one_clean_run(
    committed_db: EmbeddedPostgres, index_folder: Path, settings: Settings, work: str
) -> None:
    catch_up()
    take_offers(many(700), now=NOW)
    later = NOW + timedelta(minutes=1)
    take_offers(many(300, marketplace="jd"), now=NOW)
    killed = 0

    for at in (0.02, 0.1, 0.3):
        take_offers(many(100, now_minor=int(5000 + at * 100), as_of=later), now=later)
        later += timedelta(minutes=1)
        code = "import django; django.setup()\n" + FOLLOW
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "joey.site.settings", "JOEY_DATA": str(settings.DATA),
            "JOEY_MARKETPLACES": _accounts(settings.DATA), "JOEY_NO_POOL": "1",
        }  # fmt: skip
        child = subprocess.Popen([sys.executable, "-c", code, work], stdout=subprocess.PIPE, text=True, env=environment)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(at)
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        child.stdout.close()

    catch_up()
    after_kills = contents()
    rebuild()

    assert killed >= 2
    assert len(after_kills) == 1000
    assert after_kills == contents()


def _accounts(data: Path) -> str:
    import json

    path = data / "marketplaces.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(MARKETPLACES))
    return str(path)
