-- The work of bench/order_lines.py done bare: the same rows into the same tables and keys, each step one statement,
-- nothing checked, nothing repeatable, nothing asked twice. `bench_report` and `bench_refund` hold the parsed reports.

-- reported
INSERT INTO orders_report (marketplace, kind, external_order, external_line, stamped_at, reported_at, poll_id, again, digest,
    payload, payload_sha256, problem, currency, state, held, reason, evidence, title, external_item, quantity,
    paid_minor, commission_minor, service_fee_minor, rate_ppm, clicked_at, placed_at, paid_at, settled_at, case_id)
SELECT '{marketplace}', 'order', external_order, external_line, reported_at, reported_at, 0, false, digest, payload, digest, '',
    currency, state, '', '', jsonb_build_array(jsonb_build_object('kind', 'position_at_click', 'key', position_key)),
    title, external_item, quantity, paid_minor, commission_minor, service_fee_minor, rate_ppm, clicked_at, placed_at,
    paid_at, settled_at, ''
FROM bench_report;

INSERT INTO orders_reportdigest (digest, report_id) SELECT digest, joey_row_id() FROM bench_report;

INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)
SELECT '{marketplace}', r.external_order, r.external_line, l.shop_id
FROM bench_report r JOIN sharing_position p ON p.marketplace = '{marketplace}' AND p.key = r.position_key
JOIN sharing_positionlease l ON l.position_id = p.id AND r.clicked_at >= l.leased_from AND l.until IS NULL;

INSERT INTO orders_orderline (
    id, marketplace, external_order, external_line, shop_id, suspense, failed_evidence, lease_id, evidence_kind,
    evidence_key, evidence_at, held, held_at, held_poll, held_digest, reported_poll, returned_elsewhere, state, reason, title,
    external_item, quantity, currency, paid_minor, commission_minor, service_fee_minor, protected_minor,
    returned_paid_minor, returned_commission_minor, returned_protected_minor, rate_ppm, clicked_at, placed_at, paid_at, settled_at, reported_at, report_digest, revision)
SELECT joey_uuid7(), '{marketplace}', r.external_order, r.external_line, l.shop_id, '', '[]', l.id,
       'position_at_click', r.position_key, r.clicked_at, '', r.reported_at, 0, r.digest, 0, '{}', r.state, '', r.title,
       r.external_item, r.quantity, r.currency, r.paid_minor, r.commission_minor, r.service_fee_minor, 0, 0, 0, 0, r.rate_ppm,
       r.clicked_at, r.placed_at, r.paid_at, r.settled_at, r.reported_at, r.digest, nextval('orders_revision')
FROM bench_report r JOIN sharing_position p ON p.marketplace = '{marketplace}' AND p.key = r.position_key
JOIN sharing_positionlease l ON l.position_id = p.id AND r.clicked_at >= l.leased_from AND l.until IS NULL;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'order_line.reported', 1, 'order_line:' || id,
       jsonb_build_object('state', state, 'evidence', evidence_kind, 'evidence_key', evidence_key,
           'evidence_at', evidence_at, 'paid_minor', paid_minor,
           'commission_minor', commission_minor, 'service_fee_minor', service_fee_minor, 'quantity', quantity,
           'rate_ppm', rate_ppm, 'currency', currency), reported_at
FROM orders_orderline;

ANALYZE orders_orderline;

-- earned
INSERT INTO commissions_commission (id, shop_id, order_line_id, marketplace, plan_id, plan_moment, plan_moment_kind,
    rate_ppm, currency, base_minor, penalty_minor, amount_minor, pending_minor, held_minor, released_minor, platform_minor,
    platform_released_minor, rounding_minor, settled, restarted, payable_on, elsewhere, holds_of_all, hold_minor,
    revision, line_revision)
SELECT joey_uuid7(), shop_id, id, marketplace, (SELECT min(id) FROM commissions_planversion), clicked_at, 'clicked',
       rate_ppm, currency, base, 0, base * 8 / 10, base * 8 / 10, 0, 0, base * 2 / 10, 0,
       base - base * 8 / 10 - base * 2 / 10, true, false, settled_at::date + 7, '{}', 0, 0, 1, revision
FROM (SELECT *, commission_minor - service_fee_minor AS base FROM orders_orderline) l;

INSERT INTO commissions_revision (commission_id, number, because,
    line_revision, line_state, line_held, line_causes, given_minor, fee_minor, back_minor, quantity, buyer_paid_minor,
    buyer_refunded_minor, protected_minor, changed_at, settled_at,
    base_minor, penalty_minor, amount_minor, pending_minor, held_minor, released_minor, platform_minor,
    platform_released_minor, rounding_minor, settled, payable_on)
