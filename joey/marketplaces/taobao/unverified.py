"""Everything about the union that Joey takes for granted and that no document and no recorded answer proves.

Where code relies on one of these it names this file. `joey marketplaces check` asks the real account about each that a
call can tell; see_facts.py and see_counted_pages.py say how.
"""

from collections.abc import Callable

from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.taobao import see_counted_pages as see_counted
from joey.marketplaces.taobao import see_facts as see
from joey.marketplaces.taobao.ask_account import UnionAnswers
from joey.marketplaces.unverified import Seen, UnverifiedFact


def _fact(name: str, file: str, look: Callable[[UnionAnswers], Seen], *, en: str, zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), f"{file}.py", see=look)


def _not_asked(name: str, file: str, *, en: str, zh: str, why_en: str, why_zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), file, why_not_asked=Wording(en=why_en, zh=why_zh))


FACTS = (
    _fact(
        "search_fields", "parse_offer", see.search_fields,
        en="A search gives title, picture, shop, seller id, price, rate and link of an item.",
        zh="搜索结果给出商品的标题、主图、店铺、卖家 ID、价格、佣金率和链接。",
    ),
    _fact(
        "look_up_fields", "parse_offer", see.look_up_fields,
        en="A look-up gives the same fields, the seller id among them.",
        zh="商品详情给出同样的字段，包括卖家 ID。",
    ),
    _fact(
        "identity_agrees", "parse_offer", see.identity_agrees,
        en="Seller and main picture are the same in search and look-up.",
        zh="同一商品在搜索和详情里的卖家和主图一致。",
    ),
    _fact(
        "unknown_id_is_left_out", "connector", see.unknown_id_is_left_out,
        en="A look-up leaves out an id that is gone and answers about the others.",
        zh="商品详情略去失效的 ID，其余照常返回。",
    ),
    _fact(
        "nothing_found", "client", see.nothing_found,
        en="A search that finds nothing says 50001, or gives an empty list.",
        zh="搜索没有结果时返回 50001 或空列表。",
    ),
    _fact(
        "renewed_ids", "connector", see.renewed_ids,
        en="Renewing gives the opaque id of today for an id that is known, and leaves out one that is not.",
        zh="ID 更新接口对已知的 ID 返回当前的新版 ID，略去未知的 ID。",
    ),
    _fact(
        "parse_gives_new_ids", "connector", see.parse_gives_new_ids,
        en="Parsing a link gives the item's opaque id and no number.",
        zh="链接解析返回新版商品 ID，而不是纯数字。",
    ),
    _fact(
        "orders_granted", "reports", see.orders_granted,
        en="This account may ask for its order report.",
        zh="本账号有订单查询权限。",
    ),
    _fact(
        "refusal_code", "client", see.refusal_code,
        en="What a method itself refuses comes under code 15 or 50.",
        zh="接口自身的拒绝以错误码 15 或 50 返回。",
    ),
    _fact(
        "numeric_sub_codes", "client", see.numeric_sub_codes,
        en="The order report names its refusals by its own numbers.",
        zh="订单查询以自有的数字子错误码说明拒绝原因。",
    ),
    _fact(
        "order_window", "windows", see.order_window,
        en="Outside the great sales the order report takes windows of three hours.",
        zh="大促以外，订单查询接受三小时的时间窗。",
    ),
    _fact(
        "window_too_long", "reports", see.window_too_long,
        en="Too long a window is refused as 2007, or answered.",
        zh="时间窗过长时返回 2007，或照常应答。",
    ),
    _fact(
        "window_holds_its_start", "reports", see.window_holds_its_start,
        en="What changed in the second at which a window begins is in it.",
        zh="时间窗包含起始那一秒的变动。",
    ),
    _fact(
        "empty_list", "values", see.empty_list,
        en="A list without rows is an absent key or an empty list.",
        zh="没有数据的列表不出现，或者是空列表。",
    ),
    _fact(
        "estimate_before_settlement", "parse", see.estimate_before_settlement,
        en="An order that is not settled names its estimate, its rate and the service fee.",
        zh="未结算的订单已给出预估佣金、佣金率和技术服务费。",
    ),
    _fact(
        "service_fee_within_commission", "parse", see.service_fee_within_commission,
        en="The service fee of an order is never more than our cut of its commission, however small the cut is.",
        zh="技术服务费不会超过我方分得的佣金，分成比例再小也一样。",
    ),
    _fact(
        "channel_orders_among_all", "reports", see.channel_orders_among_all,
        en="Order scene 1 has the orders of channels too.",
        zh="订单场景 1 也包含渠道订单。",
    ),
    _fact(
        "relation_in_all_scenes", "parse", see.relation_in_all_scenes,
        en="A channel's order names the same relation_id in order scene 1 as in scene 2.",
        zh="渠道订单在场景 1 和场景 2 里给出相同的 relation_id。",
    ),
    _fact(
        "one_ad_zone_a_trade", "parse", see.one_ad_zone_a_trade,
        en="A trade in one role is reported under one ad zone.",
        zh="同一笔交易同一角色只在一个推广位下出现。",
    ),
    _fact(
        "refund_window", "reports", see.refund_window,
        en="The refund report takes windows as long as the connector asks for.",
        zh="维权查询接受连接器所用长度的时间窗。",
    ),
    _fact(
        "refund_refusal", "reports", see.refund_refusal,
        en="The refund report refuses beside its data and says why.",
        zh="维权查询在数据旁返回拒绝，并说明原因。",
    ),
    _fact(
        "refund_first_page", "reports", see.refund_first_page,
        en="The first page of the refund report is page 1.",
        zh="维权查询的第一页是第 1 页。",
    ),
    _fact(
        "settles_after_its_cases", "parse", see.settles_after_its_cases,
        en="No order settles while a case of it is open.",
        zh="有未了结维权的订单不会结算。",
    ),
    _fact(
        "punished_granted", "reports", see_counted.punished_granted,
        en="This account may ask for its punished orders.",
        zh="本账号有处罚订单查询权限。",
    ),
    _fact(
        "punished_days", "manifest", see_counted.punished_days,
        en="Punished orders of ninety days can be asked for, thirty days at once.",
        zh="可以查询 90 天内的处罚订单，每次 30 天。",
    ),
    _fact(
        "punished_pages", "manifest", see_counted.punished_pages,
        en="The report of punished orders takes pages of twenty from page 1 on and counts the rows of all.",
        zh="处罚订单查询每页 20 条，从第 1 页开始，并给出总条数。",
    ),
    _fact(
        "punished_ad_zone", "parse", see_counted.punished_ad_zone,
        en="The tk_adzone_id of a punished order is the adzone_id of its order.",
        zh="处罚订单的 tk_adzone_id 就是对应订单的 adzone_id。",
    ),
    _fact(
        "punished_row", "parse", see_counted.punished_row,
        en="A punished order is one row of its trade and ad zone, and still reported when it is released.",
        zh="同一笔交易同一推广位的处罚订单只有一条，解冻后仍在报表中。",
    ),
    _fact(
        "channel_list", "connector", see_counted.channel_list,
        en="The list of channels takes pages of a hundred, counts the rows of all and names each relation_id.",
        zh="渠道列表每页 100 条，给出总条数和每个 relation_id。",
    ),
    _fact(
        "channel_refunds_granted", "reports", see_counted.channel_refunds_granted,
        en="This account may ask for the refund report of channel orders.",
        zh="本账号有渠道维权查询权限。",
    ),
    _fact(
        "channel_refund_pages", "reports", see_counted.channel_refund_pages,
        en="The first page of the refund report of channel orders is page 1, and it counts the rows of all.",
        zh="渠道维权查询从第 1 页开始，并给出总条数。",
    ),
    _fact(
        "channel_refund_window", "reports", see_counted.channel_refund_window,
        en="The refund report of channel orders has all that changed in the three hours from its start on.",
        zh="渠道维权查询包含起始时间之后三小时内的全部变动。",
    ),
    _fact(
        "channel_refund_end", "counted_pages", see_counted.channel_refund_end,
        en="The refund report of channel orders ends a day after its start, so its pages stay few.",
        zh="渠道维权查询到起始时间一天后为止，页数不多。",
    ),
    _fact(
        "channel_case_name", "parse", see_counted.channel_case_name,
        en="Trade, role and tk_refund_time tell the refund cases of channel orders apart: no two are of one second.",
        zh="交易、角色和 tk_refund_time 足以区分渠道维权记录：同一秒内没有两条。",
    ),
    _fact(
        "channel_case_time", "parse", see_counted.channel_case_time,
        en="Both refund reports name the same tk_refund_time for a case.",
        zh="两种维权查询对同一条记录给出相同的 tk_refund_time。",
    ),
    _not_asked(
        "ban_until_midnight", "client.py",
        en="A used-up daily quota is refused until midnight.",
        zh="当日调用量用完后，到午夜才恢复。",
        why_en="it would use up the quota", why_zh="需要先用完当日调用量",
    ),
    _not_asked(
        "sale_days", "windows.py",
        en="Windows are short on 16–20 June, 9–12 November and between 25 December and 10 February only.",
        zh="仅 6 月 16–20 日、11 月 9–12 日和 12 月 25 日至 2 月 10 日之间使用短时间窗。",
        why_en="only 90 days can be asked for", why_zh="只能查询 90 天以内",
    ),
    _not_asked(
        "late_rows", "manifest.py",
        en="A changed order is visible after a day at the latest, and after thirty days in the worst case.",
        zh="订单变动最迟一天后可见，最坏情况三十天。",
        why_en="it takes a month of comparing", why_zh="需要对照一个月",
    ),
    _not_asked(
        "change_has_its_time", "manifest.py",
        en="Nearly each change of an order makes a new modified_time.",
        zh="订单的变动几乎都会产生新的 modified_time。",
        why_en="an order has to be watched while it changes", why_zh="需要观察订单的变动过程",
    ),
    _not_asked(
        "stale_ids_are_renewed", "connector.py",
        en="An id that went stale, and a number of old, can be renewed.",
        zh="失效的 ID 和旧的纯数字 ID 都可以更新。",
        why_en="no id is known to be stale", why_zh="没有确知已失效的 ID",
    ),
    _not_asked(
        "position_refused", "connector.py",
        en="What is refused because of an ad zone or a channel says so in its words.",
        zh="因推广位或渠道被拒绝时，说明文字中会提到它。",
        why_en="links would have to be made", why_zh="需要生成推广链接",
    ),
    _not_asked(
        "invitation_address", "connector.py",
        en="A keeper accepts an invitation at the address that is made of its code.",
        zh="店主在由邀请码组成的地址上接受邀请。",
        why_en="a person has to open it", why_zh="需要由人打开",
    ),
    _not_asked(
        "export_columns", "orders.toml",
        en="The columns of the console's exports are called like the fields of the order report.",
        zh="后台导出的列名与订单查询的字段名称一致。",
        why_en="exports are made in the console", why_zh="导出文件来自后台",
    ),
    _not_asked(
        "ad_zone_limit", "README.md",
        en="The number of ad zones of an account is limited.",
        zh="一个账号的推广位数量有限。",
        why_en="no call lists them", why_zh="没有接口可以列出",
    ),
    _not_asked(
        "settlement_day", "README.md",
        en="The union pays around the 20th of the month after the settlement.",
        zh="联盟约在结算次月 20 日付款。",
        why_en="no call names the day", why_zh="没有接口给出日期",
    ),
    _not_asked(
        "own_purchases", "manifest.py",
        en="What publishers buy by their own links earns like any other sale.",
        zh="推广者通过自己的链接购买，与其他订单一样计佣。",
        why_en="it is a rule of the contract", why_zh="属于合同条款",
    ),
    _not_asked(
        "no_promised_rebates", "README.md",
        en="Buyers read of no subsidy and no rebate without the member permission.",
        zh="没有会员权限时，不向买家展示补贴或返利。",
        why_en="it is a rule of the contract", why_zh="属于合同条款",
    ),
)  # fmt: skip
