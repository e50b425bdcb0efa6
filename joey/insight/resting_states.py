"""Every state in which a row can rest, of all packages, and the table of them in docs/money.md.

`joey waiting --states` prints the table.
"""

from joey.catalog import rests as catalog
from joey.commissions import rests as commissions
from joey.kit.rests import Job, Rest, Subject, Verb
from joey.ledger import rests as ledger
from joey.orders import rests as orders
from joey.payouts import rests as payouts
from joey.sharing import rests as sharing
from joey.shops import rests as shops

PACKAGES = (orders, commissions, payouts, sharing, ledger, shops, catalog)
ERASE = Verb(
    "erase", "",
    terminal_only="a person asks for it from outside, it cannot be taken back, and nothing waits for it",
)  # fmt: skip
OFF_BOARDING = (Verb("operator end", "people_person:end_operators"), Verb("token end", "people_apitoken:end"))
COLUMNS = ("what", "state", "who moves it on", "by", "when", "listed for operators")


def all_rests() -> list[Rest]:
    """The declared rests of all packages."""
    return [rest for package in PACKAGES for rest in package.RESTS]


def all_subjects() -> list[Subject]:
    return [subject for package in PACKAGES for subject in package.SUBJECTS]


def all_verbs() -> list[Verb]:
    """Every verb that ends a rest, once."""
    return list(dict.fromkeys(verb for rest in all_rests() for verb in rest.verbs))


def all_starts() -> list[Verb]:
    """Every verb by which operators begin something: a stop, a rule, a supply, an erasure of what any package kept,
    an end to what a person may do.
    """
    return [*(verb for package in PACKAGES for verb in package.STARTS), ERASE, *OFF_BOARDING]


def as_markdown() -> str:
    """The table; states of one kind that end in the same way share a row."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for rest in all_rests():
        row = (rest.of.name, _who(rest), _by(rest), rest.after, _listed(rest))
        grouped.setdefault(row, []).append(f"`{rest.state}`")
    rows = [(what, " ".join(states), *rest) for (what, *rest), states in grouped.items()]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _who(rest: Rest) -> str:
    return " or ".join(name for name, some in (("a job", rest.jobs), ("an operator", rest.verbs)) if some)


def _listed(rest: Rest) -> str:
    if rest.due is None:
        return rest.unlisted
    hours = int(rest.due.total_seconds() // 3600)
    return f"after {hours} h" if hours else "at once"


def _by(rest: Rest) -> str:
    return " · ".join(_exit(each) for each in rest.exits)


def _exit(each: Job | Verb) -> str:
    return f"job `{each.task}`" if isinstance(each, Job) else f"`joey {each.command}`"
