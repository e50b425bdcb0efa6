"""How Joey is put together. What differs between two instances comes from the environment."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from joey.kit.accounts_file import accounts_file, accounts_in

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("JOEY_DATA") or PACKAGE.parent / ".joey")


def flag(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number from the environment; ImproperlyConfigured for anything else."""
    text = os.environ.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} on, not {text!r}.")
    return int(text)


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, separated by commas; ImproperlyConfigured for anything else."""
    found = []
    for text in filter(None, map(str.strip, os.environ.get(name, "").split(","))):
        try:
            found.append(ip_network(text))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} must list addresses or networks such as 10.0.0.0/8, not {text!r}."
            ) from None
    return tuple(found)


def countries(name: str) -> frozenset[str]:
    """Countries by their two letters, separated by commas; ImproperlyConfigured for anything else."""
    found = frozenset(filter(None, map(str.strip, os.environ.get(name, "").upper().split(","))))
    for text in found:
        if not re.fullmatch("[A-Z]{2}", text):
            raise ImproperlyConfigured(f"{name} must list countries by two letters such as CN,HK, not {text!r}.")
    return found


DEMO = flag("JOEY_DEMO")
OF_DEMO = flag("JOEY_OF_DEMO")  # the books are a demo's, though it does not run: a restore, a command after Ctrl-C
DEBUG = flag("JOEY_DEBUG")
JOEY_URL = os.environ.get("JOEY_URL", "http://localhost:8000").rstrip("/")
SANDBOX_URL = os.environ.get("JOEY_SANDBOX_URL", "").rstrip("/")  # empty: the sandbox is off
NOTICE_URL = os.environ.get("JOEY_NOTICE_URL", f"{SANDBOX_URL}/control/messages" if SANDBOX_URL else "")
SECRET_KEY = os.environ.get("JOEY_SECRET", "not-a-secret-only-for-building-and-checking-without-a-data-folder")
SECURE = JOEY_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(JOEY_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [JOEY_URL]


# --- Database: two roles, an app role for everything and an owner for migrations ---------------------------


def database(url: str, *, pool: bool) -> dict[str, object]:
    """Django's dictionary for a `postgresql://user:password@host:port/name?host=/socket` address."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    options: dict[str, object] = {
        "server_side_binding": False,
        "application_name": "joey",
        "connect_timeout": 3,  # a server that hangs still accepts connections
        "tcp_user_timeout": 10_000,  # ms; a host that is gone is noticed
    }
    if pool:
        most = number("JOEY_POOL", 10, least=2)  # a proof on a page of the office keeps one for minutes
        options["pool"] = {"min_size": 1, "max_size": most, "timeout": 5}
    for name in ("sslmode", "sslrootcert"):
        if name in query:
            options[name] = query[name][0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "joey",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": options,
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://joey_app@localhost/joey")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", DATABASE_URL)
DATABASES = {
    "default": database(DATABASE_URL, pool=not flag("JOEY_NO_POOL")),
    "owner": database(DATABASE_OWNER_URL, pool=False),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Packages --------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "joey.office",  # before the library that draws it, some of whose templates it replaces
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "joey.kit",
    "joey.marketplaces",
    "joey.ledger",
    "joey.record",
    "joey.people",
    "joey.catalog",
    "joey.shops",
    "joey.sharing",
    "joey.orders",
    "joey.commissions",
    "joey.payouts",
]
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",  # studio, office and API; the fast path compresses its own pages
    "joey.site.security_notes.SecurityNotes",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "joey.site.language.LanguageChoice",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "joey.site.host_check.HostCheck",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "joey.site.idle_sessions.IdleSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "joey.site.refusal_pages.RefusalPages",
    "joey.site.route_limits.RouteLimits",
]
ROOT_URLCONF = "joey.site.urls"
ASGI_APPLICATION = "joey.site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "site/pages", PACKAGE / "storefront/pages", PACKAGE / "studio/pages"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "joey.site.templates.environment",
            "context_processors": [],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "site/static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "joey.edge.static_files.HashedNames"},
}

# Write clicks by psycopg's documented copy() only, a little slower: for a driver whose inner parts changed.
JOEY_PLAIN_COPY = flag("JOEY_PLAIN_COPY")
# Days that clicks and outbound clicks are kept; 0 keeps them for ever. Reports, events and postings always stay.
JOEY_CLICK_DAYS = number("JOEY_CLICK_DAYS", 400)
# Positions at one marketplace that one person may have over all their shops, the resting ones among them.
JOEY_POSITIONS_PER_PERSON = number("JOEY_POSITIONS_PER_PERSON", 5, least=1)
# Searches at one marketplace that all keepers together may cause in a day; 0: none.
JOEY_SEARCHES_PER_DAY = number("JOEY_SEARCHES_PER_DAY", 500)

