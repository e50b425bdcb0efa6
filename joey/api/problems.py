"""How the API says no: RFC 9457 problem documents. A `type` is stable and is a page that explains it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit.current_request import request_id
from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Invalid, Refusal
from joey.kit.text import printable
from joey.money.money import Money

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class ProblemKind:
    """A problem type: what it means and what to do about it."""

    title: Promise
    meaning: Promise


KINDS: Mapping[str, ProblemKind] = {
    "bad_json": ProblemKind(
        _("The body is not JSON"),
        _(
            "The body has to be one JSON object in UTF-8 (RFC 8259): no NaN or Infinity, no name twice in an object,"
            " no text with the character U+0000."
        ),
    ),
    "idempotency_key_missing": ProblemKind(
        _("The Idempotency-Key is missing"),
        _(
            "A write that moves money needs the header Idempotency-Key, so that a repeat cannot pay twice. Make a new"
            " key for each payout, and send the same one again when you repeat it."
        ),
    ),
    "not_signed_in": ProblemKind(
        _("No valid token"),
        _("Send “Authorization: Bearer joey_…” with a token that was not revoked. Browser sessions do not count here."),
    ),
    "forbidden": ProblemKind(_("Not allowed"), _("You are known, and this is not yours to do.")),
    "scope_missing": ProblemKind(
        _("The token was not made for this"),
        _("Make a token with the scope that “facts” names. What each operation needs is in the OpenAPI document."),
    ),
    "not_found": ProblemKind(
        _("Not found"), _("It is not there, or it is not yours to see: the two look the same on purpose.")
    ),
    "gone": ProblemKind(_("No longer shown"), _("It was there, and its shop does not show it any more.")),
    "method": ProblemKind(_("This method does not work here"), _("The header Allow names the methods that do.")),
    "conflict": ProblemKind(
        _("It clashes with what is there"),
        _("A name is taken, a state was left already, or a balance is too low. Read the current state, then decide."),
    ),
    "still_in_progress": ProblemKind(
        _("The same write is in progress"),
        _("Another request with this Idempotency-Key is in progress. Send it again in a second."),
    ),
    "answer_erased": ProblemKind(
        _("The answer was erased"),
        _(
            "The write with this Idempotency-Key was answered before, with the status in “facts”, and the answer was"
            " erased because a person asked for that. Nothing was done again. Read the current state."
        ),
    ),
    "too_large": ProblemKind(
        _("The body is too large"), _("A body holds at most one megabyte. Nothing of it was read.")
    ),
    "media_type": ProblemKind(
        _("This is not application/json"),
        _("Send Content-Type: application/json, in UTF-8, without a Content-Encoding."),
    ),
    "invalid": ProblemKind(
        _("Something in the request cannot be used"),
        _("“errors” names each field and says what is wrong with it. Nothing was stored."),
    ),
    "idempotency_key_used_before": ProblemKind(
        _("This Idempotency-Key was used for something else"),
        _("The same key came with another body before. Use a new key for a new write."),
    ),
    "words_refused": ProblemKind(
        _("The rules do not allow these words"),
        _("“facts” holds the id of the rule and the version of the rule pack. Rephrase it."),
    ),
    "listing_refused": ProblemKind(
        _("The rules do not allow this item"),
        _("“facts” holds the id of the rule and the version of the rule pack. The refusal is kept with its reason."),
    ),
    "insufficient_balance": ProblemKind(
        _("Not enough is available"), _("Money that is pending or reserved cannot be paid out yet.")
    ),
    "payee_erased": ProblemKind(
        _("The payout details were erased"),
        _("They were erased because a person asked for that. Add them again before the next payout."),
    ),
    "payee_paused": ProblemKind(
        _("Payouts are paused"), _("New payout details wait 72 hours before the first payout to them.")
    ),
    "payout_in_progress": ProblemKind(
        _("A payout is in progress already"),
        _("One payout per currency at a time. Request the next one when it has arrived."),
    ),
    "too_many": ProblemKind(_("Too many requests"), _("Wait as many seconds as the header Retry-After says.")),
    "unavailable": ProblemKind(
        _("Something Joey depends on is unavailable"),
        _("The same request may work later. Nothing was stored."),
    ),
    "not_built": ProblemKind(_("Not available yet"), _("This address is reserved for a later version.")),
    "internal_error": ProblemKind(
        _("Internal error"),
        _("This is a bug in Joey, not in your request. Nothing was stored; the log of this instance has the details."),
    ),
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of the request."""

    field: str
    detail: str
    code: str


