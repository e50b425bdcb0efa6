"""The demo's shops: who keeps them, their shelves, and which offers are on them with which personal note.

A note says why something was picked, never that the shopkeeper has used it: a demo person has not.
"""

from dataclasses import dataclass, field

from joey.demo.catalogue import DemoOffer, offers_of


@dataclass(frozen=True)
class DemoListing:
    """One offer on a shelf, with the shopkeeper's own words in "zh" and "en" (both empty for no note)."""

    marketplace: str
    good_slug: str
    note: dict[str, str] = field(hash=False)

    @property
    def offer(self) -> DemoOffer:
        """The offer shown; LookupError when that marketplace does not have the good."""
        for each in offers_of(self.good_slug):
            if each.marketplace == self.marketplace:
                return each
        raise LookupError(f"{self.good_slug} is not on {self.marketplace}")


@dataclass(frozen=True)
class DemoShelf:
    """A section of a shop."""

    name: dict[str, str] = field(hash=False)
    listings: tuple[DemoListing, ...]


@dataclass(frozen=True)
class DemoShop:
    """A shop as its keeper would have filled it by hand."""

    slug: str
    name: dict[str, str] = field(hash=False)
    intro: dict[str, str] = field(hash=False)
    email: str
    phone: str
    language: str  # which of the texts the keeper published: "zh" or "en"
    shelves: tuple[DemoShelf, ...]

    @property
    def listings(self) -> tuple[DemoListing, ...]:
        """Everything in the shop, shelf by shelf."""
        return tuple(listing for shelf in self.shelves for listing in shelf.listings)


def _shelf(zh: str, en: str, *listings: DemoListing) -> DemoShelf:
    return DemoShelf(name={"zh": zh, "en": en}, listings=listings)


def _pick(marketplace: str, good_slug: str, zh: str = "", en: str = "") -> DemoListing:
    return DemoListing(marketplace=marketplace, good_slug=good_slug, note={"zh": zh, "en": en})


