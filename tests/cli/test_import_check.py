"""`joey import --check`: what a file would become, and the mapping to start from; the mappings that come with Joey."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.ready_mappings import ready_mappings
from joey.cli.cli import main
from tests.catalog.imports import everything, offers, written
from tests.orders.intake.exports import workbook

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")

SHOP = "https://shop.example.com"


def run(*arguments: str | Path) -> Result:
    """One `joey import` in this process, on the tests' database; the current folder is the data folder."""
    return CliRunner().invoke(main, ["import", *map(str, arguments), "--data", "."], catch_exceptions=False)


def test_the_guessed_mapping_reads_the_file(tmp_path: Path) -> None:
    """Semicolons, GBK and names of its own; a workbook; JSON lines: each is shown, and its mapping imports it."""
    table = [["编号", "名称", "网址", "价格", "货币", "主图链接"]]
    table += [[f"{n:03}", f"保温杯 {n} 号", f"{SHOP}/{n}", "12.90", "CNY", f"{SHOP}/{n}.jpg"] for n in range(1200)]
    lines = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    for name, body in {
        "list.csv": "".join(";".join(row) + "\n" for row in table).encode("gb18030"),
        "book.xlsx": workbook([list(row) for row in table]),
        "lines.jsonl": "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode(),
    }.items():
        file, feed = written(tmp_path, body, name), f"feed:{name.partition('.')[0]}"

        said = run(file, "--marketplace", feed, "--check")

        assert said.exit_code == 0, said.output
        assert everything() == [] or name != "list.csv"
        assert said.stdout.count("\nrow ") + said.stdout.startswith("row ") == 10
        assert "001: 保温杯 1 号\n    price: " in said.stdout
        assert "12.90" in said.stdout
        assert "pictures: 1" in said.stdout
        assert "Of the first rows could be taken: 1,000." in said.stdout
        start = Path("mappings") / feed.replace(":", "-") / f"{name.partition('.')[0]}.toml"
        assert "Rows accepted: 1,200" in run(file, "--marketplace", feed, "--mapping", start).stdout, name
        assert offers(feed)["001"]["now_minor"] == 1290


def test_case_c3_delimiter_and_quoting_are_guessed(tmp_path: Path) -> None:
    for number, (body, how) in enumerate({
        "编号~名称~价格\n1~杯,大~12.90\n": ['delimiter = "~"'],
        "'编号','名称','价格'\n'1','杯,大','12.90'\n": ['delimiter = ","', 'quoting = "single"'],
        '"编号;名称;价格"\n"1;杯,大;12.90"\n': ['delimiter = ";"', 'quoting = "lines"'],
    }.items()):  # fmt: skip
        run(written(tmp_path, body, f"list{number}.csv"), "--marketplace", "feed:y", "--check")

        text = Path(f"mappings/feed-y/list{number}.toml").read_text()
        assert [line for line in [*how, 'id = "编号"', 'title = "名称"', 'price = "价格"'] if line not in text] == [], (
            text
        )


def test_a_mapping_to_start_from_is_written_where_something_is_missing(tmp_path: Path) -> None:
    file = written(tmp_path, "编号|名称|价格\n1|杯|12.90\n", "list.csv")

    said = run(file, "--marketplace", "feed:x", "--check")

    assert said.exit_code == 1
    assert "No row names the columns for url" in said.stderr
    start = Path("mappings/feed-x/list.toml")
    text = start.read_text()
    assert 'delimiter = "|"' in text
    assert 'id = "编号"' in text
    assert "# url = " in text
    assert "is there already" in run(file, "--marketplace", "feed:x", "--check").stdout
    url = f'url = "{SHOP}/{{id}}"'
    start.write_text(text.replace('# currency = "CNY"', 'currency = "CNY"').replace("# url = ", f"{url} # "))
    said = run(file, "--marketplace", "feed:x", "--check", "--mapping", start)
    assert (said.exit_code, said.stdout.splitlines()[0]) == (0, "row 2: 1: 杯")
    assert everything() == []


