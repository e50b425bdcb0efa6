"""The mini-program that opens a link inside the messenger."""


def we_app_info(page_path: str, title: str) -> dict[str, str]:
    """What a mini-program card is made of."""
    return {
        "app_id": "wx32540bd863b27570",
        "page_path": page_path,
        "title": title,
        "desc": "",
        "banner_url": "",
        "user_name": "gh_0e7477744313@app",
        "we_app_icon_url": "",
        "source_display_name": "拼多多",
    }
