-- The account's positions, the links that were given out, what is not granted, and codes that a test asked for.
CREATE TABLE IF NOT EXISTS jd_position (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS jd_link (
    number INTEGER PRIMARY KEY, sku TEXT NOT NULL, position INTEGER NOT NULL, site INTEGER NOT NULL,
    sub_union_id TEXT NOT NULL, ext1 TEXT NOT NULL, coupon TEXT NOT NULL,
    UNIQUE (sku, position, site, sub_union_id, ext1, coupon)
) STRICT;

-- a short link is another one each time, and ends
CREATE TABLE IF NOT EXISTS jd_short_link (
    code TEXT PRIMARY KEY, link INTEGER NOT NULL REFERENCES jd_link (number), made_at INTEGER NOT NULL
) STRICT;

-- rows that were bought at once, and the order number that they share
CREATE TABLE IF NOT EXISTS jd_basket (row_id TEXT PRIMARY KEY, order_number INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jd_basket_order ON jd_basket (order_number);

-- the codes that people copy
CREATE TABLE IF NOT EXISTS jd_command (
    code TEXT PRIMARY KEY, link INTEGER NOT NULL REFERENCES jd_link (number)
) STRICT;

-- methods and data of the account that are not granted; see README.md
CREATE TABLE IF NOT EXISTS jd_withheld (name TEXT PRIMARY KEY) STRICT;

-- the validCode with which an order is reported in place of the one that no document has
CREATE TABLE IF NOT EXISTS jd_asked_code (order_number INTEGER PRIMARY KEY, code INTEGER NOT NULL) STRICT;

CREATE INDEX IF NOT EXISTS jd_completed ON reported_order (account, coalesce(received_at, settled_at), number);