# One row of each, by the columns that its mapping names.
SAMPLES = {
    "google-merchant": {"id": "1", "title": "Cup", "link": f"{SHOP}/1", "price": "5.00 EUR", "availability": "yes"},
    "meta": {"id": "1", "title": "Cup", "link": f"{SHOP}/1", "price": "5.00 EUR", "availability": "available for order",
             "visibility": "published", "fb_product_category": "x"},
    "shopify": {"Handle": "1", "Title": "Cup", "Variant Price": "5.00", "Variant SKU": "A", "Status": "active",
                "Image Src": f"{SHOP}/1.jpg"},
    "woocommerce": {"ID": "1", "Name": "Cup", "Published": "1", "In stock?": "1", "Regular price": "6.00",
                    "Sale price": "5.00", "Date sale price starts": "", "Date sale price ends": "", "Images": ""},
    "awin": {"aw_product_id": "1", "product_name": "Cup", "aw_deep_link": f"{SHOP}/1", "search_price": "5.00",
             "currency": "EUR", "in_stock": "1"},
    "cj": {"SKU": "1", "NAME": "Cup", "BUYURL": f"{SHOP}/1", "PRICE": "6.00", "SALEPRICE": "5.00", "CURRENCY": "EUR",
           "INSTOCK": "yes", "UPC": ""},
    "taobao": {"num_id": "1", "title": "Cup", "price": "5.00", "num": "3",
               "picture": "x:1:0:|https://img.alicdn.com/a.jpg;"},
    "1688": {"商品ID": "1", "商品标题": "Cup", "商品链接": "https://detail.1688.com/offer/1.html", "单价": "5.00",
             "库存": "3"},
}  # fmt: skip


def test_each_ready_mapping_reads_what_it_is_for_and_is_recognised(tmp_path: Path) -> None:
    assert set(SAMPLES) == set(ready_mappings())
    for name, row in SAMPLES.items():
        place = name if name in ("taobao", "1688") else f"feed:{name}"
        between = "\t" if name == "taobao" else ","
        file = written(tmp_path, f"{between.join(row)}\n{between.join(row.values())}\n", f"{name}.csv")

        assert read_mapping(ready_mappings()[name]).sources, name
        seen = run(file, "--marketplace", place, "--check")
        # Google's names are understood without a mapping.
        assert f"comes with Joey as “{name}”" in seen.stdout or name == "google-merchant", (name, seen.output)
        start = tmp_path / "own.toml"
        start.write_text(ready_mappings()[name].read_text().replace('currency = ""', 'currency = "EUR"'))
        said = run(file, "--marketplace", place, "--mapping", start)
        assert "Rows accepted: 1" in said.stdout, (name, said.output)
        kept = offers(place)["1"]
        assert (kept["title"], kept["now_minor"], kept["in_stock"]) == ("Cup", 500, True), name
    assert offers("taobao")["1"]["picture_urls"] == ["https://img.alicdn.com/a.jpg"]


def test_case_c3_a_file_of_a_header_only_holds_no_goods(tmp_path: Path) -> None:
    for body in ("id,title,url,price,currency\n", "id,title,url,price,currency\n\n合计,,,,\n"):
        file = written(tmp_path, body, "empty.csv")
        for options in ((), ("--check",)):
            said = run(file, "--marketplace", "feed:x", *options)

            assert (said.exit_code, "holds no goods" in said.stderr) == (1, True), (body, options)


def test_an_impossible_name_of_a_feed_is_refused_alone(tmp_path: Path) -> None:
    for name in ("feed:a_b", "feed:Tea", "feed:", "nowhere", "../x"):
        for body in ("id,title,url,price,currency\n", "编号,名称\n1,杯\n"):
            said = run(written(tmp_path, body, "name.csv"), "--marketplace", name, "--check")

            assert (said.exit_code, said.stdout) == (1, ""), name
            assert "A feed is feed:NAME, of up to 59 of a–z, 0–9 and “-”." in said.stderr
            assert not list(Path("mappings").rglob("name.toml")), name


def test_a_name_that_is_neither_a_file_nor_a_ready_mapping_is_refused(tmp_path: Path) -> None:
    said = run(written(tmp_path, "id\n"), "--marketplace", "feed:x", "--mapping", "shopfy")

    assert said.exit_code == 1
    assert "no mapping of that name comes with Joey. There are: awin, cj, google-merchant, meta, shopify" in said.stderr
