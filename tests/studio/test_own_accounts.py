"""A keeper's own account at a marketplace: typed once, sealed, used for the shop's links, and never in the books."""

import re
from base64 import b64encode
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.edge.ask_marketplace import Untracked, _reason
from joey.insight.erase_subject import erase_subject
from joey.instance.doctor import _own_accounts
from joey.kit import clock, sql
from joey.kit.refusals import Refusal
from joey.ledger.models import Journal
from joey.marketplaces.jd.manifest import MANIFEST
from joey.marketplaces.models import OwnAccount
from joey.marketplaces.own_key import seal
from joey.orders.answer_lost_orders import answer_lost_orders
from joey.orders.models import Dispute, LostOrder, OrderLine
from joey.orders.sync import sync, sync_own_accounts
from joey.sandbox.dialects.jd.baskets import FIRST_ORDER, FIRST_ROW
from joey.sharing.models import Link, PositionLease
from joey.sharing.tracked_url import tracked_url
from joey.shops.own_account import own_accounts_of
from tests.api.client import Caller
from tests.cast import ada, flask, lulu, lulus_shop, mei, meis_shop
from tests.office.test_office import signed_in as operator_signed_in
from tests.proof import prove
from tests.sandbox.conftest import sandbox
from tests.slow import but_every
from tests.studio.own_account import SECRET_FIELDS, Union, connect, remove, union
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["sandbox", "union"]


def booked(*, own: bool = True) -> None:
    """Whatever the marketplace reports by now is taken in and booked, and every rule holds."""
    now = clock.now()
    done = [*sync("jd", now=now, recheck=True), *(sync_own_accounts(now=now, recheck=True) if own else [])]
    assert [each.trouble for each in done] == [""] * len(done)
    earn_due(now=clock.now())
    prove()


def why_untracked(link: Link) -> Untracked:
    """Why a visitor who goes on by the link is led nowhere."""
    with pytest.raises(Refusal) as refused:
        tracked_url(link, now=clock.now())
    return _reason(refused.value)


def line_of(order: str) -> OrderLine:
    return OrderLine.objects.get(external_line=order)


