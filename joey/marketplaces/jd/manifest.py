"""JD (京东): its offers come by product file, and no order is reported yet."""

from joey.marketplaces.manifest_shape import Capabilities, InApp, Manifest, Wording

MANIFEST = Manifest(
    code="jd",
    marketplaces={"jd": Wording(en="JD", zh="京东")},
    reported_name=Wording(en="JD", zh="京东"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=frozenset({"item.jd.com", "item.m.jd.com", "npcitem.jd.hk"}),
    # The numbers are those in real pages and tables of its goods; for "m" see unverified.py.
    picture_hosts=frozenset({f"img{n}.360buyimg.com" for n in (10, 11, 12, 13, 14, 20, 30)} | {"m.360buyimg.com"}),
    refused_in_apps=tuple(
        InApp(app=app, marketplaces=frozenset({"jd"}), offer_instead="open_in_browser")  # seen 2026-11
        for app in ("douyin", "xiaohongshu")
    ),
    capabilities=Capabilities(search="file", look_up="file", recognise=True, look_up_at_once=1000),
    reserved_names=frozenset({"jd", "jingdong"}),
)
