"""The colours of the stylesheet: every pair that carries text is readable (WCAG 2.2 AA), in light and in dark."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "joey/site/static/joey.css").read_text("utf-8")

# (ink, ground) as they meet on pages
PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "accent") for ground in ("paper", "card", "well")),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("accent-strong", "accent-soft"),
    ("good", "good-soft"), ("good", "card"), ("warn", "warn-soft"),
    ("bad", "bad-soft"), ("bad", "card"), ("bad", "paper"),
]  # fmt: skip


def tokens(dark: bool) -> dict[str, str]:
    light, _, night = CSS.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", light.partition("@layer base")[0]))
    if dark:
        found |= dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", night.partition("@layer base")[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(ink: str, ground: str, dark: bool) -> None:
    found = tokens(dark)

    lighter, darker = sorted((luminance(found[ink]), luminance(found[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_dark_names_the_same_colours_as_light() -> None:
    night = CSS.partition("@media (prefers-color-scheme: dark)")[2].partition("@layer base")[0]

    assert set(re.findall(r"--([a-z0-9-]+):\s*#", night)) == set(tokens(dark=False))


def test_style_and_script_of_a_first_visit_stay_small() -> None:
    static = Path(__file__).resolve().parents[2] / "joey/site/static"

    assert sum((static / name).stat().st_size for name in ("joey.css", "joey.js", "joey.svg")) < 30_000
