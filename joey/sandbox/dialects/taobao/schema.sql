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
