"""The office in Chinese, page by page: what is in Latin letters is a name, a code or what someone wrote (case P20)."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from joey.office.site import office
from joey.orders.models import Dispute
from joey.people.models import Person
from tests.cast import ada
from tests.office.test_office import TABLES, act, everything, signed_in
from tests.office.test_words_and_labels import VOID, addresses

pytestmark = pytest.mark.django_db

FORMS = ("pause_payouts", "publish_limits")
READ_ALOUD = ("title", "aria-label", "placeholder", "alt")
SILENT = {"script", "style", "code", "pre", "template"}
LATIN = re.compile(r"[A-Za-z][A-Za-z'’]+")
WRITTEN = "Ada|Mei|mei|Looks odd|Checking|It was no return|Restored|The logo is wrong|The statement agrees|no amount"
# Names, codes, commands, and what the people of `everything` wrote.
ALLOWED = re.compile(
    r"[\w.]+@example\.com|(?:\w+:)?(?:joey|procrastinate)\.[\w.]+|joey (?:work|index rebuild)|Joey|CSV|English|default"
    r"|\{.*\}|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{5}-[A-Z0-9]{5}|\b[A-Z]{3}\b|HK\$|JP¥|/s/mei"
    r"|feed:tea(?:-\d+)?|tea\.example"
    rf"|the moon is full|Audited|Pay by Test, licence|{WRITTEN}"
)


class Visible(HTMLParser):
    """The texts of a page that a person reads or hears, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [text for name in READ_ALOUD if (text := given.get(name))]
        if tag == "input" and given.get("type") in ("submit", "button") and given.get("value"):
            self.texts.append(str(given["value"]))
        icon = "material-symbols-outlined" in str(given.get("class"))
        if tag not in VOID:
            self._open.append((tag, tag in SILENT or icon))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(silent for _tag, silent in self._open):
            self.texts.append(" ".join(data.split()))


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Every page of the office: its own, its forms, each list, each list without a row, each first row, each action."""
    shown = [*addresses(), *(reverse(f"admin:{name}") for name in FORMS)]
    for model in TABLES:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        row = model.objects.first()
        shown.append(reverse(f"admin:{name}_change", args=[row.pk]))
        shown.append(reverse(f"admin:{name}_changelist") + "?q=zzz")
        for action in office._registry[model].actions or ():
            yield f"{name}:{action}", act(client, name, action, row.pk).content.decode()
    for address in shown:
        yield address, client.get(address).content.decode()


def test_every_page_of_the_office_is_in_chinese(settings: Any) -> None:
    everything(settings)
    Person.objects.filter(pk=ada().pk).update(language="zh-hans")
    client = signed_in(ada())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh"

    english = {
        f"{address}: {text}"
        for address, page in pages(client)
        for text in Visible(page).texts
        if LATIN.search(ALLOWED.sub("", text))
    }

    assert not english, "\n".join(sorted(english))


def test_the_language_is_switched_in_the_office_and_remembered() -> None:
    client = signed_in(ada())

    switch = re.search(r'href="([^"]*lang=zh)"', client.get("/office/terms/").content.decode())
    assert switch
    shown = client.get(switch[1]).content.decode()

    assert 'href="/office/waiting/?lang=en"' in shown
    assert "等你处理" in client.get("/office/terms/").content.decode()


def test_a_dispute_is_answered_from_its_own_page(settings: Any) -> None:
    everything(settings)
    client = signed_in(ada())
    dispute = Dispute.objects.get()
    address = reverse("admin:orders_dispute_change", args=[dispute.pk])
    page = client.get(address).content.decode()
    form = page[page.rindex('<form method="post"') :]
    fields = dict(re.findall(r'name="(action|_selected_action|index)" value="([^"]*)"', form))

    asked = client.post(reverse("admin:orders_dispute_changelist"), fields).content.decode()
    assert 'name="reason"' in asked
    client.post(reverse("admin:orders_dispute_changelist"), fields | {"reason": "It was one"})

    dispute.refresh_from_db()
    assert dispute.closed_at is not None
    assert 'name="_selected_action"' not in client.get(address).content.decode()
