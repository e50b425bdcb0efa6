"""Every check of the simulated JD has a twin that it refuses, beside the good call that passes.

`refusals_in_code.py` reads from the code what it refuses; a check that the tables lack fails the last test. A new call
adds its good arguments and what it demands of them to good_calls.py, and a Twin for each text that it refuses with to
twins.py.
"""

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from joey.sandbox.dialects import jd as jd_dialect
from joey.sandbox.dialects.jd.gateway import METHODS
from tests.sandbox.dialects.jd.conftest import ARGUMENT, GOODS, RESULT, JdUnion, inner_of
from tests.sandbox.dialects.jd.good_calls import DEMANDS, GOOD, SAYS, WRONG
from tests.sandbox.dialects.jd.twins import TWINS, TWINS_ELSEWHERE, Elsewhere, Twin, When, usually
from tests.sandbox.refusals_in_code import demands_of, refusal_texts

CODE = sorted(
    path
    for path in Path(next(iter(jd_dialect.__path__))).glob("*.py")
    if path.name not in ("arguments.py", "errors.py")  # the words of DEMANDS, and the shapes of a refusal
)


def body_of(
    jd: JdUnion,
    method: str,
    changed: dict[str, Any],
    system: dict[str, Any] | None = None,
    when: When = usually,
) -> dict[str, Any]:
    """What the gateway answers to the good call with these changes."""
    argument = {name: _now(value) for name, value in (GOOD[method] | changed).items()}
    outer = {name: _now(value) for name, value in (system or {}).items()}
    with when(jd):
        return jd.call(method, {name: value for name, value in argument.items() if value is not None}, **outer)


def refusal_in(body: dict[str, Any], method: str) -> tuple[int | str, str]:
    """Code and words, of the gateway or of the union; 200 in a good answer."""
    error = body.get("error_response")
    if error:
        return error["code"], error["en_desc"]
    inner = inner_of(body, method)
    assert (inner["code"] == 200) or "data" not in inner
    return inner["code"], inner["message"]


def _now(value: Any) -> Any:
    return value() if callable(value) else value


@pytest.mark.parametrize("method", METHODS)
def test_the_good_call_passes(jd: JdUnion, method: str) -> None:
    assert refusal_in(body_of(jd, method, {}), method) == (200, "success")


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_its_twin_is_refused(jd: JdUnion, twin: Twin) -> None:
    body = body_of(jd, twin.method, twin.changed, twin.system, twin.when)

    assert refusal_in(body, twin.method) == (twin.code, twin.says)


@pytest.mark.parametrize("method", DEMANDS)
def test_what_a_call_demands_of_an_argument_is_refused_by_name_where_it_is_not_met(jd: JdUnion, method: str) -> None:
    for name, demands in DEMANDS[method].items():
        for kind, bad in demands.items():
            for value in bad if isinstance(bad, list) else [bad]:
                code, says = refusal_in(body_of(jd, method, {name: value}), method)
                assert code == WRONG, (name, kind, value, says)
                assert SAYS[kind].format(name=name) in says, (name, kind, value, says)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("keyword", ["x"], "keyword is not a text"), ("keyword", True, "keyword is not a text"),
        ("pageSize", {"x": 1}, "pageSize is not a text"),
        ("skuIds", [1.5, None], "skuIds is a list of texts or numbers"),
        ("skuIds", [True], "skuIds is a list of texts or numbers"),
    ],
)  # fmt: skip
def test_an_argument_of_another_kind_is_refused(jd: JdUnion, name: str, value: Any, says: str) -> None:
    assert refusal_in(body_of(jd, GOODS, {name: value}), GOODS) == (WRONG, says)


@pytest.mark.parametrize("twin", TWINS_ELSEWHERE, ids=str)
def test_what_is_no_call_of_a_method_is_refused_too(jd: JdUnion, twin: Elsewhere) -> None:
    answer = twin.send(jd)

    is_of_the_gateway = "error_response" in answer.text
    assert (answer.json()["error_response"]["code"] if is_of_the_gateway else answer.status_code) == twin.code
    assert twin.says in unescape(answer.text)


def test_no_check_is_without_a_twin() -> None:
    said = {twin.says for twin in TWINS} | {twin.says for twin in TWINS_ELSEWHERE}
    without_twin = {
        place: pattern.pattern
        for place, pattern in refusal_texts(CODE).items()
        if not any(
            pattern.search(each) if pattern.pattern.startswith(".+") else pattern.fullmatch(each) for each in said
        )
    }

    assert without_twin == {}
    assert GOOD.keys() == DEMANDS.keys() == METHODS.keys() == ARGUMENT.keys()
    assert {name: (method.top, method.key) for name, method in METHODS.items()} == {
        name: (ARGUMENT[name], RESULT[name]) for name in METHODS
    }
    for name, method in METHODS.items():
        listed = {argument: set(demands) for argument, demands in DEMANDS[name].items()}
        assert listed == demands_of(method.answer), name
