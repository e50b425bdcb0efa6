"""What the office says: every heading, column and value in words, every field with a label, every action answered."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission, Hold
from joey.insight.prove import all_checks
from joey.marketplaces import registry
from joey.marketplaces.port import UnreadableReport
from joey.office.site import office
from joey.office.words import COLUMNS, TEXTS_OF, VALUES, heading_of, in_words
from joey.payouts.models import PayoutFile
from joey.people.models import Person
from joey.record.erasable import TEXTS_MATCH
from joey.shops.models import Shop
from tests.cast import NOW, ada, report
from tests.office.test_office import TABLES, act, everything, signed_in
from tests.orders.polled import take_order_reports

pytestmark = pytest.mark.django_db

PAGES = ("waiting", "health", "register_positions", "terms")
NAMES = {"Joey office", "Taobao or Tmall"}  # names in every language
VOID = {"input", "meta", "link", "br", "img", "hr"}


class Outline(HTMLParser):
    """Headings, labels and fields of a page, and the texts of the elements that have to be in words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.words: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.labelled: set[str] = set()
        self.status: list[str] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            inside = any(each == "label" for each, _given, _text in self._open)
            self.fields.append(given | {"in_label": "yes" if inside else None})
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        if tag not in VOID:
            self._open.append((tag, given, []))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _given, text = self._open.pop()
            said = " ".join("".join(text).split())
            if name == "h1":
                self.headings.append(said)
            around = [tag for tag, _given, _text in self._open]
            if name in ("h1", "h2", "h3", "label", "button", "option") or (name == "th" and "thead" in around):
                self.words.append(said)
            if name == "li" and any(each.get("role") == "status" for _tag, each, _text in self._open):
                self.status.append(said)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open and "material-symbols-outlined" in str(self._open[-1][1].get("class")):
            return  # the name of an icon
        for _tag, _given, text in self._open:
            text.append(data)


def addresses() -> Iterator[str]:
    for page in PAGES:
        yield reverse(f"admin:{page}")
    for model in TABLES:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def every_page(client: Client) -> Iterator[tuple[str, Outline]]:
    """The office's own pages, each table, and each table's first row."""
    for address in addresses():
        yield address, Outline(client.get(address).content.decode())
    for model in TABLES:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        address = reverse(name, args=[model.objects.first().pk])
        yield address, Outline(client.get(address).content.decode())


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_column_has_a_heading_in_words(model: Any) -> None:
    table = office._registry[model]

    columns = {*table.list_display, *(table.fields or ()), *table.named_by}
    unnamed = sorted(name for name in columns if not hasattr(type(table), name) and name not in COLUMNS)

    assert unnamed == []
    assert table.heading


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_value_that_a_column_can_have_is_said_in_words(model: Any) -> None:
    table = office._registry[model]
    shown = {*table.list_display, *(table.fields or ())}

    bare = [
        f"{field.name}={value}"
        for field in model._meta.concrete_fields
        if field.name in shown and not hasattr(type(table), field.name)
        for value, _label in field.flatchoices
        if value and in_words(f"{model._meta.model_name}.{field.name}", value) == value
    ]

    assert bare == []


def test_a_shop_does_not_open_and_close_in_the_words_of_a_hold() -> None:
    for name in ("opened_at", "closed_at"):
        assert heading_of(Shop, name) != heading_of(Hold, name)


def test_every_rule_about_kept_texts_says_whose_texts() -> None:
    before, after = TEXTS_MATCH.split("%s")
    rules = {check.rule for check in all_checks() if check.rule.startswith(before) and check.rule.endswith(after)}

    assert {rule.removeprefix(before).removesuffix(after) for rule in rules} == {"an event", *TEXTS_OF}


def test_every_page_has_one_heading_and_every_field_a_label(settings: Any) -> None:
    everything(settings)

    faults = []
    for address, page in every_page(signed_in(ada())):
        if len(page.headings) != 1 or not page.headings[0]:
            faults.append(f"{address}: headings {page.headings}")
        faults += [
            f"{address}: no label for {field}"
            for field in page.fields
            if not (field.get("aria-label") or field["in_label"] or field.get("id") in page.labelled)
        ]

    assert not faults, "\n".join(faults)


