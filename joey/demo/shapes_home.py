"""Things around a home: textiles, lamps, baskets, toys for small children, and what pets have."""

from joey.demo.paint import INK, LEAF, STEEL, WHITE, WOOD, Paint, mix


def cushion(p: Paint) -> None:
    p.shadow(18, 82, 82)
    p.blob([(17, 27), (50, 31), (83, 27), (79, 54), (83, 82), (50, 79), (17, 82), (21, 54)], p.main, "side")
    for n, x in enumerate((32, 44, 56, 68)):
        colour = p.second if n % 2 else mix(p.main, WHITE, 0.35)
        p.poly([(x - 3, 31), (x + 1.6, 31), (x + 1.6, 79), (x - 3, 79)], colour, "flat")
    for x, y in ((18, 28), (82, 28), (18, 81), (82, 81)):
        p.oval(x - 2.4, y - 2.4, x + 2.4, y + 2.4, p.accent)


def _folded(p: Paint, colours: list[tuple[int, int, int]], left: float, right: float, high: float) -> None:
    bottom = 84.0
    for colour in colours:
        p.box(left, bottom - high, right, bottom, colour, high * 0.42, "soft")
        p.line([(left + 3, bottom - high * 0.45), (right - 8, bottom - high * 0.45)], 0.7, mix(colour, p.dark, 0.25))
        bottom -= high - 0.6


def towel(p: Paint) -> None:
    p.shadow(20, 80, 84)
    _folded(p, [p.main, p.pale, p.second], 20, 80, 15)
    for x in range(24, 60, 4):
        p.line([(x, 44), (x, 50)], 0.8, mix(p.second, p.dark, 0.18))
    p.oval(60, 28, 74, 42, p.accent)
    p.oval(64, 32, 70, 38, mix(p.accent, p.dark, 0.25))


def bedding(p: Paint) -> None:
    p.shadow(16, 84, 84)
    _folded(p, [p.main, mix(p.main, WHITE, 0.5)], 16, 84, 19)
    p.blob([(22, 31), (50, 28), (78, 31), (80, 40), (77, 48), (50, 49), (23, 48), (20, 40)], p.second)
    p.blob([(27, 17), (50, 15), (73, 17), (75, 25), (72, 32), (50, 33), (28, 32), (25, 25)], WHITE)
    for x in (30, 44, 58, 72):
        p.motif(x, 75, 2.6)


def blanket(p: Paint) -> None:
    p.shadow(20, 80, 84)
    p.poly([(22, 24), (70, 20), (80, 80), (26, 85)], p.main, "side", 3)
    p.poly([(22, 24), (48, 22), (55, 83), (26, 85)], mix(p.main, WHITE, 0.42), "side", 3)
    for row in range(5):
        for column in range(5):
            x, y = 29 + column * 9 + row, 32 + row * 10.4
            p.oval(x - 1.3, y - 1.3, x + 1.3, y + 1.3, p.accent if (row + column) % 2 else p.second)
    p.line([(26, 85), (80, 80)], 1.6, p.second)


def floorlamp(p: Paint) -> None:
    p.shadow(34, 66, 89)
    p.oval(20, 6, 80, 60, mix(p.palette.paper, (255, 236, 180), 0.6), "none")
    p.line([(50, 46), (50, 84)], 1.6, p.dark)
    p.line([(50, 70), (40, 88)], 1.6, p.dark)
    p.line([(50, 70), (60, 88)], 1.6, p.dark)
    p.line([(50, 70), (50, 90)], 1.6, p.dark)
    p.oval(29, 12, 71, 54, (255, 244, 216), "side")
    for y in range(17, 53, 5):
        p.arc(29, y - 5, 71, y + 5, 12, 168, 0.5, (230, 208, 166))
    p.oval(45, 50, 55, 54, p.dark)


def lamp(p: Paint) -> None:
    p.shadow(32, 68, 84)
    p.oval(14, 14, 86, 76, mix(p.palette.paper, (255, 236, 180), 0.55), "none")
    p.box(46, 48, 54, 76, mix(p.main, WHITE, 0.5), 2)
    p.blob([(34, 84), (38, 75), (50, 72), (62, 75), (66, 84), (50, 86)], mix(p.main, p.dark, 0.1), "side")
    p.blob([(22, 50), (28, 31), (50, 21), (72, 31), (78, 50), (50, 54)], p.main, "side")
    p.oval(23, 45, 77, 55, (255, 240, 200))
    p.oval(40, 47, 60, 53, WHITE)
    p.glass(32, 33, 40, 37, WHITE, 120, 2)


