"""Work out, for a set of changed order lines, what each has booked and what it should have: the set `worked_out`.

The arithmetic of docs/money.md in one place: net, split, where the shop's part is, and the day it is payable.
"""

from joey.commissions.worked_out import WORKED_OUT
from joey.kit.sets import SetTable
from joey.marketplaces.manifest_shape import Manifest
from joey.orders.first_report import FirstReport, first_reports_into
from joey.orders.other_currency import gives_nothing

AMOUNT_MOST = 10**15  # of one line, in minor units; more is an error of the marketplace or of its connector

FIRST = SetTable("first_report", FirstReport)


def work_out(manifest: Manifest) -> None:
    """Fill WORKED_OUT from `changed_line`, each line's commission row locked.

    The difference of the shop's part goes up to pending, or down from pending, then held, then released; what is held
    or released goes back to pending when a settlement is withdrawn.
    """
    first_reports_into(FIRST.create(), _NEW_LINES)
    given = {"zone": manifest.zone, "usual_settle_days": manifest.usual_settle_days}
    WORKED_OUT.create().insert(_WORK_OUT, given)


# The version in force at each moment; the first one counts for what was before it.
_PLANS = """
    SELECT *, CASE WHEN row_number() OVER by_time = 1 THEN '-infinity' ELSE from_at END AS since,
           coalesce(lead(from_at) OVER by_time, 'infinity') AS until
    FROM commissions_planversion WINDOW by_time AS (ORDER BY from_at, id)
"""

_NEW_LINES = """
    SELECT line_id FROM changed_line
    WHERE NOT EXISTS (SELECT FROM commissions_commission c WHERE c.order_line_id = line_id)
"""

# The plan is named by the commission that is there, or by the first report of the line.
_LINES = f"""
    WITH booked AS MATERIALIZED (
        SELECT c.* FROM commissions_commission c JOIN changed_line x ON x.line_id = c.order_line_id
        ORDER BY c.id FOR UPDATE OF c
    ), plans AS MATERIALIZED ({_PLANS}), lines AS (
        SELECT x.*, c.id IS NULL AS is_new, c.id AS known_id, c.plan_id AS known_plan,
               coalesce(c.plan_moment, f.moment) AS plan_moment,
               coalesce(c.plan_moment_kind, f.moment_kind) AS plan_moment_kind,
               coalesce(c.rate_ppm, f.rate_ppm) AS first_rate_ppm,
               coalesce(c.settled, false) AS was_settled, x.state = 'settled' AS is_settled,
               coalesce(c.restarted, false) AS was_restarted, c.payable_on AS old_payable_on,
               coalesce(c.holds_of_all, 0) AS old_holds, coalesce(c.elsewhere, '{{}}') AS old_elsewhere,
               coalesce(c.revision, 0) AS old_number, coalesce(c.amount_minor, 0) AS old_amount,
               coalesce(c.pending_minor, 0) AS old_pending, coalesce(c.held_minor, 0) AS old_held,
               coalesce(c.released_minor, 0) AS old_released, coalesce(c.platform_minor, 0) AS old_platform,
               coalesce(c.platform_released_minor, 0) AS old_revenue, coalesce(c.rounding_minor, 0) AS old_rounding,
               coalesce(c.base_minor, 0) AS old_base, coalesce(c.penalty_minor, 0) AS old_penalty,
               CASE WHEN {gives_nothing("x")} THEN 0
                    ELSE x.commission_minor - x.service_fee_minor - x.returned_commission_minor END AS net
        FROM changed_line x LEFT JOIN booked c ON c.order_line_id = x.line_id
        LEFT JOIN {FIRST} f ON f.line_id = x.line_id
    ), split AS (
        SELECT l.*, coalesce(l.known_id, joey_uuid7()) AS commission_id, p.id AS plan_id, p.shopkeeper_ppm,
               p.waiting_days, greatest(0, l.net) AS new_base, greatest(0, -l.net) AS new_penalty,
               div(greatest(0, l.net)::numeric * p.shopkeeper_ppm, 1000000)::bigint AS new_amount,
               div(greatest(0, l.net)::numeric * p.platform_ppm, 1000000)::bigint AS new_platform
        FROM lines l JOIN plans p ON p.id = l.known_plan
                               OR (l.is_new AND l.plan_moment >= p.since AND l.plan_moment < p.until)
    )
"""

_WORK_OUT = f"""
    {_LINES}, differences AS (
        SELECT s.*, new_base - new_amount - new_platform AS new_rounding, was_settled AND NOT is_settled AS withdrawn,
               was_restarted OR state = 'closed' OR (was_settled AND NOT is_settled) AS restarted,
               greatest(0, new_amount - old_amount) AS up, greatest(0, old_amount - new_amount) AS down,
               greatest(0, new_platform - old_platform) AS platform_up,
               greatest(0, old_platform - new_platform) AS platform_down,
               (coalesce(settled_at, changed_at) AT TIME ZONE %(zone)s)::date + waiting_days AS settled_day,
               (changed_at AT TIME ZONE %(zone)s)::date + waiting_days AS changed_day,
               (coalesce(paid_at, reported_at) AT TIME ZONE %(zone)s)::date + %(usual_settle_days)s + waiting_days
                   AS estimated_day
        FROM split s
    ), taken AS (
        SELECT d.*, least(down, old_pending) AS from_pending,
               least(greatest(0, down - old_pending), old_held) AS from_held,
               greatest(0, down - old_pending - old_held) AS from_released,
               least(platform_down, old_platform - old_revenue) AS platform_from_pending,
               greatest(0, platform_down - (old_platform - old_revenue)) AS from_revenue
        FROM differences d
    ), returned AS (
        SELECT t.*, CASE WHEN withdrawn THEN old_held - from_held ELSE 0 END AS held_back,
               CASE WHEN withdrawn THEN old_released - from_released ELSE 0 END AS released_back,
               CASE WHEN withdrawn THEN old_revenue - from_revenue ELSE 0 END AS revenue_back
        FROM taken t
    )
    SELECT r.*, old_number + 1 AS number,
           old_pending + up - from_pending + held_back + released_back AS new_pending,
           old_held - from_held - held_back AS new_held,
           old_released - from_released - released_back AS new_released,
           old_revenue - from_revenue - revenue_back AS new_revenue,
           CASE WHEN NOT is_settled THEN estimated_day
                WHEN was_settled AND up > 0 THEN greatest(changed_day, settled_day)
                WHEN was_settled AND settled_at IS NULL THEN old_payable_on
                WHEN was_settled THEN greatest(old_payable_on, settled_day)
                WHEN was_restarted THEN greatest(changed_day, settled_day)
                ELSE settled_day END AS payable_on
    FROM returned r
"""
