"""The drawn pictures of the demo goods, drawn once and kept beside the state."""

import asyncio
from pathlib import Path
from tempfile import NamedTemporaryFile

from starlette.requests import Request
from starlette.responses import Response

from joey.demo import catalogue
from joey.sandbox.callers import world_of
from joey.sandbox.refused import missing


async def picture(request: Request) -> Response:
    """`/pictures/<slug>.webp`."""
    slug = request.path_params["slug"]
    try:
        good = catalogue.good(slug)
    except KeyError:
        raise missing("there is no such picture") from None
    kept = world_of(request).folder / "pictures" / f"{good.slug}.webp"
    body = kept.read_bytes() if kept.is_file() else await asyncio.to_thread(_draw, good, kept)
    return Response(body, media_type="image/webp", headers={"cache-control": "public, max-age=86400"})


def _draw(good: catalogue.Good, kept: Path) -> bytes:
    from joey.demo.draw import draw  # the drawing library is loaded with the first picture, not at the start

    body = draw(good)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=kept.parent, delete=False) as unfinished:  # two readers may draw it at once
        unfinished.write(body)
    Path(unfinished.name).replace(kept)
    return body