def desklamp(p: Paint) -> None:
    p.shadow(26, 70, 86)
    p.poly([(31, 46), (60, 34), (66, 84), (16, 84)], mix(p.palette.paper, (255, 236, 180), 0.7), "none")
    p.oval(42, 79, 78, 88, mix(p.main, p.dark, 0.2))
    p.line([(60, 82), (72, 52), (48, 26)], 2.8, p.dark)
    p.oval(69, 49, 75, 55, p.second)
    p.poly([(42, 20), (54, 20), (62, 36), (26, 50)], p.main, "side", 2)
    p.poly([(27, 49), (62, 36), (62.6, 38.6), (28, 52)], (255, 244, 206), "none")


def bathtub(p: Paint) -> None:
    p.shadow(16, 84, 82)
    for x, y, s in ((34, 40, 8), (45, 35, 10), (58, 38, 9), (67, 42, 6)):
        p.oval(x - s, y - s, x + s, y + s, mix(p.palette.backdrop, WHITE, 0.75))
    p.line([(26, 74), (22, 84)], 4, p.dark)
    p.line([(74, 74), (78, 84)], 4, p.dark)
    p.blob([(13, 46), (50, 44), (87, 46), (80, 70), (68, 78), (32, 78), (20, 70)], p.main, "side")
    p.box(10, 42, 90, 50, mix(p.main, WHITE, 0.4), 4, "soft")
    p.blob([(60, 42), (62, 34), (68, 32), (72, 37), (82, 36), (79, 43)], (248, 208, 84))
    p.oval(59, 25, 69, 35, (248, 208, 84))
    p.oval(62, 28, 63.6, 29.8, INK)
    p.poly([(55.6, 31), (60, 29.4), (60, 32.6)], p.accent, "flat", 0.4)
    p.motif(50, 63, 6)


def wand(p: Paint) -> None:
    p.shadow(28, 72, 88)
    p.line([(30, 86), (54, 28)], 2.6, WOOD)
    p.line([(28, 90), (34, 76)], 4.4, p.main)
    p.line([(54, 28), (62, 18), (70, 26), (68, 42)], 0.7, p.dark, True)
    for lean, colour in ((-9, p.second), (9, p.accent), (0, p.main)):
        p.blob([(68, 44), (64 + lean * 0.6, 56), (68 + lean, 74), (73 + lean * 0.7, 58)], colour)
        p.line([(68, 46), (68 + lean * 0.9, 68)], 0.5, mix(colour, WHITE, 0.5))
    p.oval(64.6, 39, 71.4, 46, (240, 196, 84))


def basket(p: Paint) -> None:
    p.shadow(24, 76, 84)
    cane = mix(WOOD, p.main, 0.25)
    p.arc(32, 16, 68, 66, 180, 360, 2.6, mix(cane, p.dark, 0.35))
    p.blob([(30, 40), (44, 30), (56, 34), (70, 38), (68, 48), (32, 48)], p.pale)
    p.poly([(24, 44), (76, 44), (70, 85), (30, 85)], cane, "round", 1.5)
    for row in range(7):
        y = 48 + row * 5.4
        for column in range(9):
            x = 28 + column * 5.2 + (row % 2) * 2.6
            if 26 + row * 0.8 < x < 73 - row * 0.8:
                p.line([(x, y), (x + 2.6, y)], 1.7, mix(cane, WHITE, 0.35))
    p.box(21.5, 41, 78.5, 46.5, mix(cane, p.dark, 0.25), 2.6)


def rug(p: Paint) -> None:
    p.shadow(14, 86, 76)
    for size, colour in ((38, p.main), (33, p.second), (27, p.main), (20, p.pale), (13, p.accent), (6, p.main)):
        p.oval(50 - size, 54 - size * 0.62, 50 + size, 54 + size * 0.62, colour)
        p.ring(50.8 - size, 54 - size * 0.6, 49.2 + size, 54 + size * 0.6, 0.4, mix(colour, WHITE, 0.4))


