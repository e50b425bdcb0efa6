"""What an account answers otherwise than usual: facts of its marketplace that no document proves, turned around."""

from collections.abc import Sequence

from joey.sandbox.world.state import World


def set_differing(world: World, account: str, facts: Sequence[str]) -> None:
    """Let the account differ in these facts from now on, and in no others."""
    with world.change() as db:
        db.execute("DELETE FROM differing WHERE account = ?", (account,))
        db.executemany("INSERT OR IGNORE INTO differing VALUES (?, ?)", [(account, fact) for fact in facts])


def differing(world: World, account: str) -> frozenset[str]:
    """The facts in which the account differs now."""
    return frozenset(row["fact"] for row in world.rows("SELECT fact FROM differing WHERE account = ?", account))
