"""Which currencies may be paid out through a licensed payment channel only, and which one the operator named.

Moving other people's money in China takes a licence (law CN-T5), so payouts in such a currency are off until a setting
names the channel that has one. Everything that moves a payout on asks here; answers of a rail are taken in regardless.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, CharField, Expression, F, Func, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, Text
from joey.ledger.queries import currencies_booked
from joey.payouts.models import PayoutFile
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.queries import events_of, with_texts

NEED_LICENSED_CHANNEL = frozenset({"CNY"})
SENT_THROUGH = "payout_file.sent_through"


class NoLicensedChannel(Conflict):
    """Payouts in this currency need a licensed channel, and the operator has not named one."""

    code = "no_licensed_channel"


def without_channel() -> frozenset[str]:
    """The currencies in which nothing is paid out, because their channel is not named."""
    return frozenset(each for each in NEED_LICENSED_CHANNEL if not settings.JOEY_LICENSED_CHANNELS.get(each))


class _WithoutChannel(Expression):
    """The same in a query, as the settings have it when that runs: some conditions are made as modules load."""

    output_field = ArrayField(CharField())

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s::varchar[]", [sorted(without_channel())]


def lacks_channel() -> Q:
    """A condition on payouts: their currency is among these."""
    return Q(
        Func(
            F("currency"), _WithoutChannel(), template="(%(expressions)s))", arg_joiner=" = ANY (",
            output_field=BooleanField(),
        )
    )  # fmt: skip


def check_channel(currency: str) -> None:
    """Raises NoLicensedChannel."""
    if currency in without_channel():
        raise NoLicensedChannel(why_off(currency))


def why_off(currency: str) -> Text:
    """What a keeper and an operator read about a currency of `without_channel`."""
    return _(
        "Payouts in %(currency)s are off: the law asks for a licensed payment channel, and the operator has not named"
        " one yet (setting %(setting)s). The money is kept meanwhile."
    ) % {"currency": currency, "setting": f"JOEY_LICENSED_CHANNEL_{currency}"}


def reasons_off(currencies: Iterable[str]) -> dict[str, Text]:
    """By currency, of these, why nothing is paid out in it."""
    return {each: why_off(each) for each in sorted(without_channel() & set(currencies))}


def money_without_channel() -> list[Text]:
    """For an operator: why nothing is paid out in currencies that shops have accounts in. One query, if any."""
    lacking = without_channel()
    return list(reasons_off(lacking & currencies_booked() if lacking else lacking).values())


def channel_of(currency: str) -> str:
    """The licensed channel that payouts in this currency go through; "" where none is named or needed."""
    return _shown(settings.JOEY_LICENSED_CHANNELS.get(currency, "")) if currency in NEED_LICENSED_CHANNEL else ""


def record_channel(file: PayoutFile, *, now: datetime) -> None:
    """Record what channel a file is submitted through; again only where another name is in force when it goes again."""
    if file.currency not in NEED_LICENSED_CHANNEL:
        return
    channel = str(settings.JOEY_LICENSED_CHANNELS[file.currency])
    if _last_channel([file]) != channel:
        append(SENT_THROUGH, _subject(file), {"channel": keep_text(channel, shop_id=None).fact}, happened_at=now)


def recorded_channel(files: Sequence[PayoutFile]) -> str:
    """What channel the newest submission of these files went through; "" without one, or once it was erased.

    Two queries, none without files.
    """
    return _shown(_last_channel(files))


def _last_channel(files: Sequence[PayoutFile]) -> str:
    since = min((file.made_at for file in files), default=None)
    events = events_of([_subject(file) for file in files], since=since) if files else []
    sent = [event for event in events if event.kind == SENT_THROUGH][-1:]
    return str(with_texts(sent)[0].facts["channel"] or "") if sent else ""


def _shown(name: str) -> str:
    """A name in the reader's language, where it has words there: that of the demo says that it is simulated."""
    return gettext(name) if name else ""


def _subject(file: PayoutFile) -> str:
    return f"payout_file:{file.message_id}"
