"""What people wear and carry: clothes, shoes, bags."""

from joey.demo.paint import INK, STEEL, WHITE, Paint, Point, mix


def shirt(p: Paint) -> None:
    p.shadow(28, 72, 88, 60)
    p.poly(
        [
            (38, 17),
            (62, 17),
            (76, 24),
            (88, 44),
            (76, 51),
            (70, 43),
            (71, 86),
            (29, 86),
            (30, 43),
            (24, 51),
            (12, 44),
            (24, 24),
        ],
        p.main,
        "side",
        1.4,
    )
    p.blob([(38, 15), (50, 18), (62, 15), (59, 25), (50, 29), (41, 25)], mix(p.main, p.dark, 0.3))
    p.blob([(41, 14), (50, 16), (59, 14), (57, 22), (50, 25.4), (43, 22)], p.palette.backdrop, "none")
    p.line([(30.5, 44), (32, 60)], 0.7, mix(p.main, p.dark, 0.25))
    p.line([(69.5, 44), (68, 60)], 0.7, mix(p.main, p.dark, 0.25))
    p.motif(50, 50, 9)


def blouse(p: Paint) -> None:
    p.shadow(28, 72, 88, 60)
    p.poly(
        [
            (38, 18),
            (62, 18),
            (75, 24),
            (86, 62),
            (77, 66),
            (69, 46),
            (71, 86),
            (29, 86),
            (31, 46),
            (23, 66),
            (14, 62),
            (25, 24),
        ],
        p.main,
        "side",
        1.4,
    )
    p.poly([(38, 16), (50, 30), (43, 36), (35, 21)], mix(p.main, WHITE, 0.4), "flat", 0.6)
    p.poly([(62, 16), (50, 30), (57, 36), (65, 21)], mix(p.main, WHITE, 0.4), "flat", 0.6)
    p.line([(50, 31), (50, 86)], 0.8, mix(p.main, p.dark, 0.3))
    for y in (40, 51, 62, 73):
        p.oval(48.8, y - 1.2, 51.2, y + 1.2, WHITE)
    p.box(56, 44, 66, 55, mix(p.main, p.dark, 0.1), 1, "flat")
    for points in ([(14, 61), (22, 65)], [(86, 61), (78, 65)]):
        p.line(points, 3, mix(p.main, WHITE, 0.4))


def sweater(p: Paint) -> None:
    p.shadow(28, 72, 88, 60)
    p.poly(
        [
            (38, 20),
            (62, 20),
            (76, 27),
            (87, 68),
            (77, 72),
            (69, 50),
            (70, 80),
            (30, 80),
            (31, 50),
            (23, 72),
            (13, 68),
            (24, 27),
        ],
        p.main,
        "side",
        2.4,
    )
    p.oval(38, 13, 62, 29, mix(p.main, p.dark, 0.2))
    p.oval(42, 13, 58, 24, p.palette.backdrop, "none")
    p.box(29, 79, 71, 87, mix(p.main, p.dark, 0.18), 2, "side")
    for rib in range(32, 71, 3):
        p.line([(rib, 80), (rib, 86)], 0.5, mix(p.main, p.dark, 0.34))
    for y in (44, 54):
        for n in range(6):
            x = 34.0 + n * 6.4
            p.line([(x - 2, y + 3), (x, y), (x + 2, y + 3)], 1.1, p.second)
    for n in range(5):
        x = 37 + n * 6.5
        p.oval(x - 1, 64, x + 1, 66, p.accent)


