"""Amazon: its offers come by product file, and no order is reported yet."""

from joey.marketplaces.manifest_shape import Capabilities, Manifest, Wording

MANIFEST = Manifest(
    code="amazon",
    marketplaces={"amazon": Wording(en="Amazon", zh="亚马逊")},
    reported_name=Wording(en="Amazon", zh="亚马逊"),
    zone="America/Los_Angeles",
    currency="USD",
    hosts=frozenset({"www.amazon.com", "amazon.com"}),
    picture_hosts=frozenset({"m.media-amazon.com"}),
    capabilities=Capabilities(search="file", look_up="file", recognise=True, look_up_at_once=1000),
    reserved_names=frozenset({"amazon"}),
)