def candle(p: Paint) -> None:
    p.shadow(30, 70, 84)
    p.oval(34, 2, 66, 40, mix(p.palette.paper, (255, 230, 160), 0.7), "none")
    p.box(31, 40, 69, 85, mix(p.main, WHITE, 0.45), 5)
    p.box(33, 50, 67, 83, p.main, 4)
    p.oval(33, 46, 67, 54, mix(p.main, WHITE, 0.4))
    p.line([(50, 50), (50, 40)], 0.9, INK)
    p.blob([(50, 19), (54.5, 32), (50, 40), (45.5, 32)], (250, 178, 70))
    p.blob([(50, 27), (52.4, 34), (50, 39), (47.6, 34)], (255, 236, 160))
    p.label(38, 58, 62, 78)
    p.gloss(34, 45, 36, 80, 130)


def vase(p: Paint) -> None:
    p.shadow(36, 64, 86)
    p.line([(50, 40), (46, 24), (38, 14)], 0.9, LEAF, True)
    p.line([(50, 40), (54, 22), (62, 11)], 0.9, LEAF, True)
    for x, y, s in ((38, 14, 5), (44, 21, 4), (62, 11, 5), (56, 19, 4), (52, 27, 3.4), (34, 20, 3)):
        p.oval(x - s, y - s, x + s, y + s, p.accent if s > 3.5 else p.second)
        p.oval(x - s * 0.35, y - s * 0.35, x + s * 0.35, y + s * 0.35, WHITE, "none")
    p.blob(
        [(45, 36), (55, 36), (54, 46), (63, 58), (64, 74), (57, 87), (43, 87), (36, 74), (37, 58), (46, 46)],
        p.main,
        "side",
    )
    p.oval(44.5, 34, 55.5, 39, mix(p.main, p.dark, 0.4))
    p.arc(37, 58, 63, 74, 10, 170, 0.9, mix(p.main, WHITE, 0.35))


def plant(p: Paint) -> None:
    p.shadow(32, 68, 86)
    leaf = mix(LEAF, p.main, 0.25)
    for x, y in ((30, 32), (40, 18), (52, 13), (62, 20), (71, 33), (36, 44), (65, 45)):
        p.line([(50, 58), (x, y)], 0.9, mix(leaf, INK, 0.2))
        dx = (x - 50) * 0.22
        p.blob([(x - dx, y + 8), (x - 4.4, y), (x + dx, y - 7), (x + 4.4, y)], mix(leaf, WHITE, (x % 4) * 0.09))
    p.poly([(32, 56), (68, 56), (63, 87), (37, 87)], p.accent, "round", 1)
    p.box(29.5, 52, 70.5, 60, mix(p.accent, WHITE, 0.2), 2)


def clock(p: Paint) -> None:
    p.shadow(24, 76, 86)
    p.oval(18, 15, 82, 79, p.main)
    p.oval(22.5, 19.5, 77.5, 74.5, WHITE)
    for x, y in ((50.0, 24.0), (73.0, 47.0), (50.0, 70.0), (27.0, 47.0)):
        p.oval(x - 1.5, y - 1.5, x + 1.5, y + 1.5, p.dark)
    for x, y in (
        (61.5, 27.1),
        (69.9, 35.5),
        (69.9, 58.5),
        (61.5, 66.9),
        (38.5, 66.9),
        (30.1, 58.5),
        (30.1, 35.5),
        (38.5, 27.1),
    ):
        p.oval(x - 0.8, y - 0.8, x + 0.8, y + 0.8, mix(p.dark, WHITE, 0.4))
    p.line([(50, 47), (40, 40)], 2, p.dark)
    p.line([(50, 47), (62, 34)], 1.4, p.dark)
    p.line([(50, 51), (50, 30)], 0.6, p.accent)
    p.oval(47.8, 44.8, 52.2, 49.2, p.accent)


def hanger(p: Paint) -> None:
    p.shadow(22, 78, 82)
    for dy, colour in ((20, mix(p.main, WHITE, 0.45)), (10, p.second), (0, p.main)):
        p.arc(45, 14 + dy, 57, 26 + dy, 150, 395, 1.3, STEEL)
        p.line([(50, 27 + dy), (50, 34 + dy)], 1.3, STEEL)
        p.line([(20, 54 + dy), (50, 34 + dy), (80, 54 + dy), (20, 54 + dy)], 3.4, colour)