def jacket(p: Paint) -> None:
    p.shadow(28, 72, 88, 60)
    p.poly(
        [
            (37, 20),
            (63, 20),
            (77, 27),
            (88, 68),
            (77, 72),
            (70, 50),
            (72, 85),
            (28, 85),
            (30, 50),
            (23, 72),
            (12, 68),
            (23, 27),
        ],
        p.main,
        "side",
        2,
    )
    p.blob([(35, 22), (39, 10), (61, 10), (65, 22), (58, 30), (42, 30)], mix(p.main, p.dark, 0.2))
    p.blob([(41, 21), (44, 14), (56, 14), (59, 21), (54, 27), (46, 27)], mix(p.main, p.dark, 0.5))
    p.line([(50, 28), (50, 85)], 1.1, p.second)
    for x in (33, 57):
        p.poly([(x, 62), (x + 10, 62), (x + 10, 75), (x, 75)], mix(p.main, p.dark, 0.14), "flat", 0.6)
        p.line([(x, 64), (x + 10, 64)], 0.8, p.second)
    p.box(48.6, 32, 51.4, 37, p.accent, 0.8)
    p.poly([(27, 36), (73, 36), (74, 42), (26, 42)], mix(p.main, p.second, 0.55), "none")


def trousers(p: Paint) -> None:
    p.shadow(28, 72, 90, 60)
    p.poly([(33, 14), (67, 14), (72, 86), (56, 86), (50, 38), (44, 86), (28, 86)], p.main, "side", 1)
    p.box(32, 12, 68, 19, mix(p.main, p.dark, 0.18), 1.4, "side")
    p.line([(50, 19), (50, 38)], 0.7, mix(p.main, p.dark, 0.4))
    p.arc(28, 14, 44, 34, 20, 90, 0.8, mix(p.main, p.dark, 0.4))
    p.arc(56, 14, 72, 34, 90, 160, 0.8, mix(p.main, p.dark, 0.4))
    p.line([(37, 36), (34, 84)], 0.5, mix(p.main, WHITE, 0.35))
    p.line([(63, 36), (66, 84)], 0.5, mix(p.main, WHITE, 0.35))
    p.oval(48.6, 14, 51.4, 17, p.second)
    for x in (28, 56):
        p.poly([(x, 82), (x + 16, 82), (x + 16, 86), (x, 86)], mix(p.main, WHITE, 0.25), "none")


def skirt(p: Paint) -> None:
    p.shadow(24, 76, 88, 60)
    p.poly([(37, 22), (63, 22), (80, 82), (20, 82)], p.main, "side", 1.4)
    for top, low in ((40, 29), (45, 41), (50, 53), (55, 64), (60, 74)):
        p.poly([(top, 24), (top + 1.2, 24), (low + 3, 82), (low - 2, 82)], mix(p.main, p.dark, 0.16), "flat")
    p.box(36, 17, 64, 24, p.second, 1.6, "side")
    p.box(60, 18.6, 63, 22.4, p.accent, 0.6)


def dress(p: Paint) -> None:
    p.shadow(26, 74, 90, 60)
    p.poly(
        [
            (38, 12),
            (43, 12),
            (46, 22),
            (54, 22),
            (57, 12),
            (62, 12),
            (66, 30),
            (61, 44),
            (78, 86),
            (22, 86),
            (39, 44),
            (34, 30),
        ],
        p.main,
        "side",
        1.2,
    )
    p.box(38.4, 42, 61.6, 47, p.second, 1.4, "side")
    for n in range(15):
        x, y = 33 + p.vary(f"fx{n}", 34), 52 + p.vary(f"fy{n}", 31)
        if abs(x - 50) < (y - 34) * 0.55:
            p.oval(x - 1.6, y - 1.6, x + 1.6, y + 1.6, p.second if n % 2 else p.accent)
            p.oval(x - 0.5, y - 0.5, x + 0.5, y + 0.5, WHITE, "none")
    p.line([(50, 47), (45, 60)], 1.4, p.second)
    p.line([(50, 47), (54, 59)], 1.4, p.second)


def socks(p: Paint) -> None:
    p.shadow(22, 78, 86)
    for x, colour, band in ((22, p.second, p.main), (46, p.main, p.second)):
        p.poly(
            [(x, 18), (x + 18, 18), (x + 18, 58), (x + 32, 70), (x + 30, 82), (x + 18, 83), (x, 66)], colour, "side", 2
        )
        p.box(x - 1.6, 14, x + 19.6, 24, band, 2.4, "side")
        for y in (32, 40, 48):
            p.box(x - 1.8, y, x + 19.8, y + 3, band, 0, "none")
        p.blob([(x + 22, 67), (x + 33, 70), (x + 32, 81), (x + 22, 84)], p.accent)


