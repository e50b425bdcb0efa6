"""A customer of a shop that shares what Toyland sells: follows its links, buys, and reads what became of it."""

import re
from datetime import UTC, datetime, timedelta

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.running import RunningJoey, until

GO = re.compile(r'href="(/go/[^"]+)"')


def days_ago(days: float) -> str:
    """A time as the sandbox's control calls take it."""
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Customer:
    """Otto at Mei's shop. Each thing is listed and shared at the first time it is wanted."""

    def __init__(self, joey: RunningJoey, sandbox: Sandbox, mei: Api) -> None:
        self.joey, self.sandbox, self.mei = joey, sandbox, mei
        self._links: dict[str, Json] = {}

    def follow(self, words: str) -> str:
        """Where the link of this thing leads from Mei's page: an address of the marketplace."""
        link = self._links.get(words) or self._share(words)
        visitor = Visitor(self.joey.url)
        page = visitor.see(f"/l/{link['code']}").text
        assert "Toyland" in page or "玩具城" in page
        go = GO.search(page)
        assert go, page
        out = visitor.http.get(go[1])
        assert out.status_code == 302, out.text
        return str(out.headers["location"])

    def buy(self, words: str, **more: object) -> str:
        """The number of the order."""
        answer = self.sandbox.http.post("/control/purchase", json={"url": self.follow(words), **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order"])

    def shared(self, words: str) -> str:
        """The id of the listing that is shared for it."""
        return str((self._links.get(words) or self._share(words))["listing_id"])

    def line(self, order: str, state: str = "") -> Json:
        """The order in Mei's list, once it is there and in this state."""

        def look() -> Json | None:
            found = self.lines().get(order)
            return found if found and state in ("", found["state"]) else None

        return until(look, f"the line of {order} {state}")

    def lines(self) -> dict[str, Json]:
        """Mei's lines of Toyland by order."""
        found: dict[str, Json] = {}
        after: Json = {}
        while True:
            page = self.mei.get("/shops/mei/orders", **after)
            found |= {each["external_order"]: each for each in page["items"] if each["marketplace"] == "toyland"}
            if not page["next"]:
                return found
            after = {"cursor": page["next"]}

    def story_of(self, order: str) -> str:
        """What Mei reads of an order, a step a line."""
        trace = self.mei.get(f"/shops/mei/orders/{self.line(order)['id']}/trace")
        return "\n".join(f"{step['what']} | {step['why']}" for step in trace["steps"])

    def truths(self) -> list[Json]:
        """What really happened to everything that was bought at Toyland."""
        items: list[Json] = self.sandbox.http.get("/control/orders").json()["items"]
        return [each for each in items if each["marketplace"] == "toyland"]

    def _share(self, words: str) -> Json:
        (offer,) = self.mei.get("/offers", q=words, marketplace="toyland")["items"]
        listing = self.mei.post("/shops/mei/listings", {"offer_id": offer["id"]})
        link: Json = self.mei.post("/shops/mei/links", {"listing_id": listing["id"], "channel": "wechat"})
        assert link["earns"] is True
        self._links[words] = link
        return link
