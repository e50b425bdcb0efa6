"""Stories 23 and 24 as tables: titles that must pass, titles that must stop, and by which rule."""

import pytest

from joey.rules.audit_listing import ListingFacts, audit_listing

PASS = (
    # 烟 that is no tobacco
    "家用抽油烟机大吸力侧吸式", "老板油烟机清洗剂厨房重油污", "烟熏三文鱼切片 200 克", "湘西烟熏腊肉",
    "烟台红富士苹果 5 斤",
    "烟灰色羊毛开衫女秋", "创意陶瓷烟灰缸 客厅", "车载点烟器一拖三充电器", "独立式烟雾报警器 家用",
    "烟酰胺身体乳 400ml",
    "新年手持烟花仙女棒", "电子烟花灯 婚庆道具", "戒烟贴 草本配方", "戒烟糖薄荷味", "无烟草莓味儿童蚊香片",
    "茉莉花香 烟灰色窗帘", "儿童卡通红领巾 禁止吸烟标志牌", "不锈钢烟囱管 取暖炉", "烟管裤女直筒",
    "陶瓷倒流香烟雾摆件",
    "炊烟老铁锅 32cm", "水烟壶造型花瓶", "香烟盒收纳铝合金", "雪茄色真皮沙发", "车用 usb 香烟充电宝",
    "烟草色麂皮短靴",
    "红双喜乒乓球拍", "黄山毛峰绿茶 250g", "骆驼冲锋衣男", "云南烟花三月诗集", "加湿器电子雾化器 香薰",
    "VAPE 未来驱蚊器 200 日", "Smoked salmon 200 g", "Photoelectric smoke detector",
    "Car cigarette lighter adapter",
    "Cigar box guitar kit", "Nicotine patch step 1", "AirPods Pro case", "Grapevape Valley raisins",
    "Escape room board game",
    "Tobacco brown leather boots", "Quit smoking herbal tea", "Coffee pods 50 count", "Niacinamide serum 10%",
    # 最 and 第一 that claim no rank
    "最佳赏味期 2026-12", "本店最新款", "最近上新 亚麻衬衫", "最后 3 件 秋款清仓", "最多可装 12 支笔的笔袋",
    "最大载重 50kg 折叠梯",
    "最低温度 -20℃ 睡袋", "第一次去露营 儿童绘本", "新概念英语第一册", "学会做饭第一步",
    "第一章 起风了 小说", "开店后的第一个冬天", "我开的第一家店 绘本", "中国第一部字典 影印", "装香烟的皮套",
    "烟草香水 木质调", "品质第一 顾客至上", "第二件半价 第一件原价",
    "最终幻想 15 钢琴谱", "至尊宝手办", "最强大脑 儿童拼图", "质量第一 用心做好每一双鞋",
    "最佳饮用温度 60℃ 绿茶", "最佳食用期内发货",
    "最好在饭前服用", "最好的我们 小说", "国家级非物质文化遗产 蜀绣团扇", "特级初榨橄榄油",
    "最佳女主角同款礼服", "100%纯棉四件套",
    "100% 桑蚕丝枕套", "万能遥控器", "天下第一楼 话剧票", "我的第一本世界地理启蒙书", "佳能最小光圈镜头盖",
    "顶尖头 车床配件",
    "No.5 香水 50ml", "永久自行车 26 寸", "Bestow gift box", "Bestseller novel set", "Asbestos safe gloves",
    "Best before 2026-12",
    "Best served chilled", "Greatest Hits CD", "Best friends necklace", "100% cotton tee",
    "No. 10 envelope", "Our best wool yet",
    "Mozart piano sonata op. 64 no. 1", "Number ones birthday balloon 10 pcs",
)  # fmt: skip