def hat(p: Paint) -> None:
    p.shadow(14, 86, 74)
    p.oval(10, 54, 90, 76, mix(p.main, p.dark, 0.14))
    p.oval(10, 51, 90, 73, p.main)
    p.blob([(28, 62), (30, 36), (40, 25), (60, 25), (70, 36), (72, 62), (50, 67)], mix(p.main, WHITE, 0.12), "side")
    p.blob([(28, 56), (50, 60), (72, 56), (72.4, 63), (50, 67.6), (27.6, 63)], p.accent, "side")
    for y in (34, 42, 49):
        p.arc(30, y - 6, 70, y + 6, 20, 160, 0.5, mix(p.main, p.dark, 0.3))


def beanie(p: Paint) -> None:
    p.shadow(24, 76, 82)
    p.oval(42, 10, 58, 26, p.second)
    p.blob([(24, 66), (27, 38), (40, 23), (60, 23), (73, 38), (76, 66), (50, 68)], p.main, "side")
    for x in (34, 42, 50, 58, 66):
        p.line([(50 + (x - 50) * 0.4, 26), (50 + (x - 50) * 1.3, 62)], 0.8, mix(p.main, p.dark, 0.26))
    p.box(21, 60, 79, 80, mix(p.main, WHITE, 0.18), 5, "side")
    for x in range(26, 77, 4):
        p.line([(x, 62), (x, 78)], 0.7, mix(p.main, p.dark, 0.2))


def scarf(p: Paint) -> None:
    p.shadow(26, 74, 88)
    p.poly([(54, 44), (70, 44), (72, 82), (56, 82)], mix(p.main, p.dark, 0.14), "side", 1)
    p.poly([(34, 44), (52, 44), (50, 86), (32, 86)], p.main, "side", 1)
    p.blob([(24, 36), (34, 22), (66, 22), (76, 36), (66, 52), (34, 52)], p.main, "soft")
    p.blob([(36, 34), (50, 28), (64, 34), (50, 41)], mix(p.main, p.dark, 0.4))
    for y in (60, 68, 76):
        p.poly([(33, y), (51, y), (50.6, y + 3), (32.8, y + 3)], p.second, "none")
        p.poly([(55, y - 3), (71, y - 3), (71.2, y), (55.2, y)], p.second, "none")
    for x in range(33, 51, 3):
        p.line([(x, 86), (x, 91)], 0.8, p.second)
    for x in range(57, 73, 3):
        p.line([(x, 82), (x, 87)], 0.8, p.second)


def sneaker(p: Paint) -> None:
    p.shadow(12, 90, 78)
    p.blob(
        [(14, 72), (15, 46), (22, 36), (34, 40), (46, 46), (60, 57), (80, 62), (88, 70), (86, 76), (16, 76)],
        p.main,
        "soft",
    )
    p.blob([(66, 59), (80, 62), (88, 70), (86, 75), (68, 75)], mix(p.main, WHITE, 0.45))
    p.blob([(14, 70), (15, 47), (22, 38), (28, 42), (27, 58), (30, 74)], p.second)
    p.box(11, 72, 91, 80, WHITE, 4, "soft")
    p.line([(14, 78.4), (88, 78.4)], 0.9, p.accent)
    for n in range(4):
        x, y = 37 + n * 6.4, 43 + n * 4.4
        p.line([(x - 2, y + 7), (x + 4, y - 1)], 1.3, WHITE)
    p.blob([(38, 64), (52, 58), (62, 64), (48, 68)], p.accent)