def umbrella(p: Paint) -> None:
    p.shadow(36, 62, 89)
    p.line([(50, 20), (50, 82), (46, 88), (40, 84)], 2, p.dark, True)
    p.blob(
        [(10, 54), (16, 30), (50, 12), (84, 30), (90, 54), (74, 47), (62, 53), (50, 46), (38, 53), (26, 47)],
        p.main,
        "side",
    )
    p.blob([(38, 52), (42, 26), (50, 13), (58, 26), (62, 52), (50, 46)], p.second, "side")
    p.line([(50, 13), (50, 8)], 1.6, p.dark)


def curtain(p: Paint) -> None:
    p.box(12, 15, 88, 19, WOOD, 2, "soft")
    p.shadow(20, 80, 88, 50)
    for x in (18, 51):
        p.poly([(x, 18), (x + 31, 18), (x + 31, 78), (x, 78)], p.main, "side", 0.6)
        for n in range(4):
            p.poly(
                [(x + 2 + n * 8, 19), (x + 4.4 + n * 8, 19), (x + 4.4 + n * 8, 78), (x + 2 + n * 8, 78)],
                mix(p.main, WHITE, 0.16),
                "flat",
            )
    p.oval(36, 34, 64, 62, p.second, "flat")
    p.box(49.4, 30, 51, 80, p.palette.backdrop, 0, "none")
    p.line([(38, 50), (44, 44), (49, 50)], 1.4, p.main, True)
    p.line([(52, 50), (56, 44), (62, 50)], 1.4, p.main, True)


def diffuser(p: Paint) -> None:
    p.shadow(32, 68, 86)
    for x, s in ((46, 0), (53, 3)):
        p.line(
            [(x, 26 - s), (x - 3, 20 - s), (x + 3, 13 - s), (x, 7 - s)], 2.2, mix(p.palette.backdrop, WHITE, 0.8), True
        )
    p.blob([(46, 27), (54, 27), (64, 50), (70, 72), (62, 86), (38, 86), (30, 72), (36, 50)], p.pale, "side")
    p.blob([(33, 66), (67, 66), (70, 74), (62, 86.4), (38, 86.4), (30, 74)], WOOD, "side")
    p.oval(45.5, 25, 54.5, 29.5, p.dark)
    p.oval(47.6, 73, 52.4, 77.8, p.accent)


def stool(p: Paint) -> None:
    p.shadow(22, 78, 85)
    for x0, x1 in ((32, 24), (68, 76), (42, 38), (58, 62)):
        p.line([(x0, 48), (x1, 84)], 3.8, mix(WOOD, p.dark, 0.2))
    p.line([(29, 68), (71, 68)], 2.4, mix(WOOD, p.dark, 0.3))
    p.box(18, 36, 82, 51, p.main, 5, "soft")
    p.box(18, 36, 82, 43, mix(p.main, WHITE, 0.3), 4, "soft")


def babybottle(p: Paint) -> None:
    p.shadow(33, 67, 86)
    for x in (21, 63):
        p.ring(x, 44, x + 16, 68, 3, p.accent)
    p.blob([(47, 13), (50, 9), (53, 13), (54, 19), (60, 27), (40, 27), (46, 19)], (244, 214, 180))
    p.box(36, 26, 64, 36, p.main, 2.4)
    p.box(34, 36, 66, 87, mix(p.palette.backdrop, WHITE, 0.55), 8)
    p.box(36, 52, 64, 85, (255, 252, 244), 6, "side")
    for y in (45, 52, 59, 66, 73):
        p.line([(55, y), (61, y)], 0.7, p.main)
    p.gloss(38, 42, 40, 80, 170)


def bib(p: Paint) -> None:
    p.shadow(26, 74, 86)
    p.ring(32, 6, 68, 44, 6, p.main)
    p.blob(
        [(28, 32), (40, 38), (50, 40), (60, 38), (72, 32), (76, 58), (70, 78), (50, 82), (30, 78), (24, 58)],
        p.main,
        "side",
    )
    p.blob([(25, 66), (50, 71), (75, 66), (74, 78), (64, 86), (36, 86), (26, 78)], mix(p.main, p.dark, 0.14), "side")
    p.motif(50, 54, 7)


def onesie(p: Paint) -> None:
    p.shadow(28, 72, 87)
    p.blob(
        [
            (38, 18),
            (62, 18),
            (80, 32),
            (84, 46),
            (73, 50),
            (68, 43),
            (70, 66),
            (76, 80),
            (60, 84),
            (50, 76),
            (40, 84),
            (24, 80),
            (30, 66),
            (32, 43),
            (27, 50),
            (16, 46),
            (20, 32),
        ],
        p.main,
        "side",
    )
    p.oval(40, 12, 60, 26, mix(p.main, p.dark, 0.22))
    p.oval(42, 11, 58, 23, p.palette.backdrop, "none")
    for x in (46, 50, 54):
        p.oval(x - 0.9, 72, x + 0.9, 73.8, WHITE)
    p.motif(50, 46, 7)


