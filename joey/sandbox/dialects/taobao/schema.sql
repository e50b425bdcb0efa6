-- The publisher's ad zones and channel relations, the links that were given out, and what is not granted.
CREATE TABLE IF NOT EXISTS adzone (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS relation (
    id INTEGER PRIMARY KEY, account_name TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS short_link (code TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;

-- copy-codes; `path` is a tracked link, without the base address
CREATE TABLE IF NOT EXISTS tpwd (code TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;

-- scopes of the application that are not granted; see README.md
CREATE TABLE IF NOT EXISTS withheld_scope (scope TEXT PRIMARY KEY) STRICT;

-- trades that the report of punished orders has shown; it goes on showing them once they are released
CREATE TABLE IF NOT EXISTS punished (order_number INTEGER PRIMARY KEY) STRICT;

-- invitations to become a channel, one for each kind of filing
CREATE TABLE IF NOT EXISTS invite_code (code TEXT PRIMARY KEY, app TEXT NOT NULL UNIQUE) STRICT;
