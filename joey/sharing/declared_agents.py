"""Programs that say in their User-Agent what they are, each with the reason it is listed.

Most crawlers and libraries are known to two kept lists, which are asked as well: see agents.py. Listed here is what
they do not distinguish (cards for a share) or do not list. In-app browsers of people (MicroMessenger, Weibo, QQ,
FBAN/FBAV, Instagram, Line, Zalo, BytedanceWebview) carry none of these: check that before adding a short mark.
"""

# Fetchers that draw a card for a link someone pasted: one share, many fetches, no person. A mark is looked for in any
# case, in what remains of the agent.
PREVIEWS = (
    ("WeChatShareExtension", "WeChat's share sheet on iOS reads title and picture"),
    ("MicroMessenger Client", "WeChat's own downloader of card pictures, not its browser"),
    ("QQShareExtension", "QQ's share sheet on iOS"),
    ("QQ-URLPreview", "QQ link card"),
    ("WeiboBot", "Weibo link card"),
    ("weibo_share", "Weibo link card"),
    ("DingTalkBot", "DingTalk link card"),
    ("LarkUrl", "Lark (Feishu) link card"),
    ("FeishuBot", "Lark (Feishu) link card"),
    ("WhatsApp/", "WhatsApp fetches for the sender's card; its links open in the phone's own browser"),
    ("TelegramBot", "Telegram link card"),
    ("Slackbot", "Slack link card"),
    ("Slack-ImgProxy", "Slack picture proxy"),
    ("facebookexternalhit", "Facebook, Messenger, Instagram; also sent by iMessage and LINE"),
    ("facebookcatalog", "Facebook catalogue card"),
    ("Facebot", "Facebook; iMessage sends it beside facebookexternalhit and Twitterbot"),
    ("meta-externalfetcher", "Meta, on behalf of a user's share"),
    ("Twitterbot", "X (Twitter) card; iMessage sends it too"),
    ("LinkedInBot", "LinkedIn card"),
    ("Discordbot", "Discord embed"),
    ("Pinterestbot", "Pinterest rich pin"),
    ("redditbot", "Reddit card"),
    ("SkypeUriPreview", "Skype and Teams card"),
    ("Viber", "Viber card"),
    ("line-poker", "LINE card"),
    ("kakaotalk-scrap", "KakaoTalk card"),
    ("vkShare", "VK card"),
    ("Snap URL Preview", "Snapchat card"),
    ("Embedly", "cards for other sites"),
    ("Iframely", "cards for other sites"),
    ("Mastodon/", "fediverse card, fetched by every server that sees the post"),
    ("Bluesky Cardyb", "Bluesky card"),
    ("BitlyBot", "link shortener's check"),
    ("Google-PageRenderer", "Google Messages card"),
    ("MicrosoftPreview", "Microsoft link card"),
    ("Synapse (bot", "Matrix link card"),
)

# Words by which programs name themselves, as regular expressions in any case: no person sees what they fetch. They are
# looked for in what remains of an agent once device, model and engine are taken away (agents.py).
ROBOTS = (
    (r"bots?(?![a-z])", "declared crawlers of any name: the word, or the end of one"),
    (r"(?<![a-z])robot", "declared crawlers"),
    (r"crawl", "declared crawlers"),
    (r"spider", "declared crawlers"),
    (r"slurp", "declared crawlers"),
    (r"scrap(?:e|er|ing|y)\b", "scrapers"),
    (r"harvest|extract|indexer|archiv", "collectors"),
    (r"fetch(?:er)?(?![a-z])", "fetchers, of feeds or cards"),
    (r"feed|\brss\b|\d\ssubscriber", "a feed reader's server"),
    (r"searchengine", "search engines"),
    (r"headless|phantomjs|slimerjs|jsdom|\bsplash\b|khtml2png", "browsers without a person"),
    (r"selenium|webdriver|playwright|puppeteer|cypress|dejaclick", "browsers that a script drives"),
    (r"preview|thumb|screenshot|snapshot(?!s)|prerender", "pictures and cards of pages"),
    (r"check(?:er|ing)?(?![a-z])|validat|verif|inspect|audit|analy[sz]er|detector", "checks"),
    (r"scan(?:ner)?(?![a-z])|exploit", "scanners"),
    (r"monitor|uptime|synthetic|(?<![a-z])ping(?![a-z])|(?<![a-z])probe|catchpoint|yunjiankong", "availability checks"),
    (r"lighthouse|pagespeed|speed insights|benchmark|measurement|apachebench|\bk6/", "measuring"),
    (r"survey|research|\bseo |sitemap|link[ -]?check|\bdomain|hosting", "surveys of the web"),
    (r"(?<![-_ ])agent(?![a-z])", "the end of a program's name; “User-Agent” is none"),
    (r"downloader(?![a-z])|wget|curl/", "download tools"),
    (r"(?<![a-z])lib(?:www|curl|soup|http|fetch)", "HTTP libraries"),
    (r"http[-_ ]?client|urllib|perl/|\bpython|\bruby\b|\bphp/|^java/|golang|node(?:js|\.js|-fetch)", "HTTP libraries"),
    (r"okhttp|axios|guzzle|\bundici|faraday|reqwest|winhttp|dart:io", "HTTP libraries"),
    (r"postmanruntime|insomnia/", "API tools"),
    (r"cloudflare|google-[a-z]", "services of these two that fetch"),
    (r"msie or |\btime/\d{10}", "crawlers of Daum; a scanner that stamps its time"),
    (r"\bhlb/|functionize|convertify|assetnote|karnoprospecting|geckoversion", "single programs that neither list has"),
)
