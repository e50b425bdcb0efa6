"""Nothing rests in the ledger: what its balances wait for rests where their journals come from."""

from joey.kit.rests import Rest, Subject, Verb

SUBJECTS: list[Subject] = []
RESTS: list[Rest] = []
STARTS: list[Verb] = []

NEVER_REST = {
    "Account": "a balance; what a shop owes is set off against new earnings",
    "Account.kind": "where the money is, no state",
    "Journal": "append-only",
    "Pair": "the posting table as data",
    "Posting": "append-only",
}
