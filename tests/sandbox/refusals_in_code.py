"""What a simulated gateway refuses, read from its code: each text that it refuses with, and what its calls demand of
their arguments. A test compares both with its table of refused calls, so that no check is without one.
"""

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

REFUSERS = {"TopError", "remote", "invalid_parameter", "missing", "invalid"}  # and whatever is raised
HOLDERS = {"arguments", "option"}  # what a call's arguments are called in the code, and those inside one of them
SYSTEM = {"session"}
MISSING, TOO_LONG, TOO_MANY, OUT_OF_RANGE = "missing", "too long", "too many", "out of range"
NO_NUMBER, NO_AMOUNT, NO_BOOLEAN, NO_JSON, NO_WORD = "no number", "no amount", "no boolean", "no JSON", "no word"

Demands = dict[str, set[str]]


def refusal_texts(files: list[Path]) -> dict[str, re.Pattern[str]]:
    """Where each refusal is, as file:line, and what it says; a value inside a text fits anything."""
    found = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node
            if not isinstance(call, ast.Call) or not (isinstance(node, ast.Raise) or _name(call.func) in REFUSERS):
                continue
            texts = [text for each in [*call.args, *(more.value for more in call.keywords)] if (text := _text(each))]
            if texts:
                found[f"{path.name}:{call.lineno}"] = re.compile(texts[-1])
    return found


def refused_entries(files: list[Path]) -> set[int]:
    """The codes with which an entry of a good answer is refused: `{"code": …, "msg": …}` as it is written."""
    codes = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
                pairs = {key.value: value for key, value in zip(node.keys, node.values, strict=True)}  # type: ignore[union-attr]
                if pairs.keys() == {"code", "msg"} and isinstance(pairs["code"], ast.Constant):
                    codes.add(pairs["code"].value)
    return codes  # type: ignore[return-value]


def demands_of(answer: Callable[..., Any]) -> Demands:
    """What a call demands of each argument, also in functions that it hands its arguments on to."""
    demands: Demands = defaultdict(set)
    waiting, seen = [answer], {answer}
    while waiting:
        function = waiting.pop()
        for call in _calls(function):
            asked_for = _asked_for(call, function)
            if asked_for:
                name, kinds = asked_for
                demands[name] |= kinds
                continue
            handed_on = getattr(function, "__globals__", {}).get(_name(call.func))
            is_handed = any(_name(argument) in HOLDERS for argument in call.args)
            if is_handed and isinstance(handed_on, FunctionType) and handed_on not in seen:
                seen.add(handed_on)
                waiting.append(handed_on)
    return {name: kinds for name, kinds in demands.items() if kinds}


def _asked_for(call: ast.Call, function: Callable[..., Any]) -> tuple[str, set[str]] | None:
    """The argument that is read by `arguments.integer("page_no", …)` or `whole(option, "page_no", …)`."""
    if isinstance(call.func, ast.Attribute) and _name(call.func.value) in HOLDERS and call.args:
        kind, name, more = call.func.attr, call.args[0], call.args[1:]
    elif len(call.args) > 1 and _name(call.args[0]) in HOLDERS and _written_out(call.args[1], function):
        kind, name, more = _name(call.func), call.args[1], call.args[2:]
    else:
        return None
    if kind == "get":  # read as it is; what is refused of it says so in a text
        return None
    known = _written_out(name, function)
    assert known, f"{function}: the name of an argument is not written out"
    if known in SYSTEM:
        return known, set()  # the gateway looks at it before the call
    assert kind in _KINDS, f"{function}: what does {kind} demand? Say so in {__name__}"
    options = {keyword.arg for keyword in call.keywords}
    has_default = bool(more) and not (isinstance(more[0], ast.Constant) and more[0].value is None)
    return known, _KINDS[kind](has_default, options)


_KINDS: dict[str, Callable[[bool, set[str | None]], set[str]]] = {
    "text": lambda has_default, options: (
        (set() if has_default else {MISSING}) | ({TOO_LONG} if "longest" in options else set())
    ),
    "integer": lambda has_default, options: (
        {NO_NUMBER} | (set() if has_default else {MISSING}) | ({OUT_OF_RANGE} if {"least", "most"} & options else set())
    ),
    "word": lambda *_: {NO_WORD, TOO_LONG},
    "maybe_integer": lambda *_: {NO_NUMBER},
    "maybe_yuan": lambda *_: {NO_AMOUNT},
    "boolean": lambda *_: {NO_BOOLEAN},
    "listed": lambda *_: {TOO_MANY},
    "json": lambda *_: {NO_JSON},
    "read_option": lambda *_: {MISSING, NO_JSON},
    "json_list": lambda *_: {NO_JSON},
    "texts": lambda *_: {NO_JSON, TOO_MANY},
    "beijing_time": lambda *_: {MISSING},
    "whole": lambda *_: {MISSING, OUT_OF_RANGE},
}


def _written_out(node: ast.expr, function: Callable[..., Any]) -> str:
    """A name that is a literal or a constant of the function's module."""
    found = node.value if isinstance(node, ast.Constant) else getattr(function, "__globals__", {}).get(_name(node))
    return found if isinstance(found, str) else ""


def _calls(function: Callable[..., Any]) -> Iterator[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _text(node: ast.expr) -> str:
    """A literal text of several words, as a pattern; codes are single words."""
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+" for each in node.values]
        return "".join(parts) if any(" " in part for part in parts) else ""
    return re.escape(node.value) if _is_text(node) and " " in node.value else ""  # type: ignore[attr-defined]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
