"""Stories 25 and 33, case P7: what keepers write of themselves and their goods, and what passes."""

import pytest

from joey.rules.audit_listing import ListingFacts, audit_listing, audit_text

# As an instance has them: names of marketplaces, and its own.
THEIRS = frozenset({"淘宝", "天猫", "京东", "拼多多", "1688", "Taobao", "Tmall", "JD", "Pinduoduo", "Amazon", "Joey"})

REFUSED = {
    ("CN-A5", "name"): (
        "月入过万轻松小店", "月 入 过 万", "月入過萬", "躺赚小铺", "日赚500元起", "一天赚三百块", "每月轻松收入2万",
        "稳赚不赔俱乐部", "睡后收入研究所", "Earn $5,000 a month", "Make money from home", "Passive income club",
        "earn 300 dollars per day", "月入过W", "日入上k", "招代理", "诚招代理",
    ),
    ("CN-A5", "note"): (
        "稳赚不赔", "分享就能日入过千", "保证收益，人人都能赚", "get rich quick with this", "带你赚钱带你飞", "躺.赚",
    ),
    ("CN-A3", "note"): (
        "治疗痘痘三天见效", "根治脚气", "7天祛痘", "一个疗程见效", "药到病除", "糖尿病人能代替药物", "治 疗 湿疹",
        "抗癌食品", "喝了降血糖", "增强免疫力的口罩", "cures acne", "30天瘦20斤", "治療痘痘", "没有任何副作用",
        "治痘神器",
    ),
    ("CN-A9", "name"): (
        "淘宝", "淘宝官方", "Taobao Official", "Таobao", "t a o b a o", "Ta0bao 商城", "京东客服", "天猫自营旗舰店",
        "微信客服", "Joey 官方", "Joey", "Joey Support Team", "J0ey shop", "Joеy", "官方客服", "平台管理员", "支付宝",
        "Amazon Customer Service", "1688 官网", "ＪＤ", "Official Store", "公安局", "淘寶官方店", "Help desk Joey",
        "拼 多 多", "京 东 自 营", "天貓旗舰店", "拼多多百亿补贴", "Joey 的小铺",
    ),
    ("CN-A9", "note"): (
        "有问题找淘宝客服", "Joey 官方推荐", "我是京东工作人员", "contact Amazon support", "微信官方合作",
    ),
    ("JOEY-1", "intro"): (
        "加微信 abc123 返现 10 元", "https://evil.com", "evil.com", "evil。com", "www.evil-shop.cn", "evil点com",
        "加V：abc_12345", "薇❤ xiaomei88", "+v xiaomei_88", "微信号：xiaomei88", "wx: xiaomei2026", "V信 xiaomei88",
        "QQ 123456789", "扣扣群：12345678", "电话13800138000", "138-0013-8000", "1 3 8 0 0 1 3 8 0 0 0",
        "一三八零零一三八零零零", "①③⑧00138000", "mei@example.com", "mei(at)example.com", "好评返现", "晒图返红包",
        "WhatsApp +44 7700 900123", "telegram: mei_88", "t.me/mei88", "关注公众号领券", "私聊有优惠",
        "cash back after review", "telegram @abc", "威❤️abc", "ｗｗｗ．ｅｖｉｌ．ｃｏｍ", "bit.ly/abc",
    ),
    ("JOEY-2", "keeper"): ("傻逼", "傻 逼", "煞笔老板", "fuck you", "f u c k", "王八蛋", "bitch", "去死吧"),
}  # fmt: skip

