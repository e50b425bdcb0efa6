"""Dangdang (当当): its offers come by product file, and no order is reported yet."""

from joey.marketplaces.manifest_shape import Capabilities, Manifest, Wording

MANIFEST = Manifest(
    code="dangdang",
    marketplaces={"dangdang": Wording(en="Dangdang", zh="当当")},
    reported_name=Wording(en="Dangdang", zh="当当"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=frozenset({"product.dangdang.com", "product.m.dangdang.com"}),
    picture_hosts=frozenset({"img3m0.ddimg.cn", "img3m1.ddimg.cn"}),
    capabilities=Capabilities(search="file", look_up="file", recognise=True, look_up_at_once=1000),
    reserved_names=frozenset({"dangdang"}),
)
