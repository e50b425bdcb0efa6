"""QR codes on pages, for another phone to scan."""

import segno
from django.utils.safestring import SafeString


def qr_svg(url: str) -> SafeString:
    """The address as a QR code; "" of none."""
    return SafeString(segno.make_qr(url).svg_inline(scale=4, border=2, omitsize=False) if url else "")
