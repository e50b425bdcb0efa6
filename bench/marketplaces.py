"""Which marketplaces the benchmarks use: any of those that are found, so that no benchmark names one."""


def that_reports() -> str:
    """The code of one whose order reports name a position and the time of the click."""
    from joey.marketplaces import registry

    return next(each.code for each in registry.manifests() if "position" in each.evidence and each.reports_clicks)


def by_file() -> tuple[str, str, str]:
    """(code, host of its item pages, host of its pictures) of one that comes by product file."""
    from joey.marketplaces import registry

    manifest = next(each for each in registry.manifests() if not each.reports_orders and each.currency == "CNY")
    return manifest.code, min(manifest.hosts), min(manifest.picture_hosts)


def every() -> list[str]:
    """The codes of all, most used first: those that report orders have most of the goods."""
    from joey.marketplaces import registry

    return [
        code for each in registry.manifests() for code in list(each.marketplaces) * (4 if each.reports_orders else 1)
    ]
