"""Nothing that a rule may know is left out by the code that asks it: every parameter is given by some caller."""

import ast
from pathlib import Path

import joey.rules

RULES = Path(joey.rules.__path__[0])
PACKAGE = RULES.parent


def test_every_optional_parameter_of_a_rule_is_passed_by_a_package_above() -> None:
    called: set[str] = set()
    passed: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        if RULES in path.parents:
            continue
        module = ast.parse(path.read_text("utf-8"))
        imports = (node for node in module.body if isinstance(node, ast.ImportFrom))
        asked = {name.name for node in imports if (node.module or "").startswith("joey.rules") for name in node.names}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in asked:
                name = node.func.id  # type: ignore[attr-defined]
                called.add(name)
                passed |= {(name, keyword.arg) for keyword in node.keywords if keyword.arg}

    assert {"audit_text", "ListingFacts"} <= called
    assert {pair for pair in optional_parameters() if pair[0] in called} - passed == set()


def optional_parameters() -> set[tuple[str, str]]:
    """(function or dataclass, parameter) of every public one in joey.rules that has a default."""
    found: set[tuple[str, str]] = set()
    for path in RULES.glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                defaults = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                found |= {(node.name, argument.arg) for argument, default in defaults if default is not None}
            elif isinstance(node, ast.ClassDef):
                fields = (part for part in node.body if isinstance(part, ast.AnnAssign) and part.value is not None)
                found |= {(node.name, field.target.id) for field in fields if isinstance(field.target, ast.Name)}
    return found