MEI = DemoShop(
    slug="mei",
    name={"zh": "小美的好物铺", "en": "Mei's finds"},
    intro={
        "zh": "杭州上班族，爱做饭，也爱给小房子添点光。挑的都是自己会放进购物车的东西，价格以平台页面为准。",
        "en": "I work in Hangzhou, cook most evenings and like small rooms with good light. "
        "Things I would put in my own basket; the marketplace's price is the price.",
    },
    email="mei@example.com",
    phone="+8613800000001",
    language="zh",
    shelves=(
        _shelf(
            "慢一点的早晨",
            "A slower morning",
            _pick(
                "taobao",
                "tea-mug-speckled",
                "斑点每只都不同，这个绿很耐看。",
                "No two are alike, and this green is easy to live with.",
            ),
            _pick(
                "tmall",
                "drip-coffee-bags",
                "想喝现冲又懒得磨豆的人，可以先从挂耳开始。",
                "For mornings when grinding beans is too much.",
            ),
            _pick(
                "taobao",
                "milk-pan-enamel",
                "一人份大小，租房的小灶台放得下。",
                "Sized for one person and a small stove.",
            ),
            _pick(
                "amazon",
                "gooseneck-kettle",
                "海外的朋友问过，这里是亚马逊的链接。",
                "For friends abroad who asked: the Amazon one.",
            ),
            _pick(
                "tmall",
                "lotus-root-starch",
                "杭州人的早餐记忆，冲的时候记得先放凉水。",
                "A Hangzhou breakfast. Cold water first, then boiling.",
            ),
            _pick(
                "1688",
                "glass-storage-jars",
                "厂家店，三只一组，看清规格再下单。",
                "From the maker, sold in threes. Check the sizes first.",
            ),
            _pick(
                "jd",
                "digital-kitchen-scale",
                "想练手烘焙的话，一台秤比一本食谱先要紧。",
                "If you want to bake, a scale comes before a cookbook.",
            ),
        ),
        _shelf(
            "小房子里的光",
            "Light for small rooms",
            _pick(
                "taobao",
                "bedside-mushroom-lamp",
                "这家上周标了降价，其实和以前差不多，看看价格曲线再决定。",
                "Marked down last week, yet close to what it was. Look at the price line first.",
            ),
            _pick(
                "tmall", "paper-floor-lamp", "喜欢它的影子，墙上像一团月亮。", "I like its shadow more than the lamp."
            ),
            _pick(
                "amazon",
                "soy-candle-fig",
                "这条链接没有佣金，单纯觉得杯子好看。",
                "This one earns nothing; I just like the glass.",
            ),
            _pick(
                "taobao",
                "linen-cushion",
                "套子能拆，养猫的家里很重要。",
                "The cover comes off, which matters with a cat.",
            ),
            _pick("taobao", "ceramic-vase-tall", "一枝就够，别插满。", "One stem. Resist the bouquet."),
            _pick(
                "tmall", "washed-cotton-bedding", "不想熨床单的人可以看看。", "For people who will never iron a sheet."
            ),
            _pick(
                "1688", "velvet-hangers", "换季整理衣柜用，一次买够一组更省心。", "For the seasonal wardrobe sort-out."
            ),
        ),
        _shelf(
            "茶和零嘴",
            "Tea and nibbles",
            _pick(
                "tmall",
                "longjing-green",
                "明前的量少，水温别太高。",
                "Little of it each spring. Do not use boiling water.",
            ),
            _pick("taobao", "oolong-roasted", "一泡一袋，适合放办公室抽屉。", "Single sachets for an office drawer."),
            _pick(
                "taobao", "gaiwan-travel-set", "出差带着走，酒店的纸杯可以歇一歇。", "So the hotel paper cups can rest."
            ),
            _pick(
                "tmall",
                "egg-rolls-tin",
                "送长辈不会出错，吃完铁盒还能装针线。",
                "A safe gift; the tin ends up holding thread.",
            ),
            _pick(
                "taobao",
                "walnut-crisps",
                "含坚果，过敏的朋友请跳过。",
                "Contains nuts; skip it if they do not agree with you.",
            ),
            _pick("dangdang", "rice-crackers-sesame", "清淡，配浓茶。", "Mild, good beside strong tea."),
            _pick(
                "pinduoduo",
                "buckwheat-tea",
                "没有茶叶，晚上喝也行。",
                "No tea leaves in it, so it will do in the evening.",
            ),
            _pick(
                "tmall",
                "mooncake-pastry",
                "常常断货，先放在这里等补货。",
                "Often out of stock. I am leaving it here until it returns.",
            ),
        ),
        _shelf(
            "出门就走",
            "Out of the door",
            _pick(
                "tmall",
                "city-backpack",
                "能穿在拉杆上这一点，赶高铁时肩膀会轻松些。",
                "It slips over a suitcase handle, which your shoulders will notice.",
            ),
            _pick("taobao", "canvas-tote", "底部深色，放地铁地板上不心疼。", "A dark base for metro floors."),
            _pick(
                "amazon",
                "foldable-duffel",
                "回程总会多出东西的人。",
                "For those who come home with more than they packed.",
            ),
            _pick("taobao", "pocket-powerbank", "自带线，少带一样是一样。", "The cable is built in. One thing less."),
            _pick(
                "tmall", "trekking-poles", "秋天想去爬山的人，可以先看看这副。", "Worth a look before the autumn hills."
            ),
            _pick(
                "pinduoduo",
                "picnic-blanket",
                "拼单价，两个人凑一单就行。",
                "A group price: two buyers make a group.",
            ),
            _pick(
                "jd",
                "umbrella-windproof",
                "杭州的梅雨和台风天都用得上的一类东西。",
                "For a city with plum rain and typhoons.",
            ),
        ),
        _shelf(
            "好好照顾自己",
            "A little care",
            _pick("taobao", "amino-face-wash", "配料表简单，没有香精。", "A short ingredient list and no perfume."),
            _pick(
                "taobao", "hand-cream-osmanthus", "桂花味，十月限定心情全年可用。", "October in Hangzhou, in a tube."
            ),
            _pick("tmall", "sunscreen-gel", "夏天骑车通勤的人记得补涂。", "Cyclists: remember to reapply."),
            _pick(
                "tmall",
                "body-lotion-fig",
                "这家的券已经过期了，等下一轮。",
                "Its coupon has run out; wait for the next one.",
            ),
            _pick("1688", "sheet-mask-oat", "厂家店起订量请看页面。", "Maker's store: check the minimum order."),
        ),
        _shelf(
            "书桌一角",
            "A corner of the desk",
            _pick(
                "dangdang",
                "tea-mountain-essays",
                "写人多过写茶，正合我意。",
                "More about people than tea, which suits me.",
            ),
            _pick("dangdang", "desk-calendar-hills", "每个节气翻一页。", "One page for each solar term."),
            _pick("pinduoduo", "phone-stand-arm", "追剧时腾出两只手。", "Both hands stay free while you watch."),
            _pick(
                "taobao",
                "dot-notebook",
                "纸厚，平摊。记账本就该这样。",
                "Thick paper, lies flat, as an account book should.",
            ),
            _pick(
                "jd",
                "mechanical-keyboard",
                "静音轴，给要在办公室打字的人。",
                "Quiet switches, for people with colleagues.",
            ),
        ),
    ),
)