# Pages of shops that each web worker keeps in memory for some seconds; 0 keeps none.
PAGES_KEPT_BYTES = number("JOEY_PAGES_MB", 32) * 1024 * 1024

# --- People ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/studio/sign-in"
SESSION_ENGINE = "joey.people.session_store"
# How long a session lasts: at most, without use, and without use where an operator is signed in.
JOEY_SESSION_DAYS = number("JOEY_SESSION_DAYS", 30, least=1)
JOEY_IDLE_HOURS = number("JOEY_IDLE_HOURS", 14 * 24, least=1)
JOEY_OFFICE_IDLE_HOURS = number("JOEY_OFFICE_IDLE_HOURS", 12, least=1)
SESSION_COOKIE_AGE = 60 * 60 * 24 * JOEY_SESSION_DAYS
# For so many days a browser is known by the code that was entered in it.
JOEY_KNOWN_BROWSER_DAYS = number("JOEY_KNOWN_BROWSER_DAYS", 90, least=1)
# For so many days the security log is kept. China's Cybersecurity Law asks for six months of logs (article 21 of 2016).
JOEY_SECURITY_LOG_DAYS = number("JOEY_SECURITY_LOG_DAYS", 184, least=30)
# The countries to whose phone numbers codes go, by two letters; empty: all.
JOEY_PHONE_COUNTRIES = countries("JOEY_PHONE_COUNTRIES")
CSRF_FAILURE_VIEW = "joey.site.refusal_pages.form_refused"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-joey", "__Host-csrf") if SECURE else ("joey", "joeycsrf")
CSRF_COOKIE_AGE = None  # until the browser is closed: who once reported something is not known by it a year later
BROWSER_COOKIE_NAME = "__Host-joeybrowser" if SECURE else "joeybrowser"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
# Whose word on a client's address counts: of the one proxy that connects, or of those that are named. The header is one
# of the two: a proxy that writes one of them hands on the other as a stranger sent it.
TRUSTED_PROXIES = networks("JOEY_TRUSTED_PROXIES")
BEHIND_PROXY = flag("JOEY_BEHIND_PROXY") or bool(TRUSTED_PROXIES)
PROXY_HEADER = os.environ.get("JOEY_PROXY_HEADER") or "X-Forwarded-For"
if PROXY_HEADER.lower() not in ("x-forwarded-for", "forwarded"):
    raise ImproperlyConfigured(f"JOEY_PROXY_HEADER must be X-Forwarded-For or Forwarded, not {PROXY_HEADER!r}.")
SECURE_SSL_REDIRECT = SECURE and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]  # probes come past the proxy
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *([SANDBOX_URL] if SANDBOX_URL else [])],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

# --- Marketplaces: {CODE: {"gateway": …, "credentials": {…}}, …}; without an entry a marketplace is not connected


def accounts_or_problem(path: Path) -> tuple[dict[str, Any], str]:
    """The same; where the file cannot be used, none and what is wrong with it."""
    try:
        return accounts_in(path), ""
    except ImproperlyConfigured as problem:
        return {}, str(problem)


JOEY_FEED_MB = number("JOEY_FEED_MB", 512, least=1)  # a list that is fetched from an address may be so large
JOEY_FEED_SECONDS = number("JOEY_FEED_SECONDS", 600, least=1)  # for one attempt, and the next one goes on from there
JOEY_FEED_SHRINK_PERCENT = number("JOEY_FEED_SHRINK_PERCENT", 50)  # of the goods may be missing at once

# Without marketplaces an instance can still show its shops and pay: it starts, and doctor and /readyz say why.
# One that is named and missing is a mistake in the environment, like any other there, and nothing starts.
JOEY_MARKETPLACES_FILE = accounts_file("JOEY_MARKETPLACES", DATA / "marketplaces.json")
JOEY_MARKETPLACES, JOEY_MARKETPLACES_PROBLEM = accounts_or_problem(JOEY_MARKETPLACES_FILE)


