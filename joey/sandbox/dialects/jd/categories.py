"""`category.goods.get`: the categories below one of them."""

from typing import Any

from joey.demo import catalogue
from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.goods import category_numbers
from joey.sandbox.world.state import World


def below(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """Those of one grade (0 is the highest of three) under `parentId`, which is 0 for the highest."""
    parent = arguments.integer("parentId")
    grade = arguments.integer("grade", least=0, most=2)
    names = catalogue.categories()
    rows = []
    for code, numbers in category_numbers().items():
        above = numbers[grade - 1] if grade else 0
        if above == parent:
            rows.append({"id": numbers[grade], "name": names[code]["zh"], "grade": grade, "parentId": above})
    return {"data": rows}
