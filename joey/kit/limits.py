"""How often something may be done: every limit of Joey in one table. docs/limits.md says what each is for.

A limit is counted by the verb that it bounds, or, where it bounds an address of the site, by joey/site/route_limits.py.
"""

from datetime import timedelta

from joey.kit.rate_limit import Limit

HALF_MINUTE, HOUR, DAY = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)

# --- Codes (docs/decisions/0029): of one browser first, which no stranger can use up -----------------------

CODES_OF_BROWSER = Limit("codes of a browser to a contact", 5, HOUR)
# Those of a browser that never signed in with the contact before:
CODES_OF_CALLER = Limit("codes of a caller", 30, HOUR)  # many people share one address behind a phone network
CODES_OF_NETWORK = Limit("codes of a network", 300, HOUR)  # IPv4 /24, IPv6 /48
CODES_OF_NETWORK_TO_CONTACT = Limit("codes of a network to a contact", 10, HOUR)
CODES_TO_CONTACT = Limit("codes of strangers to a contact", 60, DAY)
CODES_TO_COUNTRY = Limit("codes to a country", 500, HOUR)  # by phone, abroad
# Of the whole instance, each for itself, so that a flood of one kind stops none of the others:
CODES_TO_NEW_CONTACTS = Limit("codes to new contacts", 4_000, HOUR)
CODES_TO_ACCOUNTS = Limit("codes to accounts", 4_000, HOUR)
CODES_TO_KNOWN_BROWSERS = Limit("codes to known browsers", 4_000, HOUR)
CODES_TO_CONFIRM = Limit("codes to confirm", 4_000, HOUR)

# --- What one caller may do at an address of the site ------------------------------------------------------

CODE_ENTRIES = Limit("codes entered", 300, HOUR)
SHOPS_OPENED = Limit("shops opened", 60, HOUR)
POSTERS = Limit("posters", 600, HOUR)
CARDS = Limit("cards", 6_000, HOUR)  # a messenger fetches those of all its people from few addresses
BAD_TOKENS = Limit("tokens that are none", 60, HOUR)
WRITES = Limit("writes", 36_000, HOUR)  # all else that changes something

# --- What one person, shop or listing may do ---------------------------------------------------------------

SHOPS_OF_PERSON = Limit("shops of a person", 20, DAY)
PASTES = Limit("links pasted by a person", 300, HOUR)  # each is a call of a marketplace
SEARCHES_OF_PERSON = Limit("searches at marketplaces of a person", 100, DAY)
# By caller, so that one who sends many keeps no one else from reporting the same item.
REPORTS = Limit("reports of a caller", 20, HOUR)
REPORTS_OF_ITEM = Limit("reports of a caller about an item", 3, DAY)
LOST_ORDERS_OF_SHOP = Limit("lost-orders", 20, DAY)
APPEALS_OF_SHOP = Limit("appeals", 20, DAY)  # an operator reads each of them
OWN_ACCOUNTS_OF_PERSON = Limit("own-accounts", 20, DAY)  # each is a call that the marketplace sees come from here
