"""What of an offer stays the same where a marketplace's ids rotate."""

from hashlib import sha256
from urllib.parse import urlsplit

LONGEST_IDENTITY = 200


def seller_and_picture(seller: str, picture_url: str, item_id: str) -> str:
    """The seller together with the path of the main picture.

    Ids differ per publisher and over time and titles get rewritten, but a picture keeps its address at the image host.
    Without seller or picture there is only the id.
    """
    try:
        picture = urlsplit(picture_url).path
    except ValueError:  # no address
        picture = ""
    if not seller or not picture:
        return f"id:{item_id}"[:LONGEST_IDENTITY]
    identity = f"{seller}:{picture}"
    if len(identity) > LONGEST_IDENTITY:
        return f"{seller}:{sha256(picture.encode()).hexdigest()}"
    return identity
