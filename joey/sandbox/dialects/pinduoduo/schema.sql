-- The promoter's pids, what was filed for them, the links that were given out, and which calls are refused on purpose.
CREATE TABLE IF NOT EXISTS duo_pid (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, media_id INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT;

-- a person opened the filing link of this pid with these custom parameters; "" for none
CREATE TABLE IF NOT EXISTS duo_filing (
    pid TEXT NOT NULL, custom_parameters TEXT NOT NULL, uid TEXT NOT NULL, filed_at INTEGER NOT NULL,
    PRIMARY KEY (pid, custom_parameters)
) STRICT;

-- `path` is without the base address; `code` is that of its short link
CREATE TABLE IF NOT EXISTS duo_link (
    path TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE, generated_at INTEGER NOT NULL
) STRICT;

-- from now on these calls are refused with a code, "*" is all of them; see README.md
CREATE TABLE IF NOT EXISTS duo_refusal (call TEXT PRIMARY KEY, code INTEGER NOT NULL) STRICT;
