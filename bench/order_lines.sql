-- The work of bench/order_lines.py done bare: the same rows into the same tables and keys, each step one statement,
-- nothing checked, nothing repeatable, nothing asked twice. `bench_report` and `bench_refund` hold the parsed reports.

-- reported
INSERT INTO orders_report (marketplace, kind, external_order, external_line, reported_at, again, digest, payload,
    payload_sha256, problem, currency, state, held, reason, evidence, quantity, paid_minor, commission_minor,
    service_fee_minor, rate_ppm, clicked_at, placed_at, paid_at, settled_at, case_id)
SELECT '{marketplace}', 'order', external_order, external_line, reported_at, false, digest, payload, digest, '',
    currency, state, '', '', jsonb_build_array(jsonb_build_object('kind', 'position_at_click', 'key', position_key)),
    quantity, paid_minor, commission_minor, service_fee_minor, rate_ppm, clicked_at, placed_at, paid_at, settled_at, ''
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
INSERT INTO commissions_commission (id, shop_id, order_line_id, marketplace, plan_id, rate_ppm, currency, base_minor,
    amount_minor, platform_minor, rounding_minor, settled, state, payable_on, earned_revision)
SELECT joey_uuid7(), shop_id, id, marketplace, (SELECT min(id) FROM commissions_planversion), rate_ppm, currency, base,
       base * 8 / 10, base * 2 / 10, base - base * 8 / 10 - base * 2 / 10, true, 'earned', settled_at::date + 7, revision
FROM (SELECT *, commission_minor - service_fee_minor AS base FROM orders_orderline) l;

INSERT INTO ledger_account (book_id, kind, party, currency)
SELECT s.id, k.kind, k.party, 'CNY' FROM shops_shop s CROSS JOIN (VALUES
    ('market:expected', '{marketplace}'), ('market:receivable', '{marketplace}'), ('shop:pending', ''), ('platform:pending', ''),
    ('rounding', ''), ('shop:available', ''), ('platform:revenue', '')) AS k (kind, party);

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT c.shop_id, k.kind, c.id || k.tail, now() FROM commissions_commission c
CROSS JOIN LATERAL (VALUES ('commission.earned', ':' || c.earned_revision), ('commission.settled', '')) AS k (kind, tail);

