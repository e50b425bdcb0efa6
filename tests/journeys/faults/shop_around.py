"""Buyers in the simulated world: they buy by tracked addresses, receive, let settle, or cancel.

A program of its own that imports nothing of Joey; it goes on until its standard input ends. Each order's number is
synced to the journal before anything more happens to it.
"""

import argparse
import json
import os
import random
import sys
import threading
import urllib.request
from typing import Any

ENDS = (("receive", "settle"), ("receive", "settle"), ("close",))


def ask(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--sandbox", required=True)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two orders")
    parser.add_argument("addresses", nargs="+")
    given = parser.parse_args()
    over = threading.Event()
    threading.Thread(target=wait_for_the_end, args=(over,), daemon=True).start()
    chance = random.Random(7)
    with open(given.journal, "ab", buffering=0) as journal:
        while not over.wait(given.pause):
            bought = {"url": chance.choice(given.addresses), "quantity": chance.randint(1, 3)}
            order = ask(f"{given.sandbox}/control/purchase", bought)["order"]
            journal.write(f"{order}\n".encode())
            os.fsync(journal.fileno())
            for step in chance.choice(ENDS):
                over.wait(given.pause)
                ask(f"{given.sandbox}/control/orders/{order}", {"do": step})


if __name__ == "__main__":
    main()