def rails_in(path: Path) -> dict[str, dict[str, object]]:
    """Money leaves by these, so nothing starts before the whole file can be read. Raises ImproperlyConfigured."""
    rails = accounts_in(path)
    for code, account in rails.items():
        if not isinstance(account, dict):
            raise ImproperlyConfigured(f"{path}: “{code}” must be a JSON object with the fields of an account")
    return rails


# The key with which keepers' own accounts are sealed, in a file: the database holds nothing that opens one. It is made
# with the first account, and in no backup.
JOEY_OWN_ACCOUNTS_KEY = Path(os.environ.get("JOEY_OWN_ACCOUNTS_KEY") or DATA / "own-accounts.key")

JOEY_RAILS = rails_in(accounts_file("JOEY_RAILS", DATA / "rails.json"))


def licensed_channels() -> dict[str, str]:
    """Currency → the channel that the operator named; the demo pays by nothing but the sandbox, so it names that."""
    if DEMO or OF_DEMO:
        return {"CNY": SIMULATED_CHANNEL}
    named = {name: " ".join(text.split()) for name, text in os.environ.items() if name.startswith(LICENSED_CHANNEL)}
    for name, text in named.items():
        if len(text) > 80:
            raise ImproperlyConfigured(f"{name} must name a payment channel in at most 80 characters.")
    return {name.removeprefix(LICENSED_CHANNEL): text for name, text in named.items() if text}


SIMULATED_CHANNEL = gettext_noop("the simulated licensed channel of the sandbox, which moves no money")
LICENSED_CHANNEL = "JOEY_LICENSED_CHANNEL_"  # and a currency; joey/payouts/licensed_channels.py says which need one
JOEY_LICENSED_CHANNELS = licensed_channels()

# --- Rules -----------------------------------------------------------------------------------------------

JOEY_COUNTRY = (os.environ.get("JOEY_COUNTRY") or "CN").upper()  # whose advertising law the shops keep, ISO 3166
if not re.fullmatch("[A-Z]{2}", JOEY_COUNTRY):
    raise ImproperlyConfigured(f"JOEY_COUNTRY must be a country's two letters such as CN, not {JOEY_COUNTRY!r}.")
# What this site is called: no shop may be, nor call itself its support.
JOEY_NAMES = frozenset(filter(None, map(str.strip, (os.environ.get("JOEY_NAMES") or "Joey").split(","))))
JOEY_NEW_SHOP_DAYS = number("JOEY_NEW_SHOP_DAYS", 3)  # until the front page shows a shop that has sold nothing
JOEY_EARNINGS_FROM_SHOPS = number("JOEY_EARNINGS_FROM_SHOPS", 20, least=5)  # fewer could be recognised
JOEY_REPORT_HOURS = number("JOEY_REPORT_HOURS", 72)  # within which a report of a buyer is to be answered
JOEY_REPORT_DAYS = number("JOEY_REPORT_DAYS", 365)  # for which an answered one is kept; 0: for ever
# Marks and company names that an operator has checked, parted by commas: 第一坊 is a name, not a claim to be first.
JOEY_REGISTERED_NAMES = frozenset(filter(None, map(str.strip, os.environ.get("JOEY_REGISTERED_NAMES", "").split(","))))

# --- Words and times -------------------------------------------------------------------------------------


def time_zone(name: str) -> str:
    """The zone's name when the machine knows it; ImproperlyConfigured when not."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ImproperlyConfigured(f"JOEY_ZONE must name a time zone such as Asia/Shanghai, not {name!r}.") from None
    return name


JOEY_ZONE = time_zone(os.environ.get("JOEY_ZONE") or "Asia/Shanghai")  # the zone in which pages show times

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "lang"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "site/locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = JOEY_ZONE  # what templates show; the database speaks UTC

# --- Jobs and logs ---------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "joey.kit.utc_log.UtcFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W021"] if not SECURE else []

UNFOLD = {
    "SITE_TITLE": _("Joey office"),
    "SITE_HEADER": _("Joey office"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("joey.svg")}],
    "SITE_ICON": lambda request: static("joey.svg"),
    "SHOW_VIEW_ON_SITE": False,
    # The accent of joey.css and what goes with it, as Unfold's colours are named.
    "COLORS": {
        "primary": {
            "50": "#fdf4ef",
            "100": "#fbe9df",
            "200": "#f6cfbb",
            "300": "#efab8b",
            "400": "#ee8a5c",
            "500": "#d2582c",
            "600": "#b3401b",
            "700": "#96330f",
            "800": "#7a2b11",
            "900": "#642612",
            "950": "#361106",
        },
    },
}
