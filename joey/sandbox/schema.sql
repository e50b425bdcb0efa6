-- Everything the simulated world remembers. Moments are seconds since 1970, amounts are minor units.
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS adzone (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS relation (
    id INTEGER PRIMARY KEY, account_name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS short_link (code TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;

-- copy-codes; `path` is a tracked link of ours, without the base address
CREATE TABLE IF NOT EXISTS tpwd (code TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS visit (
    buyer TEXT PRIMARY KEY, marketplace TEXT NOT NULL, item TEXT NOT NULL,
    adzone INTEGER NOT NULL, relation INTEGER, at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY,
    trade_id TEXT NOT NULL UNIQUE,
    marketplace TEXT NOT NULL, item TEXT NOT NULL, title TEXT NOT NULL, currency TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    returned INTEGER NOT NULL CHECK (returned BETWEEN 0 AND quantity),
    returned_before_settlement INTEGER NOT NULL CHECK (returned_before_settlement BETWEEN 0 AND returned),
    list_minor INTEGER NOT NULL, unit_minor INTEGER NOT NULL, paid_minor INTEGER NOT NULL,
    rate_ppm INTEGER NOT NULL, estimate_minor INTEGER NOT NULL,
    settled_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK (status IN (12, 14, 3, 13)),
    adzone INTEGER, relation INTEGER,
    click_at INTEGER, created_at INTEGER NOT NULL, paid_at INTEGER NOT NULL,
    earned_at INTEGER, modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_modified ON orders (modified_at, number) WHERE adzone IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_created ON orders (created_at, number) WHERE adzone IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_paid ON orders (paid_at, number) WHERE adzone IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_earned ON orders (earned_at, number) WHERE adzone IS NOT NULL;

CREATE TABLE IF NOT EXISTS refund_case (
    number INTEGER PRIMARY KEY, order_number INTEGER NOT NULL REFERENCES orders (number),
    quantity INTEGER NOT NULL, refund_minor INTEGER NOT NULL,
    commission_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL,
    created_at INTEGER NOT NULL, finished_at INTEGER NOT NULL, modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refund_case_order ON refund_case (order_number);
CREATE INDEX IF NOT EXISTS refund_case_modified ON refund_case (modified_at, number);

CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);

CREATE TABLE IF NOT EXISTS bank_file (
    message_id TEXT PRIMARY KEY, digest TEXT NOT NULL, received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS bank_payment (
    end_to_end_id TEXT PRIMARY KEY, message_id TEXT NOT NULL REFERENCES bank_file (message_id), line INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), currency TEXT NOT NULL,
    creditor_name TEXT NOT NULL, creditor_account TEXT NOT NULL, creditor_bank TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'settled', 'rejected')), held INTEGER NOT NULL DEFAULT 0,
    reason_code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    times_asked INTEGER NOT NULL DEFAULT 0, accepted_at INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS bank_payment_file ON bank_payment (message_id, line);
