"""Pictures of offers, fetched once, made small, kept under DATA/pictures: a buyer's browser only asks this instance."""

import hashlib
import io
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings

from joey.catalog.models import Offer
from joey.catalog.pictures.fetch_picture import NoPicture, fetch
from joey.kit.refusals import Refusal
from joey.marketplaces.registry import manifest_of

log = logging.getLogger(__name__)

LONGEST_SIDE = 800
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82
TRY_AGAIN_SECONDS = 600  # after a picture that could not be fetched


def picture_bytes(offer_id: UUID) -> bytes | None:
    """The offer's first picture as WebP, at most 800 pixels a side; None if it has none. One query."""
    found = Offer.objects.filter(pk=offer_id).values_list("marketplace", "picture_urls").first()
    return picture_of(offer_id, *found) if found else None


def picture_of(offer_id: UUID, marketplace: str, picture_urls: Sequence[str]) -> bytes | None:
    """The same of an offer that was read. No query.

    The first request fetches it, which can take seconds; later ones read a file. A picture that did not come is asked
    for again after ten minutes.
    """
    if not picture_urls:
        return None
    url, manifest = picture_urls[0], manifest_of(marketplace)
    if "picture" not in manifest.allowed.stored:
        return None
    path = _path(offer_id, url)
    if path.exists():
        return path.read_bytes()
    missing = path.with_suffix(".missing")
    if missing.exists() and time.time() - missing.stat().st_mtime < TRY_AGAIN_SECONDS:
        return None
    try:
        body = small_webp(fetch(url, manifest.hosts | manifest.picture_hosts))
    except (NoPicture, Refusal) as trouble:
        log.info("no picture of offer %s: %s", offer_id, trouble)
        _write(missing, b"")
        return None
    _write(path, body)
    for old in path.parent.glob(f"{offer_id}-*"):
        if old != path:
            old.unlink(missing_ok=True)
    return body


def small_webp(body: bytes) -> bytes:
    """Any picture as WebP of at most 800 pixels a side, upright, without its metadata. Raises NoPicture.

    Its size is looked at before it is unpacked, so a small file cannot ask for much memory.
    """
    from PIL import Image, ImageOps  # heavy, and most pictures are read from their file

    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS or min(picture.size) < 1:
                raise NoPicture(f"{picture.width} x {picture.height} pixels")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked no larger than needed
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except NoPicture:
        raise
    # Decoders raise all kinds of exceptions for a broken file; they all mean the same here.
    except Exception as trouble:  # noqa: BLE001
        raise NoPicture(f"not a picture that can be read ({type(trouble).__name__})") from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _path(offer_id: UUID, url: str) -> Path:
    """The file for a picture's address: a new address is a new file, so a new picture is shown."""
    return Path(settings.DATA) / "pictures" / f"{offer_id}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.webp"


def _write(path: Path, body: bytes) -> None:
    """Write it in one step: requests at the same moment each write their own file, and the last one is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
