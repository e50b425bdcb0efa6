"""What a keeper's own account reports of everything else that it sells is none of Joey's, and is not kept.

The account is the keeper's, who may share by it anywhere. Joey keeps the orders through the positions that it knows of
the account. Reports that name no order line by a position, as those of refunds, come to nothing where there is no line.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.own_codes import is_own
from joey.marketplaces.port import AnyReport, ByPosition, Connector, OrderReport
from joey.marketplaces.read_reports import read_reports
from joey.sharing.queries import position_keys


def reports_for(
    connector: Connector, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[AnyReport]]]:
    """The connector's answer for [since, until), a window at a time, without the orders of others."""
    for window_end, reports in read_reports(connector, question, since, until):
        yield window_end, without_orders_of_others(connector.code, reports)


def without_orders_of_others(code: str, reports: Sequence[AnyReport]) -> list[AnyReport]:
    """The reports, of a keeper's own account those alone that may concern its shop."""
    if not is_own(code) or not reports:
        return list(reports)
    known = position_keys(code)
    return [each for each in reports if not isinstance(each, OrderReport) or _names_any(each, known)]


def _names_any(report: OrderReport, known: frozenset[str]) -> bool:
    return any(isinstance(piece, ByPosition) and piece.key in known for piece in report.evidence)
