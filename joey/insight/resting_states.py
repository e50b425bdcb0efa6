"""Every state in which a row can rest, of all packages, and the table of them in docs/money.md.

`joey waiting --states` prints the table.
"""

from joey.commissions import rests as commissions
from joey.kit.rests import Job, Rest, Subject, Verb
from joey.orders import rests as orders
from joey.payouts import rests as payouts
from joey.sharing import rests as sharing

PACKAGES = (orders, commissions, payouts, sharing)
COLUMNS = ("what", "state", "who moves it on", "by", "when")


def all_rests() -> list[Rest]:
    """The declared rests of all packages."""
    return [rest for package in PACKAGES for rest in package.RESTS]


def all_subjects() -> list[Subject]:
    return [subject for package in PACKAGES for subject in package.SUBJECTS]


def all_verbs() -> list[Verb]:
    """Every verb that ends a rest, once."""
    return list(dict.fromkeys(verb for rest in all_rests() for verb in rest.verbs))


def as_markdown() -> str:
    """The table; states of one kind that end in the same way share a row."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for rest in all_rests():
        grouped.setdefault((rest.of.name, _who(rest), _by(rest), rest.after), []).append(f"`{rest.state}`")
    rows = [(what, " ".join(states), who, by, when) for (what, who, by, when), states in grouped.items()]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _who(rest: Rest) -> str:
    return " or ".join(name for name, some in (("a job", rest.jobs), ("an operator", rest.verbs)) if some)


def _by(rest: Rest) -> str:
    return " · ".join(_exit(each) for each in rest.exits)


def _exit(each: Job | Verb) -> str:
    return f"job `{each.task}`" if isinstance(each, Job) else f"`joey {each.command}`"
