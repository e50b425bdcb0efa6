"""The people who run the instance: an operator with a browser at the office and `joey` in a terminal."""

import re
import uuid
from html import unescape
from typing import Any

from tests.journeys.at_the_counter import CSRF, Sandbox, Visitor
from tests.journeys.running import RunningJoey

ROW = re.compile(r'name="_selected_action"\s+value="([^"]+)"|value="([^"]+)"[^>]*name="_selected_action"')
HEADING = re.compile(r"<h2[^>]*>.*?</h2>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36"


class Operator:
    """Made by `joey operator create`, signed in by a code; decisions carry this person's name."""

    def __init__(self, joey: RunningJoey, sandbox: Sandbox, name: str, *, language: str = "en") -> None:
        self.joey = joey
        self.contact = f"{name}-{uuid.uuid4().hex[:6]}@example.com"
        joey.run("operator", "create", self.contact)
        self.visitor = Visitor(joey.url, language, DESKTOP)
        self.visitor.sign_in(self.contact, sandbox)

    def run(self, *arguments: str, exit_code: int | None = 0) -> str:
        """One `joey` command, in this operator's name."""
        return self.joey.run(*arguments, exit_code=exit_code, JOEY_OPERATOR=self.contact)

    def waiting(self) -> str:
        """What the office's first page lists, by its headings; the side bar has the same words, whatever waits."""
        return plain(" ".join(HEADING.findall(self.visitor.see("/office/").text)))

    def rows(self, table: str, query: str = "") -> list[str]:
        """The ids of the rows that a table of the office shows, such as "payouts_payout"."""
        page = self.visitor.see(f"{address(table)}{query}").text
        return [one or other for one, other in ROW.findall(page)]

    def row(self, table: str, row: str) -> str:
        """Everything that the office shows of one row, as text."""
        return plain(self.visitor.see(f"{address(table)}{row}/change/").text)

    def fill(self, form: str, **fields: str) -> str:
        """Fill in a page of the office with a form, such as "pause_payouts", and return what the page says then."""
        page = f"/office/{form.replace('_', '-')}/"
        token = CSRF.search(self.visitor.see(page).text)
        assert token, f"no form on {page}"
        data = {"csrfmiddlewaretoken": token.group(1), **fields}
        answer = self.visitor.http.post(page, data=data, follow_redirects=True)
        assert answer.status_code == 200, f"{page}: {answer.status_code} {answer.text[:500]}"
        return plain(answer.text)

    def act(self, table: str, action: str, *rows: str, **fields: str) -> str:
        """Choose rows and an action, answer what it asks for, and return what the page says then, as text."""
        page = address(table)
        token = CSRF.search(self.visitor.see(page).text)
        assert token, f"no form on {page}"
        data: dict[str, Any] = {
            "csrfmiddlewaretoken": token.group(1),
            "action": action,
            "_selected_action": list(rows),
            "index": "0",
            **fields,
        }
        answer = self.visitor.http.post(page, data=data, follow_redirects=True)
        assert answer.status_code == 200, f"{page} {action}: {answer.status_code} {answer.text[:500]}"
        return plain(answer.text)


def address(table: str) -> str:
    app, _underscore, model = table.partition("_")
    return f"/office/{app}/{model}/"


def plain(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(TAGS.sub(" ", page)).split())
