"""Words of a question that are not about the goods: wishes of the shopper, and words that only go with others.

Kept by hand. None of them says what is looked for, so an offer need not have them.
"""

import re

# Where it should come from, that it is good, that it is wanted: said of goods of any kind.
FILLERS = frozenset(
    """
的 了 和 与 及 或 之 是 给 送 买 找 求 想 想要 我 我要 要 有 请 请问 吗 呢 啊 吧 哪 哪里 哪个 什么 一款 个 用
可以 适合 有关 关于 正品 官方 官网 旗舰店 专卖店 专柜 自营 店 官方旗舰店 旗舰 包邮 批发 直销 厂家 现货 新款 新品
最新 最新款 爆款 网红 同款 热销 热卖 特价 促销 清仓 打折 推荐 品牌 名牌 神器 高档 优质 正宗 新鲜 当季 当季新款
定制 多少钱 价格 一个 牌子 牌 老牌 the of for with and
""".split()  # noqa: SIM905 -- a word list
)
CHEAP = frozenset(
    """
便宜 便宜的 最便宜 低价 平价 实惠 划算 cheap cheapest affordable
""".split()  # noqa: SIM905 -- a word list
)

# How something is, which alone is not what someone looks for: 伞 黑色 is an umbrella before it is black.
_HOW = frozenset(
    """
男 女 男士 女士 男式 女式 男款 女款 男生 女生 男人 女人 男孩 女孩 男童 女童 儿童 宝宝 婴儿 幼儿 新生儿 小孩 大童
小童 学生 大学生 小学生 大人 成人 老人 老年人 老年 孕妇 情侣 夫妻 妈妈 爸爸 女朋友 男朋友 春 夏 秋 冬 春季 夏季
秋季 冬季 春天 夏天 秋天 冬天 秋冬 春秋 春夏 四季 韩版 韩国 日本 日式 日系 法式 英伦 欧式 中式 美式 北欧 复古
简约 简单 可爱 性感 创意 文艺 ins 风 小众 时尚 百搭 高级 高端 轻奢 精品 精致 加厚 加绒 加大 加粗 加长 轻薄 超薄
薄 厚 薄款 厚款 宽松 修身 紧身 大码 小码 加大码 大号 小号 中号 大型 小型 迷你 便携 折叠 可折叠 户外 室内 室外
家用 家居 商用 车载 专用 个人 通用 手工 手动 自动 全自动 电动 电热 智能 无线 充电 防水 防滑 防风 防晒 防摔 静音
保暖 透气 纯棉 全棉 棉 真皮 实木 陶瓷 玻璃 塑料 硅胶 不锈钢 铁 木 大 小 高 低 长 短 新 旧 老 软 硬 粗 细 宽 单个
单件 单人 双人 一次性 食品级 礼盒 礼盒装 套装 全套 整箱 袋装 盒装 罐装 大包 试用装 配件 批 套 装 只 双 条 件 个
支 款 片 三件套 进口 国产 官方 发热 保湿 补水 美白 控油 祛痘 自用 送礼 生日 圣诞 红木 美背 防臭 可调 组合 头层
new men women mens womens kids baby black white red blue green pink grey large small mini portable set
""".split()  # noqa: SIM905 -- a word list
)
_HOW_ENDINGS = re.compile(r".+(?:色|号|码|款|型|式|版|系|风|级|装|用|寸|的)$")

# The last character of a name of goods that says its kind: what a 雨鞋 is at least is a 鞋.
KINDS = frozenset(
    "杯伞鞋靴裤裙包锅灯床椅凳桌柜帽袜钟笔纸茶枕被垫毯巾刀盘碗壶瓶盒箱架壳膜衣衫帘镜皂刷梳糖饼粉奶布绳环链表琴球画书酥糕粽"
)


def says_how(text: str) -> bool:
    """Whether a word says how something is, and not what: 黑色, 大号, 500 ml."""
    return text in _HOW or text[:1].isdecimal() or _HOW_ENDINGS.match(text) is not None