def boot(p: Paint) -> None:
    p.shadow(22, 82, 84)
    p.blob([(28, 18), (54, 18), (54, 50), (66, 60), (80, 68), (80, 80), (28, 80), (30, 50)], p.main, "side")
    p.box(26, 14, 56, 24, mix(p.main, WHITE, 0.3), 3, "side")
    p.box(24, 78, 83, 85, p.dark, 2.4, "soft")
    p.box(24, 80, 40, 88, p.dark, 1.4, "soft")
    for n in range(4):
        y = 32 + n * 7
        p.line([(46, y), (54, y - 2)], 1.2, p.second)
    p.line([(40, 26), (41, 50)], 0.7, mix(p.main, p.dark, 0.4))


def slipper(p: Paint) -> None:
    p.shadow(10, 60, 72)
    p.shadow(38, 90, 86)
    for dx, dy in ((-16, -12), (12, 2)):
        p.blob([(x + dx, y + dy) for x, y in _around(24, 62, 76, 84)], mix(p.main, p.dark, 0.45))
        p.blob([(x + dx, y + dy) for x, y in _around(24, 57, 76, 79)], p.pale)
        p.oval(27 + dx, 61 + dy, 49 + dx, 74 + dy, mix(p.pale, p.main, 0.3))
        upper = [(46, 74), (44, 60), (50, 47), (62, 46), (74, 56), (77, 70), (70, 79), (56, 79)]
        p.blob([(x + dx, y + dy) for x, y in upper], p.main, "soft")
        p.line([(x + dx, y + dy) for x, y in ((46, 74), (44, 60), (50, 47))], 1.6, mix(p.main, WHITE, 0.4), smooth=True)
        p.motif(62 + dx, 62 + dy, 5)


def _around(x0: float, y0: float, x1: float, y1: float) -> list[Point]:
    """A foot lying on its side between the corners: wide at the toes."""
    wide, high = x1 - x0, y1 - y0
    shares = ((0, 0.5), (0.1, 0.1), (0.4, 0.08), (0.75, 0), (1, 0.4), (0.92, 0.9), (0.6, 0.98), (0.12, 0.92))
    return [(x0 + wide * x, y0 + high * y) for x, y in shares]


def sandal(p: Paint) -> None:
    p.shadow(12, 90, 78)
    p.blob([(12, 68), (30, 66), (56, 70), (84, 66), (90, 70), (86, 77), (56, 78), (30, 76), (13, 77)], p.second)
    p.box(13, 76, 88, 81, p.dark, 2.4, "soft")
    p.line([(22, 68), (26, 46), (40, 40)], 4.4, p.main, True)
    p.line([(18, 58), (34, 52), (46, 70)], 4, p.main, True)
    p.line([(58, 71), (66, 56), (78, 69)], 5.4, p.main, True)
    p.oval(62, 56, 70, 63, p.accent)
    p.box(36, 38, 42, 44, STEEL, 1.2)


def loafer(p: Paint) -> None:
    p.shadow(12, 90, 78)
    p.blob([(13, 72), (14, 50), (22, 46), (36, 56), (52, 54), (70, 60), (86, 66), (88, 75), (14, 76)], p.main, "soft")
    p.blob([(18, 52), (24, 48), (36, 57), (46, 56), (36, 62), (24, 60)], mix(p.main, p.dark, 0.5))
    p.blob([(52, 55), (70, 61), (80, 66), (68, 68), (54, 63)], mix(p.main, WHITE, 0.2))
    p.poly([(44, 55), (51, 53), (56, 70), (49, 72)], mix(p.main, p.dark, 0.25), "flat", 0.8)
    p.box(46.4, 60, 54, 64, p.accent, 1)
    p.box(12, 74, 90, 79, p.dark, 2, "soft")
    p.box(12, 76, 30, 83, p.dark, 1, "soft")


def tote(p: Paint) -> None:
    p.shadow(24, 76, 87)
    p.arc(34, 10, 66, 66, 180, 360, 2.6, mix(p.main, p.dark, 0.35))
    p.poly([(25, 38), (75, 38), (79, 87), (21, 87)], mix(p.pale, p.main, 0.25), "side", 1)
    p.poly([(22, 74), (78, 74), (79, 87), (21, 87)], p.main, "side", 1)
    for x in (33, 63):
        p.box(x, 36, x + 4, 46, mix(p.main, p.dark, 0.35), 0.6)
    p.motif(50, 57, 10)


