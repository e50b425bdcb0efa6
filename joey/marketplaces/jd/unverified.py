"""What Joey takes for granted about JD and no document proves."""

from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.unverified import UnverifiedFact

FACTS = (
    UnverifiedFact(
        "mobile_picture_host",
        Wording(en="Pictures may come from m.360buyimg.com too.", zh="图片也可能来自 m.360buyimg.com。"),
        "manifest.py",
        why_not_asked=Wording(en="a product file is not asked", zh="商品文件无法查询"),
    ),
)
