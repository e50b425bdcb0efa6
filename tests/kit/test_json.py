"""One strict reader of JSON: what two programs could read differently is refused, by its fault."""

import base64
import json
from pathlib import Path

import pytest

from joey.kit.json import NotJson, as_float, read_json

# github.com/nst/JSONTestSuite, MIT (c) 2016 Nicolas Seriot; the file names origin and rule.
SUITE = json.loads(Path(__file__).with_name("jsontestsuite.json").read_text())
CASES = {name: base64.b64decode(body) for name, body in SUITE["cases_b64"]}
# RFC 8259 leaves both open, and Joey refuses what two programs would read differently.
REFUSED_ON_PURPOSE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_public_suite_is_accepted_refused_and_never_crashes(name: str) -> None:
    try:
        read_json(CASES[name], fractions=as_float)
        accepted = True
    except NotJson:
        accepted = False

    if name in REFUSED_ON_PURPOSE or name.startswith("n_"):
        assert not accepted
    elif name.startswith("y_"):
        assert accepted


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (b'{"a": 1, "a": 1}', "name_twice"),
        (b'{"a": {"b": 1, "b": 2}}', "name_twice"),
        (b'{"a": NaN}', "not_a_number"),
        (b"[-Infinity]", "not_a_number"),
        (b'"\xff"', "not_utf8"),
        (b'\xef\xbb\xbf{"a": 1}', "syntax"),
        (b'{"a": 1} {}', "syntax"),
        (b"", "syntax"),
        (b"1" * 5000, "syntax"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (b'"' + b"a" * (32 << 20) + b'"', "too_large"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_each_fault_has_its_name(given: bytes, fault: str) -> None:
    with pytest.raises(NotJson) as refused:
        read_json(given)

    assert refused.value.fault == fault


def test_brackets_inside_of_texts_do_not_nest() -> None:
    assert read_json('{"a": "' + "[" * 500 + '"}') == {"a": "[" * 500}
    assert read_json("[" * 64 + "]" * 64)


def test_fractions_stay_as_written_unless_the_caller_says_otherwise() -> None:
    assert read_json('{"price": 12.90, "count": 3}') == {"price": "12.90", "count": 3}
    assert read_json("[1.5, 1e3]", fractions=as_float) == [1.5, 1000.0]
    with pytest.raises(NotJson, match="not_a_number"):
        read_json("[1e999]", fractions=as_float)


@pytest.mark.parametrize(
    "given", [r'"\u0000"', r'{"\ud800": 1}', r'[{"a": "\udfff"}]', '"\ud800"', '{"a": "\x7f\\u0000"}']
)
def test_what_postgresql_cannot_keep_is_a_fault_only_where_the_caller_says_so(given: str) -> None:
    assert read_json(given) is not None
    with pytest.raises(NotJson) as refused:
        read_json(given, storable=True)

    assert refused.value.fault == "unstorable"
    assert read_json(r'"\ud83d\ude00"', storable=True) == "😀"
