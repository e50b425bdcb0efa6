"""What a report in another currency than its line's says of the line, as SQL. Nothing is converted.

What it gives cannot be booked, so it moves nothing but the hold. But a line that is only placed or is closed gives
nothing, and that is so in any currency: such a report moves its line like any other, with amounts of zero.
"""

AMOUNTS = ("paid_minor", "commission_minor", "service_fee_minor", "protected_minor")


def gives_nothing(row: str) -> str:
    """SQL condition: by its state the line of this report, or this line, gives nothing."""
    return f"({row}.state IN ('placed', 'closed'))"


def can_move(report: str, line: str) -> str:
    """SQL condition: the report is in its line's currency, or gives nothing in any."""
    return f"({report}.currency = {line}.currency OR {gives_nothing(report)})"


def in_its_currency(name: str, report: str, line: str) -> str:
    """SQL for what a report that can move its line says in the column `name`, in the line's currency."""
    if name == "currency":
        return f"{line}.currency"
    if name in AMOUNTS:
        return f"CASE WHEN {report}.currency = {line}.currency THEN {report}.{name} ELSE 0 END"
    return f"{report}.{name}"