def test_where_there_is_no_value_every_list_says_so_in_one_way(settings: Any) -> None:
    everything(settings)
    client = signed_in(ada())

    for model in TABLES:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = client.get(address).content.decode()
        cells = re.findall(r'<t[dh][^>]* data-label="[^"]*">(.*?)</t[dh]>', page, re.DOTALL)
        assert cells, address
        assert {"", "-", "None"}.isdisjoint(cell.strip() for cell in cells), address


def test_headings_labels_and_buttons_are_translated(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a language in which every translated text is between brackets, what is without them is English for ever."""
    everything(settings)
    client = signed_in(ada())
    client.get("/office/")
    trans = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(trans, "gettext", lambda text: f"[{text}]" if text else "")
    monkeypatch.setattr(trans, "ngettext", lambda one, many, count: f"[{one if count == 1 else many}]")

    bare = {
        (address, said)
        for address, page in every_page(client)
        for said in page.words
        if any(letter.isalpha() for letter in said) and "[" not in said and said not in NAMES
    }

    assert not bare, "\n".join(str(each) for each in sorted(bare))


@pytest.mark.parametrize(
    ("language", "colon", "said"),
    [
        ("en", ": ", ("No commission", "Table (CSV)", "Bank transfer · an account")),
        ("zh-hans", "：", ("无佣金", "表格（CSV）", "银行转账 · 目前")),
    ],
)
def test_rows_are_headed_and_valued_in_words_of_the_language_and_the_operator_is_named_once(
    settings: Any, language: str, colon: str, said: tuple[str, ...]
) -> None:
    everything(settings)
    take_order_reports("taobao", [report("5")], now=NOW)
    earn_due(now=NOW)
    take_order_reports(
        "taobao", [report("5", state="closed", reported_at=NOW, commission_minor=0, service_fee_minor=0)], now=NOW
    )
    earn_due(now=NOW)
    Person.objects.filter(pk=ada().pk).update(language=language)
    client = signed_in(ada())

    nothing, file = Commission.objects.get(base_minor=0, order_line__external_order="5"), PayoutFile.objects.get()
    pages = [
        client.get(reverse(f"admin:{name}_change", args=[row.pk]), headers={"Accept-Language": language})
        for name, row in (("commissions_commission", nothing), ("payouts_payoutfile", file))
    ]

    words = "".join(page.content.decode() for page in pages)
    assert [each for each in said if each not in words] == []
    for page in pages:
        (heading,) = Outline(page.content.decode()).headings
        assert [mark for mark in (": ", "：") if mark in heading] == [colon]
        assert page.content.decode().count(ada().contact) == 1


def test_every_question_to_a_marketplace_has_words() -> None:
    asked = {question.code for manifest in registry.manifests() for question in manifest.questions}

    assert asked - VALUES["synccursor.question"].keys() == set()


def test_every_action_answers_with_a_message(settings: Any) -> None:
    everything(settings)
    for number in range(2):  # one for each way of giving it up
        take_order_reports("taobao", [UnreadableReport("order", "9", NOW, {"n": number}, "no amount")], now=NOW)
    client = signed_in(ada())
    given = {"reason": "Because", "shop": "mei", "outcome": "settled", "borne_by": "shop"}

    silent = []
    for model in TABLES:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for action in office._registry[model].actions or ():
            page = Outline(act(client, name, action, model.objects.first().pk, **given).content.decode())
            if not page.status:
                silent.append(f"{name}:{action}")

    assert silent == []


def test_a_form_says_beside_the_reason_that_the_shopkeeper_reads_it_exactly_where_they_do(settings: Any) -> None:
    everything(settings)
    client = signed_in(ada())

    read = set()
    for model in TABLES:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for action in office._registry[model].actions or ():
            page = act(client, name, action, model.objects.first().pk).content.decode()
            if re.search(r'<label[^>]* for="reason">[^<]+ \(the shopkeeper reads it\)</label>', page):
                read.add(f"{name}:{action}")

    assert read == {
        "commissions_commission:hold",
        "commissions_hold:release",
        "orders_dispute:answer",
        "orders_orderline:attribute",
        "payouts_payout:hold",
        "payouts_payout:refuse",
        "shops_shop:hold_payouts",
    }
