"""What is wrong with a page at the size it has, whatever it shows."""

from collections.abc import Sequence

from playwright.sync_api import Page

SIZES = [(320, 100), (320, 200), (390, 100), (768, 100), (900, 100), (1280, 100)]  # width, text in percent

# It scrolls sideways, a grid's last row has a hole, a word is too small to read, a Chinese title breaks inside a word
# that fits its line, or the price and the button that leads on are not seen together.
MISFITS = r"""
() => {
  const found = [], root = document.documentElement, box = each => each.getBoundingClientRect();
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth} px wide`);
  for (const row of document.querySelectorAll('.cards, .shops, .figures'))
    if (row.lastElementChild && Math.abs(box(row.lastElementChild).right - box(row).right) > 2)
      found.push('a hole in the last row');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, owner = text.parentElement, said = text.textContent;
    if (!said.trim() || owner.closest('script, style, noscript, .hush') || !owner.checkVisibility()) continue;
    const drawn = owner.closest('svg'), scale = drawn ? drawn.getScreenCTM().a : 1;
    if (parseFloat(getComputedStyle(owner).fontSize) * scale < 11.9) found.push(`small: ${said.trim()}`);
    if (!owner.closest('.title, .card-title, .clamp:not(.quiet)') || !/[\u4e00-\u9fff]/.test(said)) continue;
    for (const word of said.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = [...range.getClientRects()], width = lines.reduce((all, line) => all + line.width, 0);
      if (lines.length > 1 && width < box(owner).width) found.push(`broken: ${word[0]}`);
    }
  }
  const button = document.querySelector('.bar-buy a');
  if (!button) return found;
  const it = box(button), near = 9 * parseFloat(getComputedStyle(root).fontSize);
  if (!button.contains(document.elementFromPoint((it.left + it.right) / 2, (it.top + it.bottom) / 2)))
    found.push('the button is not seen');
  const beside = price => price.right <= it.left + 1 && price.bottom > it.top && price.top < it.bottom;
  const above = price => price.top >= 0 && price.bottom <= it.top + 1 && it.top - price.bottom < near;
  const prices = [...document.querySelectorAll('.price-now .money, .bar-buy .money')]
    .filter(each => each.checkVisibility()).map(box);
  if (!prices.some(price => beside(price) || above(price))) found.push('no price beside the button');
  return found;
}
"""


def misfits_of(page: Page, url: str, paths: Sequence[str | None]) -> list[str]:
    """What is wrong with these pages, each visited once and then made narrow and wide."""
    misfits = []
    for path in paths:
        page.goto(f"{url}{path}")
        for width, percent in SIZES:
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("percent => document.documentElement.style.fontSize = `${percent}%`", percent)
            misfits += [f"{path} at {width} px, text {percent} %: {each}" for each in page.evaluate(MISFITS)]
    return misfits