SELECT c.id, c.revision, 'commission.earned', l.revision, l.state, l.held, '[]', l.commission_minor, l.service_fee_minor,
       l.returned_commission_minor, l.quantity, l.paid_minor, l.returned_paid_minor, l.protected_minor, l.reported_at,
       l.settled_at,
       c.base_minor, c.penalty_minor, c.amount_minor, c.pending_minor, c.held_minor, c.released_minor,
       c.platform_minor, c.platform_released_minor, c.rounding_minor, c.settled, c.payable_on
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id;

INSERT INTO ledger_account (book_id, kind, party, currency)
SELECT s.id, k.kind, k.party, 'CNY' FROM shops_shop s CROSS JOIN (VALUES
    ('market:expected', '{marketplace}'), ('market:receivable', '{marketplace}'), ('shop:pending', ''), ('platform:pending', ''),
    ('rounding', ''), ('shop:available', ''), ('platform:revenue', '')) AS k (kind, party);

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT c.shop_id, k.kind, c.id || ':' || c.revision, now() FROM commissions_commission c
CROSS JOIN (VALUES ('commission.earned'), ('commission.settled')) AS k (kind);

ANALYZE commissions_commission, ledger_journal, ledger_account;

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM commissions_commission c
CROSS JOIN LATERAL (VALUES
    ('commission.earned', 'market:expected', 'shop:pending', c.amount_minor),
    ('commission.earned', 'market:expected', 'platform:pending', c.platform_minor),
    ('commission.earned', 'market:expected', 'rounding', c.rounding_minor),
    ('commission.settled', 'market:receivable', 'market:expected', c.base_minor)
) AS m (kind, debit, credit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = m.kind AND j.reference = c.id || ':' || c.revision
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = m.credit
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT c.shop_id, 'commission.earned', 1, 'order_line:' || l.id,
       jsonb_build_object('amount_minor', c.amount_minor, 'before_minor', 0, 'base_minor', c.base_minor,
           'given_minor', l.commission_minor, 'share_ppm', 800000, 'before_base_minor', 0, 'rate_ppm', l.rate_ppm,
           'plan', c.plan_id, 'plan_moment', c.plan_moment, 'plan_moment_kind', c.plan_moment_kind, 'currency', c.currency,
           'settled', c.settled, 'line_state', l.state, 'payable_on', c.payable_on, 'quantity', l.quantity,
           'buyer_paid_minor', l.paid_minor), now()
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id;

-- confirmed
UPDATE commissions_commission SET pending_minor = 0, released_minor = pending_minor,
       platform_released_minor = platform_minor, revision = 2, confirmed_at = now();

INSERT INTO commissions_revision (commission_id, number, because,
    line_revision, line_state, line_held, line_causes, given_minor, fee_minor, back_minor, quantity, buyer_paid_minor,
    buyer_refunded_minor, protected_minor, changed_at, settled_at,
    base_minor, penalty_minor, amount_minor, pending_minor, held_minor, released_minor, platform_minor,
    platform_released_minor, rounding_minor, settled, payable_on)
SELECT c.id, c.revision, 'commission.confirmed', l.revision, l.state, l.held, '[]', l.commission_minor, l.service_fee_minor,
       l.returned_commission_minor, l.quantity, l.paid_minor, l.returned_paid_minor, l.protected_minor, l.reported_at,
       l.settled_at,
       c.base_minor, c.penalty_minor, c.amount_minor, c.pending_minor, c.held_minor, c.released_minor,
       c.platform_minor, c.platform_released_minor, c.rounding_minor, c.settled, c.payable_on
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id;

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT shop_id, 'commission.confirmed', id || ':' || revision, now() FROM commissions_commission;

ANALYZE commissions_commission, ledger_journal;

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM commissions_commission c
CROSS JOIN LATERAL (VALUES ('shop:pending', 'shop:available', c.amount_minor),
                           ('platform:pending', 'platform:revenue', c.platform_minor)) AS m (debit, credit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = 'commission.confirmed' AND j.reference = c.id || ':' || c.revision
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = m.credit
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'commission.confirmed', 1, 'order_line:' || order_line_id,
       jsonb_build_object('amount_minor', amount_minor, 'currency', currency), now()
FROM commissions_commission;

ANALYZE ledger_journal;

-- one in twenty returned, all of it
INSERT INTO orders_report (marketplace, kind, external_order, external_line, stamped_at, reported_at, poll_id, again, digest,
    payload, payload_sha256, problem, currency, state, held, reason, title, external_item, case_id, counts,
    refund_minor, commission_back_minor)
SELECT '{marketplace}', 'refund', external_order, external_line, reported_at, reported_at, 0, false, digest, payload, digest, '',
    '', '', '', '', '', '', case_id, counts, refund_minor, commission_back_minor
FROM bench_refund;

INSERT INTO orders_reportdigest (digest, report_id) SELECT digest, joey_row_id() FROM bench_refund;

INSERT INTO orders_refundcase (marketplace, case_id, external_order, external_line, counts, refund_minor,
                               commission_back_minor, protected_minor, currency, counted_from,
                               reported_at, reported_poll, report_digest)
SELECT '{marketplace}', case_id, external_order, external_line, counts, refund_minor, commission_back_minor, 0, '',
       reported_at, reported_at, 0, digest
FROM bench_refund;

UPDATE orders_orderline l SET returned_paid_minor = r.refund_minor, returned_commission_minor = r.commission_back_minor,
       revision = nextval('orders_revision')
FROM bench_refund r WHERE (l.marketplace, l.external_order, l.external_line) = ('{marketplace}', r.external_order, r.external_line);

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'order_line.returned', 1, 'order_line:' || id,
       jsonb_build_object('state', state, 'paid_minor', paid_minor, 'returned_paid_minor', returned_paid_minor,
           'returned_commission_minor', returned_commission_minor, 'currency', currency), now()
FROM orders_orderline WHERE returned_commission_minor > 0;

CREATE TEMP TABLE bench_taken_back ON COMMIT DROP AS
SELECT c.id, c.amount_minor, c.platform_minor, c.rounding_minor, c.base_minor
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id WHERE l.returned_commission_minor > 0;

UPDATE commissions_commission c SET base_minor = 0, amount_minor = 0, released_minor = 0, platform_minor = 0,
       platform_released_minor = 0, rounding_minor = 0, revision = c.revision + 1, line_revision = l.revision
FROM orders_orderline l WHERE l.id = c.order_line_id AND l.returned_commission_minor > 0;

INSERT INTO commissions_revision (commission_id, number, because,
    line_revision, line_state, line_held, line_causes, given_minor, fee_minor, back_minor, quantity, buyer_paid_minor,
    buyer_refunded_minor, protected_minor, changed_at, settled_at,
    base_minor, penalty_minor, amount_minor, pending_minor, held_minor, released_minor, platform_minor,
    platform_released_minor, rounding_minor, settled, payable_on)
SELECT c.id, c.revision, 'commission.adjusted', l.revision, l.state, l.held, '[]', l.commission_minor, l.service_fee_minor,
       l.returned_commission_minor, l.quantity, l.paid_minor, l.returned_paid_minor, l.protected_minor, l.reported_at,
       l.settled_at,
       c.base_minor, c.penalty_minor, c.amount_minor, c.pending_minor, c.held_minor, c.released_minor,
       c.platform_minor, c.platform_released_minor, c.rounding_minor, c.settled, c.payable_on
FROM bench_taken_back b JOIN commissions_commission c USING (id) JOIN orders_orderline l ON l.id = c.order_line_id;

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT c.shop_id, 'commission.adjusted', c.id || ':' || c.revision, now()
FROM bench_taken_back b JOIN commissions_commission c USING (id);

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM bench_taken_back b JOIN commissions_commission c USING (id)
CROSS JOIN LATERAL (VALUES ('shop:available', b.amount_minor), ('platform:revenue', b.platform_minor),
                           ('rounding', b.rounding_minor)) AS m (debit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = 'commission.adjusted' AND j.reference = c.id || ':' || c.revision
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = 'market:receivable'
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT c.shop_id, 'commission.adjusted', 1, 'order_line:' || l.id,
       jsonb_build_object('amount_minor', 0, 'before_minor', b.amount_minor, 'base_minor', 0,
           'given_minor', l.commission_minor, 'share_ppm', 800000, 'before_base_minor', b.base_minor,
           'from_available_minor', b.amount_minor, 'rate_ppm', l.rate_ppm, 'plan', c.plan_id, 'plan_moment', c.plan_moment,
           'plan_moment_kind', c.plan_moment_kind, 'currency', c.currency, 'settled', true, 'line_state', l.state,
           'line_state_before', l.state, 'payable_on', c.payable_on, 'quantity', l.quantity,
           'buyer_paid_minor', l.paid_minor, 'refunded_minor', l.returned_paid_minor), now()
FROM bench_taken_back b JOIN commissions_commission c USING (id) JOIN orders_orderline l ON l.id = c.order_line_id;

ANALYZE ledger_posting;

-- balances
UPDATE ledger_account a SET balance_minor = m.balance, postings = m.postings
FROM (SELECT account, sum(amount) AS balance, count(*) AS postings FROM (
          SELECT debit_id AS account, -amount_minor AS amount FROM ledger_posting
          UNION ALL SELECT credit_id, amount_minor FROM ledger_posting) AS sides GROUP BY 1) m
WHERE m.account = a.id;
