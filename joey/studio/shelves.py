"""Shelves: the order of goods, notes, what is shown, and why something was refused. One small form per action."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from joey.kit import clock
from joey.kit.http import status_of
from joey.kit.refusals import Invalid, Refusal
from joey.kit.strict_form import StrictForm
from joey.sharing.file_position import steps_left
from joey.shops import arrange
from joey.shops.models import Shop
from joey.shops.report_listing import appeal_hidden
from joey.shops.stock import stock_of
from joey.studio.access import keeper_only, language, own_shop, page
from joey.studio.forms import AskAgainForm, ListingForm, NoteForm, PlaceForm, ShelfForm, ShelfNameForm

Given = dict[str, Any]
Action = tuple[type[StrictForm], Callable[[Shop, Given, datetime], object]]

ACTIONS: dict[str, Action] = {
    "add_shelf": (ShelfNameForm, lambda shop, given, now: arrange.add_shelf(shop, name=given["shelf"])),
    "rename_shelf": (
        ShelfNameForm,
        lambda shop, given, now: arrange.rename_shelf(shop, given["shelf_id"], name=given["shelf"]),
    ),
    "shelf_up": (ShelfForm, lambda shop, given, now: arrange.move_shelf(shop, given["shelf_id"], way="up")),
    "shelf_down": (ShelfForm, lambda shop, given, now: arrange.move_shelf(shop, given["shelf_id"], way="down")),
    "remove_shelf": (ShelfForm, lambda shop, given, now: arrange.remove_shelf(shop, given["shelf_id"])),
    "up": (ListingForm, lambda shop, given, now: arrange.move_listing(shop, given["listing_id"], way="up")),
    "down": (ListingForm, lambda shop, given, now: arrange.move_listing(shop, given["listing_id"], way="down")),
    "place": (
        PlaceForm,
        lambda shop, given, now: arrange.put_on_shelf(shop, given["listing_id"], shelf_id=given["shelf_id"]),
    ),
    "note": (
        NoteForm,
        lambda shop, given, now: arrange.set_note(shop, given["listing_id"], note=given["note"], now=now),
    ),
    "ask_again": (
        AskAgainForm,
        lambda shop, given, now: appeal_hidden(shop, given["listing_id"], words=given["words"], now=now),
    ),
    "hide": (ListingForm, lambda shop, given, now: arrange.hide_listing(shop, given["listing_id"], now=now)),
    "show": (ListingForm, lambda shop, given, now: arrange.show_listing(shop, given["listing_id"], now=now)),
    "remove": (ListingForm, lambda shop, given, now: arrange.remove_listing(shop, given["listing_id"], now=now)),
}


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def shelves(request: HttpRequest, slug: str) -> HttpResponse:
    shop = own_shop(request, slug)
    now = clock.now()
    kept, problem, status = RefusedForm(), "", 200
    if request.method == "POST":
        try:
            _do(shop, request, now)
            mark = request.POST.get("listing_id") or request.POST.get("shelf_id") or ""
            return HttpResponseRedirect(f"/studio/{slug}/shelves" + (f"#i-{mark}" if mark else ""))
        except Refusal as refusal:
            kept, problem, status = _kept(request, refusal), str(refusal.text), status_of(refusal)
    facts = {
        "shop": shop,
        "tab": "shelves",
        "now": now,
        "stock": stock_of(shop, language=language(), now=now),
        "problem": problem,
        "kept": kept,
        "steps_left": steps_left(shop),
    }
    return page(request, "shelves.html", facts, status=status)


@dataclass(frozen=True)
class RefusedForm:
    """What was typed into the form that was refused, so that it is shown there again; `id` is the row's."""

    do: str = ""
    id: str = ""
    text: str = ""
    words: tuple[str, ...] = ()  # of it, which the rules do not allow


def _kept(request: HttpRequest, refusal: Refusal) -> RefusedForm:
    given = request.POST
    text = given.get("note") or given.get("shelf") or given.get("words") or ""
    row = given.get("listing_id") or given.get("shelf_id") or ""
    return RefusedForm(given.get("do", ""), row, text, tuple(refusal.facts.get("matched", ())))


def _do(shop: Shop, request: HttpRequest, now: datetime) -> None:
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise Invalid(_("This button is not known here. Reload the page."), field="do")
    form = action[0](request.POST)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise Invalid(str(problems[0]), field=field)
    action[1](shop, form.cleaned_data, now)
