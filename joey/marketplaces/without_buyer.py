"""Leave out of a report whatever could name its buyer or a device of theirs, before anything of it is kept.

A marketplace may add a field on any day, so names alone are not enough. A field whose name means a buyer, a way to
reach one or a device is left out, whatever is in it. Of a field that the manifest does not know (`report_fields`) only
what is too short to name anyone stays, an amount, a time or a code: a later version of the connector may need it. In
words that stay, phone numbers and e-mail addresses are masked.
"""

import re
from collections.abc import Container, Mapping
from typing import Any

from joey.kit.json_rows import GIVEN_TWICE
from joey.marketplaces.row_values import Row

MOST_LEVELS = 20  # of objects and lists inside each other; the real reports have three
TOO_DEEP = "left out: too deep"
MASK = "***"

# Wherever it is in the name of a field or a column, in any case. `special_id` and `unid` mean a member, `uvid` is
# an encrypted user id.
_ANYWHERE = re.compile(
    r"buyer|receiver|recipient|consignee|customer|consumer|member|special_?id|unid|uvid|alipay_?(?:account|id|no)|phone"
    r"|mobile|e?mail|address|contact|open_?u?id|nick|avatar|(?:user|real|full|first|last)_?name|id_?card|remark|memo"
    r"|message|invoice|passport|wechat|weixin|device|imei|imsi|meid|oaid|idfa|idfv|gaid|android_?id|user_?agent"
    r"|fingerprint|cookie|geo|^name$"
    r"|买家|会员|用户|收货|收件|联系|姓名|昵称|手机|电话|地址|身份证|邮箱|备注|留言|微信|支付宝账|设备",
    re.IGNORECASE,
)
# The same as a word of its own: these are inside of other words too.
_AS_WORD = re.compile(
    r"(?:^|[^a-z])(?:user|payer|pin|uid|udid|adid|aaid|vaid|caid|mac|ip|ipv[46]|ua|tel|qq|wx|addr|province|city|street"
    r"|zip|postcode|note|comment|lat|lng|lon|gps)(?:[^a-z]|$)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # where a word begins in camelCase
_NOT_OF_THE_BUYER = frozenset({"seller_nick", "member_type"})

_CODE = re.compile(r"[!-?A-~]*")  # ASCII without blanks and “@”
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?|1\d{12}", re.ASCII)  # or in milliseconds
_PHONE = r"1[3-9]\d(?:[- ]?\d{4}){2}"
_CONTACT = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86[- ]?)?{_PHONE}(?!\d)|\+\d[\d -]{{7,14}}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII
)
_OF_SOMEONE = re.compile(rf"{_PHONE}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}", re.ASCII)  # short, and yet a phone or an address
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_MOST_UNKNOWN = 12  # characters: numbers of devices, accounts and cards are longer


def names_buyer(name: str) -> bool:
    """Whether a field or column of this name could say who bought, where they live, or on which device."""
    if name in _NOT_OF_THE_BUYER:
        return False
    return bool(_ANYWHERE.search(name) or _AS_WORD.search(_HUMP.sub("_", name).lower()))


def without_contacts(words: str) -> str:
    """Words with a mask for each phone number and e-mail address. A code or number alone stays as it is."""
    return words if _CODE.fullmatch(words) else _CONTACT.sub(MASK, words)


def without_buyer(row: Row, fields: Container[str] | None = None) -> dict[str, Any]:
    """The report without whatever could name the buyer, however deep it is, down to MOST_LEVELS.

    `fields` are those that its marketplace is known to have; None: only the names count.
    """
    return _without_buyer(row, fields, 0)


def _without_buyer(row: Row, fields: Container[str] | None, level: int) -> dict[str, Any]:
    kept = {}
    for name, value in row.items():
        is_known = fields is None or name in fields
        if names_buyer(name) or not (is_known or _FIELD.fullmatch(name)):
            continue
        if isinstance(value, (Mapping, list)):
            kept[name] = _inside(value, fields, is_known, level + 1)
        elif is_known or _says_nothing(value):
            kept[name] = without_contacts(value) if isinstance(value, str) and fields is not None else value
    return kept


def _inside(value: Any, fields: Container[str] | None, is_known: bool, level: int) -> Any:
    if level > MOST_LEVELS and isinstance(value, (Mapping, list)):
        return TOO_DEEP
    if isinstance(value, Mapping):
        if is_known and set(value) == {GIVEN_TWICE}:
            return {GIVEN_TWICE: _inside(value[GIVEN_TWICE], fields, is_known, level + 1)}
        return _without_buyer(value, fields, level)
    if isinstance(value, list):
        return [
            _inside(each, fields, is_known, level + 1)
            for each in value
            if is_known or isinstance(each, (Mapping, list)) or _says_nothing(each)
        ]
    return without_contacts(value) if isinstance(value, str) and fields is not None else value


def _says_nothing(value: Any) -> bool:
    """Whether a value names no one, whatever its field means."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to write numbers of thousands of digits
        return False
    text = str(value)
    is_short = len(text) <= _MOST_UNKNOWN and _CODE.fullmatch(text) and not _OF_SOMEONE.fullmatch(text)
    return bool(is_short or _TIME.fullmatch(text))