def rattle(p: Paint) -> None:
    p.shadow(30, 70, 87)
    p.ring(36, 56, 64, 86, 5, p.accent)
    p.blob([(50, 10), (66, 22), (69, 42), (50, 60), (31, 42), (34, 22)], p.main, "side")
    p.line([(50, 18), (50, 56)], 1.1, mix(p.main, WHITE, 0.5))
    for y in (28, 36, 44):
        p.line([(50, y + 4), (60, y - 2)], 0.9, mix(p.main, WHITE, 0.5))
        p.line([(50, y + 4), (40, y - 2)], 0.9, mix(p.main, WHITE, 0.5))


def blocks(p: Paint) -> None:
    p.shadow(20, 80, 86)
    p.box(20, 60, 46, 86, p.main, 2.4, "side")
    p.box(52, 60, 78, 86, p.second, 2.4, "side")
    p.box(34, 34, 62, 60, p.accent, 2.4, "side")
    p.poly([(36, 33), (48, 13), (60, 33)], mix(p.main, p.dark, 0.15), "side", 1.4)
    p.oval(27, 67, 39, 79, p.pale)
    p.poly([(59, 79), (65, 67), (71, 79)], p.main, "flat", 0.6)
    p.box(43, 42, 53, 52, WHITE, 1.6, "flat")


def plush(p: Paint) -> None:
    p.shadow(30, 70, 88)
    fur = mix(p.main, WHITE, 0.3)
    for x, lean in ((42, -4), (58, 4)):
        p.blob([(x, 34), (x - 5 + lean, 20), (x + lean, 6), (x + 5 + lean, 20)], fur, "side")
        p.blob([(x, 31), (x - 2 + lean, 20), (x + lean, 11), (x + 2 + lean, 20)], p.second)
    for x in (30, 60):
        p.oval(x, 74, x + 12, 89, fur)
    p.oval(32, 52, 68, 88, fur)
    p.oval(40, 62, 60, 84, mix(fur, WHITE, 0.5))
    p.oval(30, 26, 70, 60, fur)
    for x in (41, 57):
        p.oval(x, 40, x + 3, 43.4, INK)
    for x in (34, 60):
        p.oval(x, 46, x + 6, 50, p.accent)
    p.oval(48, 45, 52, 48, p.accent)
    p.arc(46, 46, 54, 53, 20, 160, 0.7, p.dark)
    p.poly([(42, 60), (50, 63), (58, 60), (58, 66), (50, 63), (42, 66)], p.accent, "flat", 0.8)


def potty(p: Paint) -> None:
    p.shadow(24, 76, 86)
    p.blob([(32, 16), (68, 16), (72, 40), (66, 52), (34, 52), (28, 40)], p.main, "side")
    p.blob([(22, 52), (50, 48), (78, 52), (74, 74), (70, 86), (30, 86), (26, 74)], mix(p.main, WHITE, 0.3), "side")
    p.oval(20, 42, 80, 62, p.second)
    p.oval(32, 46, 68, 58, mix(p.second, p.dark, 0.4))
    p.motif(50, 30, 6)


def sippycup(p: Paint) -> None:
    p.shadow(32, 68, 86)
    p.line([(54, 24), (54, 14), (62, 9)], 2.6, mix(p.main, WHITE, 0.5), True)
    for x in (18, 62):
        p.ring(x, 40, x + 20, 66, 3.6, p.main)
    p.box(32, 24, 68, 37, p.main, 4)
    p.poly([(33, 37), (67, 37), (64, 86), (36, 86)], mix(p.palette.backdrop, WHITE, 0.6), "round", 1.5)
    p.poly([(34.4, 54), (65.6, 54), (63.4, 85), (36.6, 85)], mix(p.accent, WHITE, 0.35), "round", 1)
    p.motif(50, 68, 6)


