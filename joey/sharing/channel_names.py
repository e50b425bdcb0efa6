"""What people call the channels they share on."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNEL_NAMES: dict[str, str | Promise] = {
    "wechat": _("WeChat chat"),
    "moments": _("WeChat Moments"),
    "qq": _("QQ"),
    "weibo": _("Weibo"),
    "xiaohongshu": _("Xiaohongshu"),
    "douyin": _("Douyin"),
    "whatsapp": _("WhatsApp"),
    "sms": _("Text message"),
    "email": _("E-mail"),
    "print": _("On paper"),
    "other": _("Somewhere else"),
    "shop": _("Inside the shop"),
}


def channel_name(code: str) -> str | Promise:
    return CHANNEL_NAMES.get(code, code)