def backpack(p: Paint) -> None:
    p.shadow(24, 76, 87)
    p.arc(42, 6, 58, 26, 180, 360, 2.6, p.dark)
    for x in (20, 72):
        p.box(x, 50, x + 8, 78, mix(p.main, p.dark, 0.3), 3)
    p.blob([(27, 84), (25, 50), (28, 24), (42, 14), (58, 14), (72, 24), (75, 50), (73, 84), (50, 88)], p.main, "side")
    p.arc(28, 20, 72, 74, 190, 350, 1, p.second)
    p.box(32, 52, 68, 80, mix(p.main, p.dark, 0.16), 5, "side")
    p.line([(35, 60), (65, 60)], 1, p.second)
    p.box(62, 59, 64.4, 66, p.accent, 0.8)
    p.box(43, 30, 57, 40, p.second, 2, "flat")


def handbag(p: Paint) -> None:
    p.shadow(18, 82, 84)
    p.arc(30, 14, 70, 70, 180, 360, 3, mix(p.main, p.dark, 0.35))
    p.poly([(24, 44), (76, 44), (83, 84), (17, 84)], p.main, "side", 2)
    p.blob([(22, 44), (50, 42), (78, 44), (74, 60), (50, 68), (26, 60)], mix(p.main, p.dark, 0.16), "soft")
    p.box(46, 61, 54, 71, p.second, 1.6)
    p.oval(48.8, 64, 51.2, 66.6, p.dark)
    p.line([(24, 80), (76, 80)], 0.6, mix(p.main, WHITE, 0.4))


def wallet(p: Paint) -> None:
    p.shadow(20, 80, 78)
    p.box(34, 30, 70, 50, p.accent, 2, "side")
    p.box(30, 34, 66, 52, p.second, 2, "side")
    p.box(19, 40, 81, 78, p.main, 4, "side")
    p.line([(23, 44), (77, 44)], 0.6, mix(p.main, WHITE, 0.45))
    p.line([(23, 74), (77, 74)], 0.6, mix(p.main, WHITE, 0.45))
    p.box(63, 52, 84, 66, mix(p.main, p.dark, 0.25), 4, "side")
    p.oval(68, 56.6, 73, 61.4, p.second)


def suitcase(p: Paint) -> None:
    p.shadow(26, 74, 89)
    for x in (40, 57):
        p.box(x, 8, x + 3, 28, STEEL, 0.6)
    p.box(38, 6, 62, 11, p.dark, 2)
    p.box(25, 25, 75, 85, p.main, 7)
    for x in (34, 42, 50, 58, 66):
        p.box(x - 0.8, 29, x + 0.8, 81, mix(p.main, WHITE, 0.3), 0.8, "none")
    p.box(23, 52, 77, 56, mix(p.main, p.dark, 0.3), 1, "side")
    p.box(46, 50, 54, 58, p.second, 1.4)
    for x in (31, 64):
        p.oval(x, 84, x + 6, 90, INK)


def belt(p: Paint) -> None:
    p.shadow(18, 82, 78)
    p.ring(16, 26, 84, 78, 9, p.main)
    p.ring(20, 29.4, 80, 74.6, 0.5, mix(p.main, WHITE, 0.5))
    p.box(38, 66, 62, 83, p.second, 3, "flat")
    p.box(42, 70, 58, 79, p.main, 1.4, "flat")
    p.line([(50, 74.5), (62, 74.5)], 1.6, STEEL)


SHAPES = {
    "shirt": shirt, "blouse": blouse, "sweater": sweater, "jacket": jacket, "trousers": trousers, "skirt": skirt,
    "dress": dress, "socks": socks, "hat": hat, "beanie": beanie, "scarf": scarf, "sneaker": sneaker, "boot": boot,
    "slipper": slipper, "sandal": sandal, "loafer": loafer, "tote": tote, "backpack": backpack, "handbag": handbag,
    "wallet": wallet, "suitcase": suitcase, "belt": belt,
}  # fmt: skip