def test_an_order_by_the_keepers_own_account_is_paid_by_the_marketplace_and_never_in_the_books(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    before = union.go_and_buy(shop)
    booked()
    journals = Journal.objects.count()
    assert journals > 0

    answer = connect(client, "mei", union.accounts[0])
    assert (answer.status_code, answer["Location"]) == (302, "/studio/mei/accounts?done=connected")
    order = union.go_and_buy(shop)
    booked()

    line = line_of(order)
    assert (line.shop_id, line.marketplace) == (shop.pk, OwnAccount.objects.get().code)
    assert Journal.objects.count() == journals, "the ledger knows nothing of it"
    assert Commission.objects.get().order_line_id == line_of(before).pk, "what came before is paid by the plan"
    given = (line.commission_minor - line.service_fee_minor) / 100
    assert given > 0
    today = text_of(client.get("/studio/mei/").content.decode())
    assert NOT_IN_THE_AMOUNTS in today
    pages = [f"/studio/mei/{page}" for page in (f"orders/{line.pk}", "orders", "earnings")]
    for page in pages:
        said = text_of(client.get(page).content.decode())
        assert "JD pays you" in said, page
        assert "paid by JD" not in said, "the buyer has paid, and JD has not"
        assert f"CN¥{given:.2f}" in said, page
    trace = text_of(client.get(pages[0]).content.decode())
    assert "JD pays this commission to you itself. It is not in your balance here" in trace
    assert "by the marketplace’s own calendar, which its console shows" in trace
    in_office = text_of(operator_signed_in(ada()).get(f"/office/orders/orderline/{line.pk}/change/").content.decode())
    by_program = Caller(ada()).get(f"/office/orders/{line.pk}/trace").json()
    for said in (in_office, by_program["answer"]):
        assert "JD pays this commission to the shop’s keeper itself; this site takes no part." in said
        assert "to you itself" not in said

    union.sandbox.move(order, "receive")
    union.sandbox.move(order, "settle")
    booked()
    assert Journal.objects.count() == journals
    for page in pages:
        said = text_of(client.get(page).content.decode())
        assert "paid by JD" in said, page
        assert "Settled, waiting" not in said, "nothing of it waits here"


NOT_IN_THE_AMOUNTS = "What marketplaces pay you themselves, by your own accounts, is not in these amounts"


def test_the_first_page_names_what_is_paid_elsewhere_also_after_its_account_was_removed(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    union.go_and_buy(shop)
    booked()
    connect(client, "mei", union.accounts[0])
    assert NOT_IN_THE_AMOUNTS in text_of(client.get("/studio/mei/").content.decode()), "it may earn from now on"
    remove(client, "mei")
    assert NOT_IN_THE_AMOUNTS not in text_of(client.get("/studio/mei/").content.decode()), "no order came by it"

    connect(client, "mei", union.accounts[0])
    union.go_and_buy(shop)
    booked()
    remove(client, "mei")

    assert NOT_IN_THE_AMOUNTS in text_of(client.get("/studio/mei/").content.decode())
    assert "Paid to you by marketplaces" in text_of(client.get("/studio/mei/earnings").content.decode())


def test_what_the_marketplace_finds_against_such_an_order_is_no_operators_to_decide(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    connect(client, "mei", union.accounts[0])
    order = union.go_and_buy(shop)
    booked()

    union.sandbox.post("/control/jd/codes", {"order": order, "validCode": 25}).raise_for_status()
    booked()

    said = text_of(client.get(f"/studio/mei/orders/{line_of(order).pk}").content.decode())
    assert "Why: violation: traffic was hijacked." in said
    assert "operator" not in said
    assert "Appeal" not in said
    assert not Dispute.objects.exists()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def test_links_that_were_made_before_go_by_the_account_and_by_the_operators_again_once_it_is_removed(
    union: Union,
) -> None:
    shop, client = meis_shop(), signed_in(mei())
    link = union.link(shop)
    operators = tracked_url(link, now=clock.now())
    connect(client, "mei", union.accounts[0])

    own = tracked_url(link, now=clock.now())
    assert remove(client, "mei").status_code == 302
    after = tracked_url(link, now=clock.now())

    assert own.lease is not None
    assert own.lease.marketplace == OwnAccount.objects.get().code
    assert after == operators
    assert PositionLease.objects.filter(ended_at=None).get().marketplace == "jd"
    late = union.buy(own.url)
    before = union.buy(operators.url)
    booked()
    assert not OrderLine.objects.filter(external_line=late).exists(), "a removed account is not asked"
    assert line_of(before).shop_id == shop.pk

    connect(client, "mei", union.accounts[0])
    booked()
    assert line_of(late).marketplace == own.lease.marketplace, "the same account resumes where it was"
    assert tracked_url(link, now=clock.now()) == own


def test_nothing_but_the_key_file_opens_what_the_database_keeps(
    union: Union, tmp_path: Path, settings: Settings
) -> None:
    shop, client = meis_shop(), signed_in(mei())
    account = union.accounts[0]
    connect(client, "mei", account)
    order = union.go_and_buy(shop)
    booked()

    everything = _whole_database()
    assert order in everything
    assert [name for name in SECRET_FIELDS if account[name] in everything] == []
    assert (tmp_path / "own-accounts.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "own-accounts.key").read_text().strip() not in everything

    (tmp_path / "own-accounts.key").rename(tmp_path / "elsewhere.key")
    said = text_of(client.get("/studio/mei/accounts").content.decode())
    assert "It cannot be used now: The file with the key of keepers' own accounts cannot be read." in said
    assert "Orders are not read and new links are not made with it." in said
    (done,) = sync_own_accounts(now=clock.now())
    assert "cannot be read" in done.trouble
    assert [each.trouble for each in sync("jd", now=clock.now())] == [""], "the operator's account works on"
    assert "JD pays you" in client.get("/studio/mei/orders").content.decode()

    settings.JOEY_OWN_ACCOUNTS_KEY = tmp_path / "another.key"
    OwnAccount.objects.filter(removed_at=None).update(removed_at=clock.now(), sealed=None)
    connect(signed_in(lulu()), lulus_shop().slug, union.accounts[1])
    settings.JOEY_OWN_ACCOUNTS_KEY = tmp_path / "elsewhere.key"
    (done,) = sync_own_accounts(now=clock.now())
    assert "sealed with another key" in done.trouble


def test_a_shop_that_is_erased_leaves_nothing_of_its_accounts(union: Union) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    assert own_accounts_of(shop.pk)

    for _time in range(2):
        erase_subject("shop:mei", reason="She asked for it", now=clock.now())

    (account,) = OwnAccount.objects.all()
    assert (account.sealed, account.removed_at is not None) == (None, True)
    assert own_accounts_of(shop.pk) == {}
    prove()


def test_what_is_kept_of_one_account_is_no_use_in_the_row_of_another(union: Union) -> None:
    meis_shop(), lulus_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    connect(signed_in(lulu()), "lulu", union.accounts[1])
    first, second = OwnAccount.objects.order_by("connected_at")
    sealed = bytes(first.sealed or b"")
    OwnAccount.objects.filter(pk=second.pk).update(sealed=sealed)

    troubles = {each.marketplace: each.trouble for each in sync_own_accounts(now=clock.now())}

    assert troubles[first.code] == ""
    assert "is that of another account" in troubles[second.code]


def _whole_database() -> str:
    """Every row of every table, bytes as the text that they may be and in hexadecimal."""
    tables = sql.tuples("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(
        str(row) + "".join(bytes(each).decode("latin-1") for each in row if isinstance(each, bytes | memoryview))
        for (table,) in tables
        for row in sql.tuples(f'SELECT t.*, t::text FROM "{table}" t')
    )


def test_a_page_never_shows_what_was_typed_and_a_refused_account_is_not_kept(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())
    wrong = union.accounts[0] | {"app_secret": "f" * 32}

    answer = connect(client, "mei", wrong)

    said = answer.content.decode()
    assert answer.status_code == 422
    why = text_of(said)
    assert "JD did not take this account, and nothing was changed. Check the key and the secret first" in why
    assert why.index("Check the key and the secret first") < why.index("Its answer: JD refused")
    assert [name for name in SECRET_FIELDS if wrong[name] in said] == []
    assert [name for name in wrong if name not in SECRET_FIELDS and f'value="{wrong[name]}"' not in said] == []
    assert not OwnAccount.objects.exists()
    connect(client, "mei", union.accounts[0])
    for page in ("accounts", "accounts/jd", "accounts/jd/remove"):
        said = client.get(f"/studio/mei/{page}").content.decode()
        assert [name for name, value in union.accounts[0].items() if value in said] == []
        assert "account b1c2…c701" in text_of(said)


def test_all_that_is_missing_is_named_at_once_and_the_first_of_it_is_in_view(union: Union) -> None:
    meis_shop()

    answer = connect(signed_in(mei()), "mei", {"app_key": " ", "site_id": "", "union_id": "1000000702"}, position="7")

    said = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'id="e-(\w+)"', said) == ["app_key", "app_secret", "site_id"]
    assert re.search(r'id="f-app_key"[^>]* autofocus', said)
    assert said.count("autofocus") == 1
    assert 'href="#f-site_id"' in said
    assert re.search(r'value="1000000702" id="f-union_id"', said), "what is no secret is there still"
    assert re.search(r'value="7" id="f-position"', said)


HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>",
    "5,000 characters": "a" * 5000,
    "a control character": "abc\x07def",
    "NUL": "abc\x00def",
    "a blank inside": "abc def",
    "Chinese": "密钥",
}


@pytest.mark.parametrize("hostile", but_every(2, HOSTILE.values()), ids=HOSTILE)
def test_what_no_credential_has_is_refused_by_name_and_nothing_is_lost(union: Union, hostile: str) -> None:
    shop, client = meis_shop(), signed_in(mei())
    connect(client, "mei", union.accounts[0])
    sealed = OwnAccount.objects.get().sealed

    for name in (*union.accounts[0], "position"):
        answer = connect(client, "mei", union.accounts[0] | {name: hostile})

        said = answer.content.decode()
        assert answer.status_code == 422
        assert re.findall(r'id="e-(\w+)"', said) == [name]
        assert "<img src=x" not in said
        assert [each for each in SECRET_FIELDS if union.accounts[0][each] in said] == []
    assert OwnAccount.objects.get().sealed == sealed
    assert tracked_url(union.link(shop), now=clock.now()).lease is not None


def test_no_credential_is_in_a_log_a_session_or_an_address(
    union: Union, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    meis_shop()
    client, account = signed_in(mei()), union.accounts[0]

    with caplog.at_level("DEBUG"):
        answers = [
            connect(client, "mei", account | {"app_secret": "f" * 32}),
            connect(client, "mei", account),
            connect(signed_in(mei(), fresh=False), "mei", account),
        ]

    said = caplog.text + str(dict(client.session)) + "".join(str(each.headers) for each in answers) + _whole_database()
    secrets = [account[name] for name in SECRET_FIELDS] + ["f" * 32]
    assert [each for each in secrets if each in said] == []


def test_each_field_says_what_it_is_and_what_is_needed_is_said_before(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())

    said = text_of(client.get("/studio/mei/accounts").content.decode())
    assert "You need an application of your own at the marketplace’s affiliate union" in said
    assert "Links that you have shared already keep working." in said

    form = client.get("/studio/mei/accounts/jd").content.decode()
    hints = re.findall(r'id="h-(\w+)">([^<]+)<', form)
    assert [name for name, _hint in hints] == [*(each.name for each in MANIFEST.own_account), "position"]
    assert "That of a social-media account is refused." in dict(hints)["site_id"]


def test_an_account_is_removed_once_its_keeper_has_been_asked(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())
    connect(client, "mei", union.accounts[0])

    page = client.get("/studio/mei/accounts/jd").content.decode()
    assert 'href="/studio/mei/accounts/jd/remove"' in page
    assert 'action="/studio/mei/accounts/jd/remove"' not in page, "one tap removes nothing"
    asks = client.get("/studio/mei/accounts/jd/remove").content.decode()
    assert "Remove your account at JD?" in asks
    assert "are destroyed" in asks
    assert OwnAccount.objects.get().sealed is not None

    assert remove(client, "mei")["Location"] == "/studio/mei/accounts?done=removed"
    assert OwnAccount.objects.get().sealed is None
    assert client.get("/studio/mei/accounts/jd/remove").status_code == 404


def test_without_a_key_of_positions_the_keeper_gives_the_number_of_one(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())
    poor = {name: value for name, value in union.accounts[0].items() if name not in ("union_id", "union_key")}

    assert "Make one in the console of JD and give its number." in connect(client, "mei", poor).content.decode()
    made = union.position(0, "from the console")
    assert connect(client, "mei", poor, position=made).status_code == 302
    assert PositionLease.objects.get(ended_at=None).position.key == made


def test_an_account_is_connected_once_and_never_the_operators(union: Union) -> None:
    meis_shop(), lulus_shop()
    operators = union.sandbox.get("/control/marketplaces").json()["jd"]["credentials"]
    assert "This is the account of this site" in connect(signed_in(mei()), "mei", operators).content.decode()

    connect(signed_in(mei()), "mei", union.accounts[0])

    twice = connect(signed_in(lulu()), "lulu", union.accounts[0])
    assert twice.status_code == 409
    assert "connected already, for another shop" in twice.content.decode()
    other = connect(signed_in(mei()), "mei", union.accounts[1])
    assert "Another account of JD is connected for this shop" in other.content.decode()
    assert connect(signed_in(mei()), "mei", union.accounts[0]).status_code == 302, "new credentials of the same account"
    assert OwnAccount.objects.count() == 1


def test_calls_go_to_the_operators_gateway_and_to_no_other(union: Union) -> None:
    meis_shop()

    answer = connect(signed_in(mei()), "mei", union.accounts[0], gateway="http://169.254.169.254/latest")

    assert answer.status_code == 422
    assert "There is no field “gateway” here" in answer.content.decode()


def test_what_the_marketplace_refuses_since_is_said_in_the_studio(union: Union, settings: Settings) -> None:
    meis_shop()
    client = signed_in(mei())
    connect(client, "mei", union.accounts[0])
    wrong = seal(union.accounts[0] | {"app_secret": "f" * 32}, OwnAccount.objects.get().code)
    OwnAccount.objects.update(sealed=wrong.bytes)

    (done,) = sync_own_accounts(now=clock.now())

    assert "JD refused" in done.trouble
    said = text_of(client.get("/studio/mei/accounts").content.decode())
    assert "Its orders could not be read the last time: JD refused" in said


def test_a_lost_order_is_asked_for_at_the_shops_own_account_and_at_no_other_keepers(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    lulus_shop()
    connect(client, "mei", union.accounts[0])
    own = OwnAccount.objects.get().code
    order = union.go_and_buy(shop)
    number = str(int(order) - FIRST_ROW + FIRST_ORDER)
    page = client.get("/studio/mei/lost-orders").content.decode()
    assert "JD, by your own account" in page
    asked = {"marketplace": own, "order": number, "ordered_at": ""}

    assert signed_in(lulu()).post("/studio/lulu/lost-orders", asked).status_code == 422
    assert client.post("/studio/mei/lost-orders", asked).status_code == 302
    answer_lost_orders(now=clock.now())

    assert LostOrder.objects.get().state == "found"
    assert line_of(order).marketplace == own


def test_doctor_names_a_key_that_is_missing_or_another_one(union: Union, settings: Settings, tmp_path: Path) -> None:
    meis_shop()
    assert list(_own_accounts()) == []
    connect(signed_in(mei()), "mei", union.accounts[0])
    assert list(_own_accounts()) == []

    key = tmp_path / "own-accounts.key"
    key.chmod(0o644)
    assert "chmod 600" in next(_own_accounts()).text
    key.unlink()
    assert "JOEY_OWN_ACCOUNTS_KEY" in next(_own_accounts()).text
    key.write_bytes(b64encode(bytes(32)))
    key.chmod(0o600)
    found = next(_own_accounts())
    assert not found.good
    assert found.text.startswith("1 of keepers' own accounts were sealed with another key")


def test_a_key_that_was_lost_is_replaced_by_one_for_what_is_typed_again(union: Union, tmp_path: Path) -> None:
    meis_shop(), lulus_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    connect(signed_in(lulu()), "lulu", union.accounts[1])
    key = tmp_path / "own-accounts.key"
    first = key.read_bytes()
    key.chmod(0o644)
    assert connect(signed_in(mei()), "mei", union.accounts[0]).status_code == 503
    key.chmod(0o600)
    key.write_bytes(b"garbage")
    assert connect(signed_in(mei()), "mei", union.accounts[0]).status_code == 503
    assert key.read_bytes() == b"garbage", "a file that is there is left as it is"
    key.unlink()

    assert connect(signed_in(mei()), "mei", union.accounts[0]).status_code == 302

    troubles = {each.marketplace: each.trouble for each in sync_own_accounts(now=clock.now())}
    assert key.read_bytes() not in (first, b"garbage")
    assert troubles[own_accounts_of(meis_shop().pk)["jd"]] == ""
    assert "sealed with another key" in troubles[own_accounts_of(lulus_shop().pk)["jd"]]
    assert next(_own_accounts()).text.startswith("1 of keepers' own accounts were sealed with another key")
    assert connect(signed_in(lulu()), "lulu", union.accounts[1]).status_code == 302
    assert list(_own_accounts()) == []


def test_a_visitor_of_a_shop_whose_account_is_locked_reads_that_its_keeper_sees_why(
    union: Union, tmp_path: Path
) -> None:
    link = union.link(meis_shop())
    connect(signed_in(mei()), "mei", union.accounts[0])
    (tmp_path / "own-accounts.key").unlink()

    assert why_untracked(link) is Untracked.OWN_ACCOUNT


def test_a_link_by_an_account_that_is_locked_promises_nothing(union: Union, tmp_path: Path) -> None:
    link, client = union.link(meis_shop()), signed_in(mei())
    connect(client, "mei", union.accounts[0])
    shared = f"/studio/mei/share/{link.listing_id}?link={link.code}"
    assert "It earns from the first click" in text_of(client.get(shared).content.decode())

    (tmp_path / "own-accounts.key").unlink()

    said = text_of(client.get(shared).content.decode())
    assert "Links to there go by your own account, and it cannot be used as it is." in said
    assert "It earns from the first click" not in said
    made = Caller(mei()).post("/shops/mei/links", {"listing_id": str(link.listing_id), "channel": "qq"})
    assert made.json()["earns"] is False
    assert "it cannot be used as it is" in made.json()["no_earning_reason"]


def test_only_the_owner_with_a_fresh_code_gets_there(union: Union) -> None:
    meis_shop(), lulus_shop()

    assert connect(signed_in(lulu()), "mei", union.accounts[0]).status_code == 404
    stale = connect(signed_in(mei(), fresh=False), "mei", union.accounts[0])
    assert stale["Location"].startswith("/studio/confirm")
    assert not OwnAccount.objects.exists()


def test_attempts_are_counted_also_those_that_fail(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())
    wrong = union.accounts[0] | {"app_secret": "f" * 32}

    answers = [connect(client, "mei", wrong).status_code for _ in range(21)]

    assert answers == [422] * 20 + [429]


def test_orders_that_the_account_has_from_elsewhere_are_not_kept(union: Union) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    ours = union.go_and_buy(shop)
    elsewhere = union.buy(union.link_elsewhere(0))
    booked()

    assert line_of(ours).shop_id == shop.pk
    assert not OrderLine.objects.filter(external_line=elsewhere).exists()
    assert elsewhere not in _whole_database()


def test_two_keepers_accounts_and_the_operators_each_bring_their_own_orders(union: Union) -> None:
    shops = [meis_shop(), lulus_shop()]
    connect(signed_in(mei()), "mei", union.accounts[0])
    third = union.go_and_buy(lulus_shop())
    connect(signed_in(lulu()), "lulu", union.accounts[1])
    orders = [union.go_and_buy(shop) for shop in shops]

    booked()

    assert [line_of(order).shop_id for order in orders] == [shop.pk for shop in shops]
    assert len({line_of(order).marketplace for order in (*orders, third)}) == 3
    assert Commission.objects.get().order_line_id == line_of(third).pk


def test_the_listing_and_what_is_offered_say_that_all_of_it_is_the_keepers(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    listing = union.link(shop).listing_id
    offered = f"/studio/mei/pick?offer={union.offer.pk}"
    before = client.get(f"/s/mei/{listing}"), client.get(offered)
    assert "Joey's platform fee" in text_of(before[0].content.decode())

    connect(client, "mei", union.accounts[0])

    assert "JD pays the keeper itself" in client.get(f"/s/mei/{listing}").content.decode()
    earns = [
        re.search(r"you earn about CN¥([0-9.]+)", each.content.decode()) for each in (before[1], client.get(offered))
    ]
    assert earns[0]
    assert earns[1]
    assert float(earns[0][1]) < float(earns[1][1])


def test_the_office_tells_positions_of_keepers_accounts_from_the_operators(union: Union) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    union.go_and_buy(shop)
    office = operator_signed_in(ada())

    for table in ("sharing_position", "sharing_positionlease"):
        said = text_of(office.get(reverse(f"admin:{table}_changelist")).content.decode())
        assert "JD, by a keeper’s own account" in said, table


def test_where_a_link_is_shared_it_says_who_pays(union: Union) -> None:
    link = union.link(meis_shop())
    client = signed_in(mei())
    shared = f"/studio/mei/share/{link.listing_id}?link={link.code}"
    before = text_of(client.get(shared).content.decode())
    assert "Of a commission you get 80%; the other 20% is Joey's platform fee." in before
    assert "pays you itself" not in before

    connect(client, "mei", union.accounts[0])

    after = text_of(client.get(shared).content.decode())
    assert "JD pays you itself, by your own account: all of the commission." in after
    assert "platform fee" not in after
    made = Caller(mei()).post("/shops/mei/links", {"listing_id": str(link.listing_id), "channel": "qq"})
    assert made.json()["paid_by"] == "marketplace"


def test_where_goods_are_picked_the_head_and_each_row_agree_on_who_pays(union: Union) -> None:
    union.link(meis_shop())
    flask(marketplace="taobao")
    client = signed_in(mei())
    offered = f"/studio/mei/pick?offer={union.offer.pk}"
    assert "Of a commission you get 80%" in text_of(client.get(offered).content.decode())

    connect(client, "mei", union.accounts[0])

    own = text_of(client.get(offered).content.decode())
    assert "JD pays you itself, by your own account: all of the commission." in own
    assert re.search(r"all of [0-9.]+% commission[^;]*; JD pays you itself", own)
    assert "platform fee" not in own
    assert "your share of" not in own
    mixed = text_of(client.get("/studio/mei/pick").content.decode())
    assert "JD pays you itself, by your own account" in mixed
    assert "Of other commissions you get 80%; the other 20% is Joey's platform fee." in mixed
