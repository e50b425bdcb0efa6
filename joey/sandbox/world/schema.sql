-- Everything the simulated world remembers. Moments are seconds since 1970, amounts are minor units of the row's
-- own currency. Dialects add tables of their own.
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

-- a buyer followed a tracked link; `position` and `sub_id` are whatever the link carried, and `carried` is the rest
CREATE TABLE IF NOT EXISTS visit (
    buyer TEXT PRIMARY KEY, marketplace TEXT NOT NULL, item TEXT NOT NULL, position TEXT, sub_id TEXT,
    carried TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

-- the truth; `account` is the dialect, whose account may cover several marketplaces
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL, marketplace TEXT NOT NULL,
    item TEXT NOT NULL, title TEXT NOT NULL, currency TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    returned INTEGER NOT NULL CHECK (returned BETWEEN 0 AND quantity),
    list_minor INTEGER NOT NULL, unit_minor INTEGER NOT NULL, paid_minor INTEGER NOT NULL,
    protected_minor INTEGER NOT NULL, rate_ppm INTEGER NOT NULL, estimate_minor INTEGER NOT NULL,
    settled_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL, taken_back_minor INTEGER NOT NULL, service_back_minor INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('placed', 'paid', 'received', 'settled', 'closed')),
    frozen INTEGER NOT NULL CHECK (frozen IN (0, 1)), risk INTEGER NOT NULL CHECK (risk IN (0, 1)),
    unknown_code INTEGER NOT NULL CHECK (unknown_code IN (0, 1)),
    closed_because TEXT NOT NULL, parent TEXT NOT NULL,
    position TEXT, sub_id TEXT, carried TEXT NOT NULL,
    click_at INTEGER, created_at INTEGER NOT NULL, paid_at INTEGER, received_at INTEGER, settled_at INTEGER,
    refunded_at INTEGER,
    modified_at INTEGER NOT NULL, own_facts TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX IF NOT EXISTS orders_parent ON orders (parent) WHERE parent != '';

-- refund cases; what they name goes back, inside the amounts of the order or, since it settled, beside them
CREATE TABLE IF NOT EXISTS taken_back (
    number INTEGER PRIMARY KEY, order_number INTEGER NOT NULL REFERENCES orders (number),
    kind TEXT NOT NULL CHECK (kind IN ('return', 'price_protection', 'penalty', 'refund')), currency TEXT NOT NULL,
    quantity INTEGER NOT NULL, refund_minor INTEGER NOT NULL,
    commission_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS taken_back_order ON taken_back (order_number);

-- what a marketplace reports: changes wait in `unreported` until they become visible
CREATE TABLE IF NOT EXISTS unreported (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, happened_at INTEGER NOT NULL, row TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS unreported_account ON unreported (account, happened_at);

CREATE TABLE IF NOT EXISTS reported_order (
    number INTEGER PRIMARY KEY, order_id TEXT NOT NULL,
    account TEXT NOT NULL, marketplace TEXT NOT NULL, item TEXT NOT NULL, title TEXT NOT NULL, currency TEXT NOT NULL,
    quantity INTEGER NOT NULL, returned INTEGER NOT NULL,
    list_minor INTEGER NOT NULL, unit_minor INTEGER NOT NULL, paid_minor INTEGER NOT NULL,
    protected_minor INTEGER NOT NULL, rate_ppm INTEGER NOT NULL, estimate_minor INTEGER NOT NULL,
    settled_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL, taken_back_minor INTEGER NOT NULL, service_back_minor INTEGER NOT NULL,
    state TEXT NOT NULL, frozen INTEGER NOT NULL, risk INTEGER NOT NULL, unknown_code INTEGER NOT NULL,
    closed_because TEXT NOT NULL, parent TEXT NOT NULL, position TEXT, sub_id TEXT, carried TEXT NOT NULL,
    click_at INTEGER, created_at INTEGER NOT NULL, paid_at INTEGER, received_at INTEGER, settled_at INTEGER,
    refunded_at INTEGER,
    modified_at INTEGER NOT NULL, own_facts TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX IF NOT EXISTS reported_modified ON reported_order (account, modified_at, number);
CREATE INDEX IF NOT EXISTS reported_created ON reported_order (account, created_at, number);
CREATE INDEX IF NOT EXISTS reported_paid ON reported_order (account, paid_at, number);
CREATE INDEX IF NOT EXISTS reported_settled ON reported_order (account, settled_at, number);

CREATE TABLE IF NOT EXISTS reported_taken_back (
    number INTEGER PRIMARY KEY, order_number INTEGER NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL,
    quantity INTEGER NOT NULL, refund_minor INTEGER NOT NULL,
    commission_minor INTEGER NOT NULL, service_minor INTEGER NOT NULL,
    at INTEGER NOT NULL, modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS reported_taken_back_modified ON reported_taken_back (modified_at, number);

-- how a marketplace reports from now on (`POST /control/reports`); no row: every change is visible at once
CREATE TABLE IF NOT EXISTS report_style (
    account TEXT PRIMARY KEY, style TEXT NOT NULL, since INTEGER NOT NULL
) STRICT;

-- in which unproved facts a marketplace differs from now on (`POST /control/differs`)
CREATE TABLE IF NOT EXISTS differing (account TEXT NOT NULL, fact TEXT NOT NULL, PRIMARY KEY (account, fact)) STRICT;

-- rates that differ from the usual ones from now on (`POST /control/rates`)
CREATE TABLE IF NOT EXISTS changed_rate (
    marketplace TEXT NOT NULL, item TEXT NOT NULL, rate_ppm INTEGER NOT NULL, PRIMARY KEY (marketplace, item)
) STRICT;

CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);

CREATE TABLE IF NOT EXISTS bank_file (
    message_id TEXT PRIMARY KEY, digest TEXT NOT NULL, received_at INTEGER NOT NULL,
    times_received INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE IF NOT EXISTS bank_payment (
    end_to_end_id TEXT PRIMARY KEY, message_id TEXT NOT NULL REFERENCES bank_file (message_id), line INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), currency TEXT NOT NULL,
    creditor_name TEXT NOT NULL, creditor_account TEXT NOT NULL, creditor_bank TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'settled', 'rejected')), held INTEGER NOT NULL DEFAULT 0,
    reason_code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    times_paid INTEGER NOT NULL DEFAULT 0, pays_twice INTEGER NOT NULL DEFAULT 0,
    said_state TEXT, said_reason TEXT NOT NULL DEFAULT '', said_amount_minor INTEGER, said_currency TEXT,
    said_times INTEGER, -- NULL: until something else is said
    returned_at INTEGER,
    times_asked INTEGER NOT NULL DEFAULT 0, accepted_at INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS bank_payment_file ON bank_payment (message_id, line);

-- what is wrong with the bank (`POST /control/bank`); no file and no transfer: with all of it
CREATE TABLE IF NOT EXISTS bank_trouble (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, file TEXT, transfer TEXT,
    times_left INTEGER CHECK (times_left > 0), -- NULL: until it is ended
    other TEXT
) STRICT;
