"""1688: its offers come by product file, and no order is reported yet.

The folder has a name of its own because a Python name cannot begin with a digit.
"""

from joey.marketplaces.manifest_shape import Capabilities, InApp, Manifest, Wording

MANIFEST = Manifest(
    code="1688",
    marketplaces={"1688": Wording(en="1688", zh="1688")},
    reported_name=Wording(en="1688", zh="1688"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=frozenset({"detail.1688.com", "m.1688.com"}),
    picture_hosts=frozenset({"cbu01.alicdn.com"}),
    refused_in_apps=tuple(
        InApp(app=app, marketplaces=frozenset({"1688"}), offer_instead="open_in_browser")  # seen 2026-11
        for app in ("wechat", "qq", "douyin", "xiaohongshu")
    ),
    capabilities=Capabilities(search="file", look_up="file", recognise=True, look_up_at_once=1000),
    reserved_names=frozenset({"1688", "1688-com"}),
)