def problem(
    status: int,
    code: str,
    detail: str | Promise | None = None,
    *,
    errors: Sequence[FieldError] = (),
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer with a problem document. `code` is one of KINDS; `detail` is for this occurrence."""
    document: dict[str, Any] = {
        "type": f"{settings.JOEY_URL}/problems/{code}",
        "title": str(KINDS[code].title),
        "status": status,
        "detail": str(detail or KINDS[code].meaning),
        "code": code,
        "request_id": request_id(),
    }
    if len(errors) == 1:
        document["field"] = errors[0].field
    if errors:
        document["errors"] = [vars(error) for error in errors]
    if facts:
        document["facts"] = facts
    answer = HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def problem_of(refusal: Refusal) -> HttpResponse:
    """A refusal as a problem document. A refusal without a kind of its own takes its parent's."""
    kind = next((each for each in type(refusal).__mro__ if getattr(each, "code", "") in KINDS), Invalid)
    facts = {name: plain for name, value in refusal.facts.items() if (plain := _plain(value)) is not None}
    if refusal.code not in KINDS:
        facts["reason"] = refusal.code
    errors = [FieldError(refusal.field, str(refusal.text), refusal.code)] if refusal.field else []
    return problem(
        status_of(refusal),
        kind.code,  # type: ignore[attr-defined]
        str(refusal.text),
        errors=errors,
        facts=facts,
        headers=headers_of(refusal),
    )


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """What pydantic found, in our words: its own are English and repeat what was sent."""
    return [_field_error(error) for error in errors[:20]]


def _field_error(error: Mapping[str, Any]) -> FieldError:
    field = printable(".".join(str(part) for part in error["loc"]), at_most=80)
    context, kind = error.get("ctx", {}), str(error["type"])
    code, text = _worded(kind, context)
    return FieldError(field or "body", text, code)


def _worded(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "missing":
        return "missing", gettext("This field is required.")
    if kind == "extra_forbidden":
        return "unknown_field", gettext("There is no such field, and nothing was stored. Leave it out.")
    if kind in ("int_type", "int_parsing", "int_from_float", "int_parsing_size"):
        return "not_a_whole_number", gettext("This has to be a whole number, without quotes, comma, point or exponent.")
    if kind == "string_type":
        return "not_text", gettext("This has to be text.")
    if kind == "string_too_long":
        return "too_long", gettext("This is too long: at most %d characters.") % context.get("max_length", 0)
    if kind == "string_too_short":
        return "too_short", gettext("This is too short: at least %d characters.") % context.get("min_length", 0)
    if kind == "bool_type":
        return "not_true_or_false", gettext("This has to be true or false.")
    if kind.startswith("uuid"):
        return "not_an_id", gettext("This is not an id that Joey gave.")
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return "out_of_range", gettext("This number is too small or too large.")
    if kind in ("literal_error", "enum"):
        return "not_a_choice", gettext("Choose one of: %s.") % context.get("expected", "")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "not_an_object", gettext("This has to be a JSON object.")
    return "unusable", gettext("This value cannot be used.")


def _plain(value: Any) -> Any:
    """A fact as JSON may carry it, or None for what has no place in a public answer."""
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency, "text": value.text}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    return value if isinstance(value, str | int | bool) else None
