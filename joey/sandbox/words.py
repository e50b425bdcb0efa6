"""The words of the sandbox's own pages, in Chinese and English. (Joey's pages have their own translations.)"""

from starlette.requests import Request

COOKIE = "sandbox_lang"
LANGUAGES = ("zh", "en")

WORDS: dict[str, tuple[str, str]] = {
    "name": ("模拟世界", "Simulated world"),
    "banner": ("模拟 Simulated — nothing here is real", "模拟 Simulated — nothing here is real"),
    "other language": ("English", "中文"),
    "intro": (
        "这里的商城、订单和银行都是模拟的，用来试用 Joey。不会扣款，也不会发货。",
        "These marketplaces, orders and this bank are simulated, to try Joey with. No money moves, nothing ships.",
    ),
    "marketplaces": ("商城", "Marketplaces"),
    "marketplace": ("商城", "Marketplace"),
    "goods": ("件商品", "items"),
    "orders": ("订单", "Orders"),
    "outbox": ("发件箱", "Outbox"),
    "bank": ("模拟银行", "Simulated bank"),
    "bank tab": ("银行", "Bank"),
    "panel": ("控制台", "Panel"),
    "home": ("首页", "Home"),
    "no reports": (
        "这个模拟商城暂不向 Joey 报告订单，所以在这里下单不会产生佣金。",
        "This simulated marketplace reports no orders to Joey yet, so an order here earns nothing.",
    ),
    "reports": (
        "从 Joey 的链接来到这里并下单，订单会报告给 Joey。",
        "An order that follows a link from Joey is reported to Joey.",
    ),
    "search": ("搜索", "Search"),
    "search goods": ("搜索商品", "Search goods"),
    "none found": ("没有找到。换个词试试。", "Nothing found. Try another word."),
    "price": ("价格", "Price"),
    "list price": ("原价", "List price"),
    "coupon": ("券", "Coupon"),
    "off": ("立减", "off"),
    "until": ("有效期至", "until"),
    "over": ("已过期", "over"),
    "after coupon": ("券后", "after coupon"),
    "sold": ("月销", "sold in 30 days"),
    "seller": ("卖家", "Seller"),
    "ships from": ("发货地", "Ships from"),
    "about": ("商品说明", "About this item"),
    "history": ("60 天价格", "Price in 60 days"),
    "from day": ("起", "on"),
    "out of stock": ("已售罄", "Out of stock"),
    "gone": ("已下架", "No longer sold"),
    "buy": ("购买", "Buy"),
    "quantity": ("数量", "Quantity"),
    "pay": ("付款（模拟）", "Pay (simulated)"),
    "attributed": (
        "你是从推广链接来的，这笔订单会记到推广位",
        "You came through a tracked link; the order counts for position",
    ),
    "not attributed": (
        "你不是从推广链接来的，这笔订单不会归给任何人。",
        "You did not come through a tracked link; this order will be credited to no one.",
    ),
    "order": ("订单", "Order"),
    "line of it": ("子订单", "Line"),
    "state": ("状态", "State"),
    "placed": ("已下单", "Placed"),
    "paid": ("已付款", "Paid"),
    "received": ("已收货", "Received"),
    "settled": ("已结算", "Settled"),
    "closed": ("已失效", "Closed"),
    "accepted": ("已受理", "Accepted"),
    "rejected": ("已退回", "Rejected"),
    "amount": ("金额", "Amount"),
    "commission": ("佣金", "Commission"),
    "service fee": ("技术服务费", "Service fee"),
    "position": ("推广位", "Position"),
    "sub-id": ("子渠道", "Sub-id"),
    "clicked": ("点击", "Clicked"),
    "changed": ("更新", "Changed"),
    "returned": ("已退", "Returned"),
    "receive": ("确认收货", "Confirm receipt"),
    "settle": ("商家结算佣金", "Settle commission"),
    "close": ("关闭订单", "Close order"),
    "reopen": ("恢复订单", "Reopen order"),
    "unsettle": ("撤回结算", "Withdraw settlement"),
    "frozen": ("已冻结", "Frozen"),
    "risk": ("风险", "Risk"),
    "return": ("退货", "Return"),
    "refund cases": ("维权退款", "Refund cases"),
    "goes back": ("收回佣金", "commission taken back"),
    "filed": ("备案成功", "Filed"),
    "filed why": (
        "推广位已完成授权备案，可以关闭这个页面，回到 Joey。",
        "This position is filed. You can close this page and go back to Joey.",
    ),
    "no orders": ("还没有订单。去商城里买一件试试。", "No orders yet. Buy something at a marketplace."),
    "no messages": ("还没有消息。验证码会出现在这里。", "No messages yet. Codes appear here."),
    "message code": ("验证码", "Sign-in code"),
    "message first_payout_details": ("收款信息已保存", "Payout details saved"),
    "message payout_details": ("收款信息变更", "Payout details changed"),
    "came back": ("已退汇", "Came back"),
    "no payments": ("银行还没有收到付款文件。", "The bank has received no payment file yet."),
    "to": ("收件人", "To"),
    "payee": ("收款人", "Payee"),
    "reason": ("原因", "Reason"),
    "file": ("文件", "File"),
    "on hold": ("人工审核中", "on hold"),
    "hold": ("暂缓", "Hold"),
    "reject": ("退回", "Reject"),
    "outage": ("制造故障（60 秒）", "Break things (60 seconds)"),
    "outage why": (
        "网关和商品文件会按所选方式出错，用来看 Joey 怎么应对。",
        "Gateways and feeds fail in the chosen way, to see how Joey copes.",
    ),
    "500": ("服务器错误", "Server error"),
    "throttle": ("限流", "Throttled"),
    "slow": ("很慢", "Slow"),
    "garbage": ("乱码", "Garbage"),
    "end outage": ("恢复正常", "Back to normal"),
    "broken now": ("现在有故障", "Broken now"),
    "repeat": ("重新报告", "Report again"),
    "all well": ("一切正常", "All is well"),
    "not possible": ("这样不行", "That does not work"),
    "back": ("返回", "Back"),
    "one line": ("最近的订单", "Latest orders"),
}  # fmt: skip


def language_of(request: Request) -> str:
    """`?lang=`, then the cookie, then what the browser likes; Chinese when nothing says otherwise."""
    for chosen in (request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")):
        if chosen[:2] in LANGUAGES:
            return chosen[:2]
    liked: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            liked.append((-float(weight or 1), name[:2].lower()))
        except ValueError:
            continue
    return next((name for _, name in sorted(liked, key=lambda pair: pair[0]) if name in LANGUAGES), "zh")


def say(word: str, language: str) -> str:
    """A word in the chosen language. KeyError for a word that is not written yet."""
    return WORDS[word][LANGUAGES.index(language)]


def say_kind(kind: str, language: str) -> str:
    """What a message is about. A kind that is new to the sandbox is shown as it was sent."""
    word = f"message {kind}"
    return say(word, language) if word in WORDS else kind
