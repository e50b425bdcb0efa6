"""What commission rate an offer showed over time: `rates_since` and `rates_ppm` of the offer, the oldest first.

A rate is added where it differs from the last one, with the moment of the import or look-up that brought it, in whole
seconds, as marketplaces report clicks. The newest RATES_KEPT stay; of the time before the first nothing is known.
"""

from datetime import timedelta

RATES_KEPT = 50
SEEN_WITHIN = timedelta(hours=1)  # an import is dated when it begins; until it ends, the rate before it is shown


def sql_first_rate(row: str, since: str) -> dict[str, str]:
    """Column → SQL of a new offer that shows the rate of `row`."""
    return {"rates_since": f"ARRAY[{since}::timestamptz]", "rates_ppm": f"ARRAY[{row}.commission_ppm]"}


def sql_next_rate(offer: str, row: str, since: str) -> dict[str, str]:
    """Column → SQL of a known offer that now shows the rate of `row`. A moment is never before the last."""
    same = f"{offer}.commission_ppm = {row}.commission_ppm AND {offer}.rates_ppm <> '{{}}'"
    last = f"{offer}.rates_since[cardinality({offer}.rates_since)]"
    added = {"rates_since": f"greatest({since}::timestamptz, {last})", "rates_ppm": f"{row}.commission_ppm"}
    return {
        name: f"CASE WHEN {same} THEN {offer}.{name} ELSE"
        f" array_append({offer}.{name}[greatest(1, cardinality({offer}.{name}) - {RATES_KEPT - 2}):], {value}) END"
        for name, value in added.items()
    }


def sql_rate_at(offer: str, at: str) -> str:
    """SQL for the rate that the offer showed at a moment; NULL before its history."""
    return f"""(
        SELECT rate.ppm FROM unnest({offer}.rates_since, {offer}.rates_ppm) WITH ORDINALITY AS rate (since, ppm, number)
        WHERE rate.since <= {at} ORDER BY rate.number DESC LIMIT 1)"""


def sql_cannot_have_shown(offer: str, ppm: str, at: str) -> str:
    """SQL for whether its history rules out that the offer showed this rate at a moment. What was cut off rules out
    nothing.
    """
    earlier = f"{at} - interval '{SEEN_WITHIN.seconds} seconds'"
    return f"""(
        cardinality({offer}.rates_since) > 0
        AND (cardinality({offer}.rates_since) < {RATES_KEPT} OR {offer}.rates_since[1] <= {earlier})
        AND NOT EXISTS (
            SELECT FROM (
                SELECT since, ppm, lead(since) OVER (ORDER BY number) AS until
                FROM unnest({offer}.rates_since, {offer}.rates_ppm) WITH ORDINALITY AS rate (since, ppm, number)
            ) AS rates
            WHERE rates.ppm = {ppm} AND rates.since <= {at} AND (rates.until IS NULL OR rates.until > {earlier})))"""