STOP = {
    "CN-G1": (
        "电.子.烟 一次性", "电子烟 正品包邮", "电 子 烟 果味", "電子煙 一次性", "电子菸 吊饰",
        "ＶＡＰＥ 一次性", "v a p e 3000 口",
        "v.a.p.e kit", "VAРЕ starter", "v\u200ba\u200bp\u200be pen", "电\u200b子\u200b烟", "电子yan 芒果味",
        "dian zi yan 一次性", "dianziyan",
        "diàn zǐ yān 薄荷", "电zi烟", "【电】【子】【烟】", "电🔥子🔥烟", "电，子，烟", "电_子-烟*", "🅥🅐🅟🅔",
        "vápé", "v@pe", "vap3 pen",
        "电子烟机 换弹", "电子烟味道香浓", "电子烟花香味 一次性", "雾化弹 三颗装", "加热不燃烧 烟具",
        "IQOS 3 duo", "І Q О S 主机", "悦刻五代",
        "烟 弹 通用", "通配烟弹", "RELX pods", "正品香烟一条", "正品香.烟", "香，烟，", "xiang烟",
        "香yan 整条", "卷烟 散装", "古巴雪茄 礼盒",
        "雪-茄", "烟草 手卷", "菸草", "水烟膏 双苹果", "鼻烟 进口", "中华烟 软包", "利群烟正品", "软中华",
        "炫赫门", "万宝路", "Marlboro red",
        "Cuban cigars", "c i g a r s", "ciga rettes", "e-cigarette", "e cig liquid", "heat-not-burn sticks",
        "Elf Bar 600", "heated tobacco",
        "t0bacco", "snus 20 pouches", "hookah set", "戒烟神器 电子烟", "尼古丁盐", "🚬 一条", "盒装香烟", "雪茄套装",
        "香烟盒装一条", "烟草香浓 手卷", "小烟丝袋装",
        "⼀次性電﹒子﹒煙", "cіgаrs",
    ),
    "CN-A2": (
        "全网最低价", "最佳面膜", "最 佳 面膜", "最.佳.面膜", "最\u200b佳面膜", "朂佳面膜", "蕞佳面膜",
        "zui佳面膜", "最jia 面膜", "zui jia 面膜",
        "全網最低價", "全 网 最 低", "全-网-最-低", "国家级品质", "國家級", "guo jia ji 品质", "世界级享受",
        "最高级面料", "最 高 级", "顶级羊绒",
        "頂級羊絨", "顶-级", "极品大红袍", "独一无二的设计", "獨一無二", "史上最强吸力", "史无前例",
        "销量第一", "销量第①", "销量第壹", "全国第 1",
        "全国第一", "第一品牌", "排名第一的洗发水", "行业领先技术", "世界领先", "全球唯一", "全国首家",
        "最便宜的手机", "最好用的拖把",
        "最先进工艺", "最受欢迎", "100%有效", "百分百安全", "１００％有效", "遥遥无与伦比", "销量冠军",
        "第一", "宇宙级好吃", "国家免检", "全国第一家", "品质第一的面膜", "第一香浓", "首选品牌", "前所未有的体验",
        "Best vacuum", "the best mask", "THE B E S T", "b.e.s.t", "b3st price", "BЕST", "𝐛𝐞𝐬𝐭 𝐝𝐞𝐚𝐥",
        "No.1 mask", "№1 mask", "#1 mask", "TOP1",
        "Number one brand", "cheapest ever", "World's finest tea", "World’s best tea", "the lowest price",
        "unbeatable price",
        "most advanced", "world-class sound", "NO 1 面膜",
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", PASS)
def test_an_honest_title_is_published(title: str) -> None:
    verdict = audit_listing(ListingFacts(titles=(title,)))

    assert verdict.publish, verdict.findings
    assert verdict.findings == ()


@pytest.mark.parametrize(("rule", "title"), [(rule, title) for rule, titles in STOP.items() for title in titles])
def test_a_banned_title_is_stopped_with_its_rule(rule: str, title: str) -> None:
    verdict = audit_listing(ListingFacts(titles=("好看的杯子", title)))

    assert not verdict.publish
    assert {finding.rule_id for finding in verdict.findings} == {rule}
    assert {finding.index for finding in verdict.findings} == {1}
    for finding in verdict.findings:
        assert finding.matched == title[finding.start : finding.end] != ""


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(set(PASS)) >= 60
    assert len(set(STOP["CN-G1"])) >= 60
    assert len(set(STOP["CN-A2"])) >= 60
