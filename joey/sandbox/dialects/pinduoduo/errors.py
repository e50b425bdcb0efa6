"""The gateway's refusals: its codes with the words that its documents give them."""

# Every code of the list that all pages of the documents share; 60001 is in none of them.
WORDS = {
    10000: "参数错误", 10001: "公共参数错误", 10016: "client下线或者clientId不正确", 10017: "type不正确",
    10018: "target_client_id下线或者clientId不正确", 10019: "access_token已过期", 20004: "签名sign校验失败",
    20005: "ip无权访问接口，请加入ip白名单", 20031: "用户没有授权访问此接口", 20032: "access_token或client_id错误",
    20034: "接口已下线", 20035: "接口不属于当前网关", 21001: "业务参数错误", 21002: "业务参数为空",
    30000: "没有调用此target接口权限", 30001: "client_id和partner_id不匹配", 50000: "系统内部错误",
    50001: "业务服务错误", 50002: "系统内部错误", 52001: "网关业务服务错误", 52002: "网关系统内部错误",
    52004: "请求body体过大", 52101: "当前接口被限流，请稍后重试", 52102: "当前接口暂时不可用，请稍后重试",
    52103: "服务暂时不可用，请稍后重试", 60001: "pid、custom_parameters未备案", 70031: "调用过于频繁，请调整调用频率",
    70032: "当前请求被禁止调用", 70033: "当前接口因系统维护，暂时下线", 70034: "当前用户或应用存在风险，禁止调用",
    70035: "当前用户或应用存在风险，禁止调用", 70036: "应用处于测试状态，调用次数已达上限",
}  # fmt: skip
UNREADABLE, COMMON, TOO_BIG = 10000, 10001, 52004
NOT_IN_A_PACK, NOT_FILED, THROTTLED = 20031, 60001, 70031
IMPOSSIBLE, EMPTY = 21001, 21002


class PddError(Exception):
    """An `error_response`. Of the two parameter errors the message names the parameter; their sub-code is the code."""

    def __init__(self, code: int, says: str = "", name: str = "") -> None:
        self.code = code
        self.says = says or WORDS[code]
        self.name = name
        super().__init__(self.says)

    @property
    def body(self) -> dict[str, object]:
        """What is under `error_response`, but for the request's number."""
        words = f"{WORDS[self.code]}:{self.name}" if self.name else WORDS[self.code]
        sub_code = str(self.code) if self.name else None
        return {"error_code": self.code, "error_msg": words, "sub_code": sub_code, "sub_msg": self.says}


def unreadable(name: str, says: str) -> PddError:
    """10000: the value is not of its kind."""
    return PddError(UNREADABLE, says, name)


def common(name: str, says: str) -> PddError:
    """10001: one of the parameters that every call has."""
    return PddError(COMMON, says, name)


def impossible(says: str) -> PddError:
    """21001: the value can be read, and the call cannot use it."""
    return PddError(IMPOSSIBLE, says)
