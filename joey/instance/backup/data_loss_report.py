"""What happened since a backup was made, in plain words: what restoring it would lose."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from joey.instance.backup.queries import Holdings
from joey.kit.utc_text import utc_text
from joey.money.money import Money

# Tables whose rows mean something to a person, the most painful loss first.
NAMES = {
    "payouts_payout": ("payout", "payouts"),
    "orders_orderline": ("order line", "order lines"),
    "commissions_commission": ("commission", "commissions"),
    "shops_shop": ("shop", "shops"),
    "people_person": ("person", "people"),
    "commissions_planversion": ("plan", "plans"),
    "payouts_payoutpause": ("pause of all payouts", "pauses of all payouts"),
    "shops_listing": ("listing", "listings"),
    "sharing_link": ("link", "links"),
    "sharing_click": ("click", "clicks"),
    "catalog_offer": ("offer", "offers"),
    "catalog_pricepoint": ("price point", "price points"),
    "record_event": ("entry in the record", "entries in the record"),
}


def data_loss_report(backup: Holdings, present: Holdings) -> list[str]:
    """Sentences for the terminal; the first one is the summary."""
    if present.began != backup.began:
        held = _list(_counted({name: present.rows.get(name, 0) for name in NAMES}))
        return [f"The database here is not an earlier or later state of this backup. All of it would be lost: {held}."]
    since = {name: present.rows.get(name, 0) - backup.rows.get(name, 0) for name in NAMES}
    when = f"{utc_text(datetime.fromisoformat(backup.at), seconds=True)}, {_ago(backup.at, present.at)} ago"
    happened = _list(_counted(since))
    if not happened:
        return [f"Nothing was added since that backup was made ({when})."]
    sentences = [f"Since that backup was made ({when}) these were added, and they would be lost: {happened}."]
    sent = {
        currency: (count - backup.sent.get(currency, [0, 0])[0], minor - backup.sent.get(currency, [0, 0])[1])
        for currency, (count, minor) in present.sent.items()
    }
    sent = {currency: both for currency, both in sent.items() if both[0] > 0}
    if sent:
        count = sum(count for count, _ in sent.values())
        amounts = _list(Money(minor, currency).text for currency, (_, minor) in sorted(sent.items()))
        sentences.append(
            f"{count} {'payout was' if count == 1 else 'payouts were'} sent to the bank since: {amounts}. "
            "No backup brings that money back."
        )
    if since["orders_orderline"] > 0:
        sentences.append("Orders come back: the next sync asks the marketplaces for everything since the backup.")
    return sentences


def erasures_to_repeat(erased: Sequence[tuple[str, datetime]]) -> list[str]:
    """A line for each erasure that the backup does not have: what was erased would be back."""
    if not erased:
        return []
    return [
        "What was erased since would be there again. Repeat each of these with `joey erase SUBJECT --reason TEXT`:",
        *(f"  {subject}, erased {utc_text(at, seconds=True)}" for subject, at in erased),
    ]


def _counted(rows: dict[str, int]) -> Iterator[str]:
    for name, count in rows.items():
        if count > 0:
            yield f"{count:,} {NAMES[name][count != 1]}"


def _list(parts: Iterator[str]) -> str:
    found = list(parts)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def _ago(then: str, now: str) -> str:
    seconds = (datetime.fromisoformat(now).astimezone(UTC) - datetime.fromisoformat(then)).total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{max(0, int(seconds))} seconds"
