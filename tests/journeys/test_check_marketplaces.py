"""An operator checks an account: every unverified fact is confirmed, until the marketplace differs in one."""

import pytest

from tests.journeys.at_the_counter import Sandbox
from tests.journeys.running import RunningJoey

# Each is seen by another kind of row that the demo has: an order of a channel, a refund of one, an order that was
# frozen and released, a refund after a settlement; the first by none.
DIFFER = (
    "refund_window", "channel_orders_among_all", "channel_case_time", "channel_refund_window", "punished_row",
    "settles_after_its_cases",
)  # fmt: skip


@pytest.mark.parametrize(
    "differing", [("refund_window", "settles_after_its_cases"), pytest.param(DIFFER, marks=pytest.mark.long)]
)
def test_an_operator_checks_an_account_and_reads_where_it_differs(
    joey: RunningJoey, sandbox: Sandbox, differing: tuple[str, ...]
) -> None:
    listed = joey.run("marketplaces", "list")
    good = joey.run("marketplaces", "check", "taobao")
    bad = {}
    try:
        for fact in differing:
            differ(sandbox, fact)
            bad[fact] = joey.run("marketplaces", "check", "taobao", exit_code=1).splitlines()
    finally:
        differ(sandbox)

    assert f"connected to a simulated gateway 127.0.0.1:{joey.sandbox_port}" in listed.replace("localhost", "127.0.0.1")
    asked, simulated, *lines = good.splitlines()
    assert asked.startswith("Taobao, Tmall: connected to a simulated gateway ")
    assert simulated == "A simulator answers. What it confirms says nothing about the real marketplace."
    facts = [line for line in lines if ": " in line]
    assert [line for line in facts if not line.startswith("confirmed ")] == []
    assert len(facts) > 30
    for fact, said in bad.items():
        assert f"different    {fact}" in [line.split(":")[0] for line in said], said
    refund_window = [line.split(":")[0] for line in bad["refund_window"] if line.startswith("different ")]
    assert refund_window == ["different    refund_window"]
    assert list((joey.data / "marketplace-samples" / "taobao").glob("*/orders-*.json"))


def differ(sandbox: Sandbox, *facts: str) -> None:
    """Let the simulated marketplace differ in these facts, and in no others."""
    answer = sandbox.http.post("/control/differs", json={"marketplace": "taobao", "facts": list(facts)})
    assert answer.status_code == 200, answer.text