ANALYZE commissions_commission, ledger_journal, ledger_account;

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM commissions_commission c
CROSS JOIN LATERAL (VALUES
    ('commission.earned', ':' || c.earned_revision, 'market:expected', 'shop:pending', c.amount_minor),
    ('commission.earned', ':' || c.earned_revision, 'market:expected', 'platform:pending', c.platform_minor),
    ('commission.earned', ':' || c.earned_revision, 'market:expected', 'rounding', c.rounding_minor),
    ('commission.settled', '', 'market:receivable', 'market:expected', c.base_minor)
) AS m (kind, tail, debit, credit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = m.kind AND j.reference = c.id || m.tail
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = m.credit
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'commission.earned', 1, 'order_line:' || order_line_id,
       jsonb_build_object('amount_minor', amount_minor, 'before_minor', 0, 'base_minor', base_minor, 'rate_ppm', rate_ppm,
           'plan', plan_id, 'currency', currency, 'settled', settled, 'line_state', 'settled', 'payable_on', payable_on), now()
FROM commissions_commission;

ANALYZE commissions_commission, ledger_journal, ledger_account;

-- confirmed
UPDATE commissions_commission SET state = 'confirmed', confirmed_at = now();

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT shop_id, 'commission.confirmed', id::text, now() FROM commissions_commission;

ANALYZE ledger_journal;

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM commissions_commission c
CROSS JOIN LATERAL (VALUES ('shop:pending', 'shop:available', c.amount_minor),
                           ('platform:pending', 'platform:revenue', c.platform_minor)) AS m (debit, credit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = 'commission.confirmed' AND j.reference = c.id::text
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = m.credit
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'commission.confirmed', 1, 'order_line:' || order_line_id,
       jsonb_build_object('amount_minor', amount_minor, 'currency', currency), now()
FROM commissions_commission;

ANALYZE ledger_journal;

-- one in twenty returned, all of it
INSERT INTO orders_report (marketplace, kind, external_order, external_line, reported_at, again, digest, payload,
    payload_sha256, problem, currency, state, held, reason, case_id, counts, refund_minor, commission_back_minor)
SELECT '{marketplace}', 'refund', external_order, external_line, reported_at, false, digest, payload, digest, '', '',
    '', '', '', case_id, counts, refund_minor, commission_back_minor
FROM bench_refund;

INSERT INTO orders_reportdigest (digest, report_id) SELECT digest, joey_row_id() FROM bench_refund;

INSERT INTO orders_refundcase (marketplace, case_id, external_order, external_line, counts, refund_minor,
                               commission_back_minor, protected_minor, currency, reported_at, reported_poll,
                               report_digest)
SELECT '{marketplace}', case_id, external_order, external_line, counts, refund_minor, commission_back_minor, 0, '',
       reported_at, 0, digest
FROM bench_refund;

UPDATE orders_orderline l SET returned_paid_minor = r.refund_minor, returned_commission_minor = r.commission_back_minor,
       revision = nextval('orders_revision')
FROM bench_refund r WHERE (l.marketplace, l.external_order, l.external_line) = ('{marketplace}', r.external_order, r.external_line);

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT shop_id, 'order_line.returned', 1, 'order_line:' || id,
       jsonb_build_object('state', state, 'paid_minor', paid_minor, 'returned_paid_minor', returned_paid_minor,
           'returned_commission_minor', returned_commission_minor, 'currency', currency), now()
FROM orders_orderline WHERE returned_commission_minor > 0;

INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
SELECT c.shop_id, 'commission.adjusted', c.id || ':' || l.revision, now()
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id WHERE l.returned_commission_minor > 0;

INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, c.shop_id, d.id, k.id, 'CNY', m.amount
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id AND l.returned_commission_minor > 0
CROSS JOIN LATERAL (VALUES ('shop:available', c.amount_minor), ('platform:revenue', c.platform_minor),
                           ('rounding', c.rounding_minor)) AS m (debit, amount)
JOIN ledger_journal j ON j.book_id = c.shop_id AND j.kind = 'commission.adjusted' AND j.reference = c.id || ':' || l.revision
JOIN ledger_account d ON d.book_id = c.shop_id AND d.kind = m.debit
JOIN ledger_account k ON k.book_id = c.shop_id AND k.kind = 'market:receivable'
WHERE m.amount > 0;

INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
SELECT c.shop_id, 'commission.adjusted', 1, 'order_line:' || c.order_line_id,
       jsonb_build_object('amount_minor', 0, 'before_minor', c.amount_minor, 'base_minor', 0, 'rate_ppm', c.rate_ppm,
           'plan', c.plan_id, 'currency', c.currency, 'settled', true, 'line_state', l.state, 'payable_on', c.payable_on), now()
FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id WHERE l.returned_commission_minor > 0;

UPDATE commissions_commission c SET base_minor = 0, amount_minor = 0, platform_minor = 0, rounding_minor = 0,
       earned_revision = l.revision
FROM orders_orderline l WHERE l.id = c.order_line_id AND l.returned_commission_minor > 0;

ANALYZE ledger_posting;

-- balances
UPDATE ledger_account a SET balance_minor = m.balance, postings = m.postings
FROM (SELECT account, sum(amount) AS balance, count(*) AS postings FROM (
          SELECT debit_id AS account, -amount_minor AS amount FROM ledger_posting
          UNION ALL SELECT credit_id, amount_minor FROM ledger_posting) AS sides GROUP BY 1) m
WHERE m.account = a.id;