AKING = DemoShop(
    slug="aking",
    name={"zh": "阿京的旧书桌", "en": "A-King's reading desk"},
    intro={
        "zh": "一个下班才有空看书的人。这里放书、纸、笔，还有夜里看书时喝的东西。",
        "en": "I read after work. Books, paper, pens, and what to drink beside them late at night.",
    },
    email="aking@example.com",
    phone="+8613800000002",
    language="zh",
    shelves=(
        _shelf(
            "这个月的书",
            "This month's books",
            _pick(
                "dangdang", "novel-ferry-winter", "慢小说，一天十页刚好。", "A slow novel; ten pages a day is right."
            ),
            _pick("dangdang", "short-stories-night-bus", "一站一篇。", "One story a stop."),
            _pick("taobao", "mystery-lighthouse", "线索给得公平，可以和作者较个劲。", "It plays fair, so play along."),
            _pick("dangdang", "history-bridge", "没有公式，放心。", "No formulas, I checked the contents page."),
        ),
        _shelf(
            "纸和笔",
            "Paper and pens",
            _pick("tmall", "dot-notebook", "", ""),
            _pick("tmall", "fountain-pen-steel", "细尖，写小字的人先看这支。", "A fine nib, for small handwriting."),
            _pick(
                "taobao",
                "gel-pens-muted",
                "颜色都带点灰，做批注不抢眼。",
                "Greyed colours that do not shout in the margin.",
            ),
            _pick("taobao", "watercolour-tin", "读游记的时候配一盒。", "Goes with travel books."),
        ),
        _shelf(
            "夜读伴侣",
            "Late company",
            _pick("tmall", "reading-desk-lamp", "暖光一档，别照到邻居。", "Warm light, low, and mind the neighbours."),
            _pick("taobao", "cocoa-powder", "无糖的，甜度自己定。", "Unsweetened, so you decide."),
            _pick("taobao", "chrysanthemum-tea", "晚上不想喝咖啡因的时候。", "For when caffeine is a bad idea."),
        ),
    ),
)

LULU = DemoShop(
    slug="lulu",
    name={"zh": "露露和两只猫", "en": "Lulu and two cats"},
    intro={
        "zh": "两只猫一只狗，一个人挣钱。这里只放宠物用得上的东西。",
        "en": "Two cats, one dog, one salary. Only things for animals here.",
    },
    email="lulu@example.com",
    phone="+8613800000003",
    language="zh",
    shelves=(
        _shelf(
            "吃饭喝水",
            "Dinner and water",
            _pick("taobao", "slow-feeder-bowl", "给吃饭像比赛的那位。", "For the one who eats as if timed."),
            _pick("tmall", "cat-water-fountain", "滤芯钱也要算进去。", "Count the filters into the price."),
            _pick("taobao", "duck-dog-food", "换粮慢慢来，一周起步。", "Change food slowly, over a week at least."),
            _pick("taobao", "freeze-dried-cubes", "配料就一样，省得看半天。", "One ingredient, quick to read."),
        ),
        _shelf(
            "玩和睡",
            "Play and sleep",
            _pick("tmall", "sisal-cat-tree", "柱子能单独换，这点难得。", "You can replace just the post."),
            _pick("taobao", "catnip-fish", "不是每只猫都买账。", "Not every cat will care."),
            _pick(
                "taobao",
                "donut-bed",
                "券过期了，原价也可以先看看尺寸。",
                "The coupon is over; check the size meanwhile.",
            ),
            _pick(
                "1688", "cardboard-scratcher", "消耗品，看厂家店更实在。", "It gets used up, so see the maker's store."
            ),
        ),
        _shelf(
            "出门",
            "Going out",
            _pick("taobao", "harness-leash", "先量胸围。", "Measure the chest first."),
            _pick("taobao", "pet-carrier", "能从上面放猫。", "Opens from above."),
        ),
    ),
)

SHOPS: tuple[DemoShop, ...] = (MEI, AKING, LULU)

# An operator writes the reason of a hold in the shopkeeper's language.
HOLD_REASON = {
    "zh": "一小时内有几笔订单来自同一地址（模拟）",
    "en": "Several orders from one address within an hour (simulated)",
}
