"""An operator checks an account: every unverified fact is confirmed, until the marketplace differs in one.

What is seen by an order of a channel may stay unknown here: later orders of the other journeys hide the demo's two.
The demo has neither a refund of one nor an order that was frozen.
"""

from tests.journeys.at_the_counter import Sandbox
from tests.journeys.running import RunningJoey

NOT_IN_THE_DEMO = {
    "channel_orders_among_all", "relation_in_all_scenes", "punished_pages", "punished_ad_zone", "punished_row",
    "channel_refund_pages", "channel_refund_window", "channel_refund_end", "channel_case_name", "channel_case_time",
}  # fmt: skip


def test_an_operator_checks_an_account_and_reads_where_it_differs(joey: RunningJoey, sandbox: Sandbox) -> None:
    listed = joey.run("marketplaces", "list")
    good = joey.run("marketplaces", "check", "taobao")
    differ(sandbox, "refund_window")
    try:
        bad = joey.run("marketplaces", "check", "taobao", exit_code=1)
    finally:
        differ(sandbox)

    assert f"connected to a simulated gateway 127.0.0.1:{joey.sandbox_port}" in listed.replace("localhost", "127.0.0.1")
    facts = [line for line in good.splitlines() if ": " in line]
    others = [line.split(":")[0].split() for line in facts if not line.startswith("confirmed ")]
    assert [each for each in others if each[0] != "unknown" or each[1] not in NOT_IN_THE_DEMO] == []
    assert len(facts) - len(others) > 20
    assert [line.split(":")[0] for line in bad.splitlines() if line.startswith("different ")] == [
        "different    refund_window"
    ]
    assert list((joey.data / "marketplace-samples" / "taobao").glob("*/orders-*.json"))


def differ(sandbox: Sandbox, *facts: str) -> None:
    """Let the simulated marketplace differ in these facts, and in no others."""
    answer = sandbox.http.post("/control/differs", json={"marketplace": "taobao", "facts": list(facts)})
    assert answer.status_code == 200, answer.text
