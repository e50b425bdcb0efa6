"""Which rails there are, without importing them: `joey up` asks before Django is set up."""

from pkgutil import iter_modules

from joey.payouts import rails


def rail_codes() -> list[str]:
    """The names of the rails' folders, in alphabetical order."""
    return sorted(module.name for module in iter_modules(rails.__path__) if module.ispkg)