def fan(p: Paint) -> None:
    p.shadow(30, 70, 88)
    for points in ([(48, 62), (36, 72), (34, 88)], [(50, 62), (50, 76), (52, 89)], [(52, 62), (64, 72), (67, 87)]):
        p.line(points, 3.2, p.dark, True)
    p.oval(22, 10, 78, 66, p.main)
    p.oval(26, 14, 74, 62, mix(p.main, WHITE, 0.6))
    for points in (
        [(50, 38), (42, 24), (52, 18), (58, 28)],
        [(50, 38), (66, 36), (68, 48), (57, 50)],
        [(50, 38), (44, 54), (33, 50), (38, 40)],
    ):
        p.blob(points, p.main)
    p.ring(33, 21, 67, 55, 0.7, WHITE)
    p.ring(40, 28, 60, 48, 0.7, WHITE)
    p.oval(45, 33, 55, 43, p.second)


def petbowl(p: Paint) -> None:
    p.shadow(18, 82, 82)
    p.poly([(26, 50), (74, 50), (84, 82), (16, 82)], p.main, "round", 2)
    p.oval(23, 40, 77, 60, mix(p.main, WHITE, 0.4))
    p.oval(27, 42.6, 73, 57.5, mix(p.main, p.dark, 0.3))
    for n in range(22):
        x, y = 31.0 + p.vary(f"kx{n}", 36), 40.0 + p.vary(f"ky{n}", 12)
        p.oval(x, y, x + 4.4, y + 3.6, mix((168, 112, 66), p.accent, 0.1 * (n % 4)))
    p.oval(45, 68, 55, 77, p.pale)
    for x, y in ((42, 66.5), (47, 63), (53, 63), (58, 66.5)):
        p.oval(x - 2, y - 2.2, x + 2, y + 2.2, p.pale)


def bone(p: Paint) -> None:
    p.shadow(18, 82, 74)
    for dy, colour in ((14, p.second), (0, p.main)):
        p.line([(28, 56 + dy), (72, 40 + dy)], 11, colour)
        for x, y in ((24, 50), (29, 63), (71, 33), (76, 46)):
            p.oval(x - 7.5, y - 7.5 + dy, x + 7.5, y + 7.5 + dy, colour)
    p.line([(34, 50), (64, 39)], 1.6, mix(p.main, WHITE, 0.5))
    p.oval(21, 46, 25, 50, mix(p.main, WHITE, 0.5))


def collar(p: Paint) -> None:
    p.shadow(24, 76, 82)
    p.ring(18, 24, 82, 72, 8, p.main)
    p.ring(21.4, 27, 78.6, 69, 0.6, mix(p.main, WHITE, 0.5))
    p.box(26, 24, 38, 38, STEEL, 2, "flat")
    p.box(29, 27, 35, 35, p.main, 1, "flat")
    p.ring(46, 68, 54, 76, 1.2, STEEL)
    p.oval(41, 73, 59, 91, p.accent)
    p.oval(48, 82, 52, 86.4, WHITE)
    for x, y in ((46, 80.6), (50, 78.6), (54, 80.6)):
        p.oval(x - 1.2, y - 1.4, x + 1.2, y + 1.4, WHITE)


def cattree(p: Paint) -> None:
    p.shadow(22, 80, 88)
    p.box(20, 83, 80, 89, p.main, 2, "soft")
    p.box(30, 34, 38, 84, (214, 190, 150), 1)
    p.box(62, 56, 70, 84, (214, 190, 150), 1)
    for y in range(38, 84, 3):
        p.line([(30.4, y), (37.6, y + 1.4)], 0.6, (182, 156, 116))
    for y in range(60, 84, 3):
        p.line([(62.4, y), (69.6, y + 1.4)], 0.6, (182, 156, 116))
    p.box(46, 50, 86, 57, p.second, 3, "soft")
    p.box(16, 27, 54, 36, p.main, 4, "soft")
    p.blob([(26, 28), (25, 17), (28, 9), (33, 14), (39, 14), (44, 9), (46, 18), (48, 28)], p.dark)
    for x in (31, 39):
        p.oval(x, 18, x + 2, 21, (250, 214, 110))
    p.line([(76, 57), (77, 68)], 0.7, p.dark)
    p.oval(73, 67, 81, 75, p.accent)