HARMLESS = {
    "name": (
        "小美的好物铺", "露露的小店", "阿强五金", "东京东路小店", "微笑小铺", "信和茶行", "Mei's corner",
        "Joey Wang's kitchen", "多多小店", "淘气包童装", "天猫座星空馆", "猫的天堂", "Amazonas coffee",
        "Support your local baker", "知足小屋", "大红袍茶铺", "京味点心", "海关路 12 号", "加州阳光", "V领毛衣馆",
        "会客服饰", "五谷杂粮", "Official-looking? No, handmade", "宝妈的淘宝清单", "爱逛京东的老王", "招财进宝铺",
        "赚到了水果店", "健康茶饮", "草本护理小站", "好睡眠家纺", "康复师小李的书架", "暖心治愈系杂货", "月光小铺",
        "日日鲜", "年年有余", "微观世界模型", "QQ糖果屋", "十七号仓库", "老王头不老", "1314 礼物店",
        "Bitterballen & co", "东 京 小 店", "威 海 海 鲜", "微 风", "信 和", "微 Lab", "代理记账小王",
        "Scunthorpe crafts",
    ),
    "note": (
        "温和清洁", "早上装的水到傍晚还烫", "我用了三年，盖子没坏", "敏感肌也能用，洗完不紧绷",
        "雅诗兰黛官方旗舰店有售，我在那里买的", "天猫旗舰店发货，两天到", "京东自营，次日达", "淘宝上常有券",
        "颜色比图片深一点", "适合送爸妈", "三天到货", "7 天无理由退换", "用了 30 天才写这条", "微信读书架",
        "能放 QQ 糖和坚果", "加微波炉热两分钟", "加V领款更显瘦", "充电 2 小时够用一周", "5 分钟就干",
        "满 200 减 20 元券", "型号 S6100，别买错", "ISBN 9787111128069", "尺寸 180-50-18", "净含量 500ml±5ml",
        "附 1 年质保", "本品不能代替药物", "不能治疗疾病，只是一杯茶", "治愈系插画，看着舒服", "逼真的毛绒触感",
        "绿色情侣杯一对", "下单 11 位手机号要写全", "消毒后再用", "止咳糖一样的甜味", "牙医推荐过的刷头",
        "防晒 SPF50", "小朋友一天喝两杯", "日入而息的慢生活", "Node.js 入门书", "Lumbar support for long drives",
        "The staff at the shop were kind", "My team uses it daily", "Earn your stripes, runners",
        "Make 12 cups at once", "Good for acne-prone skin", "A cure for boredom", "Dr.Me 面膜", "容量 1.5L. 不含电池",
    ),
    "shelf": (
        "淘宝", "京东自营", "厨房", "官方补贴", "微信读书架", "For rainy days", "Knee support", "治愈小物", "保健食品",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "field"), REFUSED)
def test_what_no_shop_may_say_is_refused_by_its_rule(rule: str, field: str) -> None:
    passed = {
        text: [finding.rule_id for finding in audit_text(field, text, protected_names=THEIRS).findings]
        for text in REFUSED[rule, field]
    }

    assert {text: found for text, found in passed.items() if rule not in found} == {}


@pytest.mark.parametrize("field", HARMLESS)
def test_harmless_words_pass(field: str) -> None:
    verdicts = {text: audit_text(field, text, protected_names=THEIRS).findings for text in HARMLESS[field]}

    assert {text: [(f.rule_id, f.matched) for f in found] for text, found in verdicts.items() if found} == {}


def test_a_title_may_name_its_marketplace_and_makes_no_other_claim() -> None:
    assert audit_listing(ListingFacts(titles=("京东官方旗舰店 同款台灯", "Amazon official store lamp"))).publish
    for title in ("稳赚不赔的课", "加微信 abc123 领券", "面膜 治疗痘痘"):
        assert not audit_listing(ListingFacts(titles=(title,))).publish, title


def test_medicines_and_devices_may_say_what_they_treat_and_health_food_what_it_is_registered_for() -> None:
    assert audit_listing(ListingFacts(titles=("国药准字 H2026 乳膏 治疗湿疹",))).publish
    assert audit_listing(ListingFacts(titles=("红光治疗仪",), note="治疗痘痘", category="医疗器械")).publish
    assert audit_listing(ListingFacts(titles=("蓝帽子 保健食品 增强免疫力",))).publish
    assert not audit_listing(ListingFacts(titles=("蓝帽子 保健食品 抗癌",))).publish
    assert not audit_listing(ListingFacts(titles=("绿茶 增强免疫力",))).publish
    assert audit_text("note", "治疗痘痘", country="DE").publish


def test_a_name_that_an_operator_has_checked_is_the_shops_own() -> None:
    names = frozenset({"山川官方店"})

    assert audit_text("name", "山川 官方店", registered_names=names).publish
    assert not audit_text("name", "山川官方店").publish
    assert not audit_text("name", "淘宝官方店", registered_names=names, protected_names=THEIRS).publish