def fishtoy(p: Paint) -> None:
    p.shadow(22, 80, 76)
    p.poly([(70, 50), (88, 34), (84, 52), (88, 68)], mix(p.main, p.dark, 0.15), "side", 1.6)
    p.blob([(14, 52), (26, 38), (48, 32), (68, 42), (75, 51), (68, 60), (48, 70), (26, 66)], p.main, "soft")
    for x in (44, 53, 62):
        for y in (44, 51, 58):
            p.arc(x - 4, y - 4, x + 4, y + 4, 90, 270, 0.9, p.second)
    p.oval(24, 45, 32, 53, WHITE)
    p.oval(26.4, 47.4, 30.4, 51.4, INK)
    p.blob([(42, 34), (52, 24), (60, 36)], p.accent)


def petbed(p: Paint) -> None:
    p.shadow(14, 86, 80)
    p.oval(12, 38, 88, 82, p.main)
    p.oval(15, 34, 85, 70, mix(p.main, WHITE, 0.25))
    p.oval(24, 40, 76, 66, mix(p.main, p.dark, 0.3))
    p.oval(25, 44, 75, 67, p.second)
    p.blob([(36, 52), (42, 44), (56, 43), (65, 50), (64, 58), (50, 61), (38, 59)], mix((214, 156, 98), p.accent, 0.2))
    p.blob([(36, 50), (37, 43), (41, 46), (46, 46), (49, 42), (50, 51), (43, 56)], mix((226, 170, 112), p.accent, 0.2))
    for x in (40, 45):
        p.line([(x - 0.8, 50), (x + 0.8, 50)], 0.6, INK)


def tank(p: Paint) -> None:
    p.shadow(16, 84, 84)
    p.box(17, 26, 83, 84, (206, 230, 238), 3, "side")
    p.box(19, 36, 81, 82, mix((146, 200, 220), p.main, 0.2), 2, "soft")
    p.blob([(19, 76), (34, 71), (52, 75), (68, 70), (81, 74), (81, 82), (19, 82)], (222, 200, 158))
    for x, high in ((28, 52), (33, 58), (70, 48), (75, 56)):
        p.line([(x, 76), (x - 2, 68), (x + 2, 62), (x, high)], 2, LEAF, True)
    for x, y, colour in ((50, 50, p.accent), (58, 62, p.second)):
        p.poly([(x + 6, y), (x + 11, y - 4), (x + 11, y + 4)], colour, "flat", 0.6)
        p.oval(x - 7, y - 4, x + 7, y + 4, colour)
        p.oval(x - 5, y - 1.6, x - 3.4, y, INK)
    for x, y in ((40, 44), (42, 40), (39, 56)):
        p.ring(x - 1.2, y - 1.2, x + 1.2, y + 1.2, 0.5, WHITE)
    p.box(15, 22, 85, 28, p.dark, 1.6, "soft")
    p.gloss(22, 40, 24, 76, 130)


def carrier(p: Paint) -> None:
    p.shadow(16, 84, 84)
    p.arc(36, 12, 64, 46, 180, 360, 3.2, p.dark)
    p.box(15, 30, 85, 85, p.main, 10, "side")
    p.box(26, 40, 74, 76, mix(p.main, p.dark, 0.4), 6, "flat")
    p.blob([(40, 76), (40, 58), (42, 50), (47, 55), (54, 55), (59, 50), (61, 58), (61, 76)], (228, 176, 118))
    for x in (46, 53.4):
        p.oval(x, 60, x + 2.2, 63, INK)
    p.oval(49.4, 64, 52, 66, p.accent)
    for x in range(32, 74, 7):
        p.line([(x, 40), (x, 76)], 0.7, mix(p.main, WHITE, 0.5))
    for y in (48, 56, 64, 71):
        p.line([(26, y), (74, y)], 0.5, mix(p.main, WHITE, 0.5))


SHAPES = {
    "cushion": cushion, "towel": towel, "bedding": bedding, "blanket": blanket, "floorlamp": floorlamp, "lamp": lamp,
    "desklamp": desklamp, "bathtub": bathtub, "wand": wand,
    "basket": basket, "rug": rug, "candle": candle, "vase": vase, "plant": plant, "clock": clock, "hanger": hanger,
    "umbrella": umbrella, "curtain": curtain, "diffuser": diffuser, "stool": stool, "babybottle": babybottle,
    "bib": bib, "onesie": onesie, "rattle": rattle, "blocks": blocks, "plush": plush, "potty": potty,
    "sippycup": sippycup, "fan": fan, "petbowl": petbowl, "bone": bone, "collar": collar, "cattree": cattree,
    "fishtoy": fishtoy, "petbed": petbed, "tank": tank, "carrier": carrier,
}  # fmt: skip
