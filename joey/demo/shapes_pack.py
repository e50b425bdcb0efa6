"""What goods come packed in: bottles, tubes, jars, tins, packets, boxes and the small things of a dressing table."""

from joey.demo.paint import INK, STEEL, WHITE, WOOD, Paint, Point, mix


def bottle(p: Paint) -> None:
    p.shadow(34, 66, 83)
    p.box(43, 17, 57, 27, p.dark, 1.5)
    p.box(44.5, 25, 55.5, 34, mix(p.main, WHITE, 0.25), 1)
    p.box(35, 31, 65, 84, p.main, 8)
    p.label(38, 46, 62, 74)
    p.gloss(39, 38, 41, 80, 100)


def pump(p: Paint) -> None:
    p.shadow(33, 67, 84)
    p.box(48.6, 16, 51.4, 30, p.second, 0.6)
    p.box(36, 13, 56, 18.5, p.second, 2.4)
    p.box(35, 15.5, 38.5, 22, p.second, 1.2)
    p.box(43, 26, 57, 34, p.dark, 1.6)
    p.box(33, 33, 67, 85, p.main, 6)
    p.label(37, 46, 63, 76)
    p.gloss(36.5, 39, 38.3, 80, 100)


def tube(p: Paint) -> None:
    p.shadow(37, 63, 84)
    p.poly([(34, 16), (66, 16), (61, 70), (39, 70)], p.main, "round", 0.8)
    p.box(33, 13, 67, 19, mix(p.main, p.dark, 0.18), 0.8)
    p.box(40, 69, 60, 84, p.dark, 2)
    p.motif(50, 40, 6.5)
    p.line([(44, 54), (56, 54)], 0.8, mix(p.main, WHITE, 0.6))
    p.line([(46, 58), (54, 58)], 0.8, mix(p.main, WHITE, 0.6))
    p.gloss(40, 24, 41.6, 62, 100)


def dropper(p: Paint) -> None:
    amber = mix(p.main, p.dark, 0.25)
    p.shadow(35, 65, 83)
    p.blob([(46, 14), (50, 11.5), (54, 14), (54.5, 26), (45.5, 26)], p.dark)
    p.box(43, 24, 57, 36, INK, 1.4)
    p.box(46, 34, 54, 42, mix(amber, WHITE, 0.35), 0.6)
    p.box(35, 40, 65, 84, amber, 7)
    p.glass(38, 48, 62, 81, p.accent, 70, 4)
    p.label(38.5, 52, 61.5, 76)
    p.gloss(38, 45, 40, 80, 120)


def jar(p: Paint) -> None:
    p.shadow(28, 72, 82)
    p.box(29, 36, 71, 83, mix(p.main, WHITE, 0.3), 7)
    p.box(31.5, 47, 68.5, 80.5, p.main, 5)
    lid = WOOD if p.vary("lid", 2) else p.dark
    p.box(30, 27, 70, 39, lid, 2.4)
    p.box(30, 33, 70, 34, mix(lid, INK, 0.2), 0, "none")
    p.label(36, 51, 64, 74)
    p.gloss(32.6, 43, 35, 78, 120)


def packet(p: Paint) -> None:
    p.shadow(28, 72, 85)
    edges = [
        (29, 21),
        (50, 20),
        (71, 21),
        (73, 40),
        (72, 66),
        (72.5, 82),
        (66, 85),
        (34, 85),
        (27.5, 82),
        (28, 66),
        (27, 40),
    ]
    p.blob(edges, p.main, "side")
    for y in (17, 81.5):
        p.box(28, y, 72, y + 5.5, mix(p.main, p.dark, 0.16), 0.8, "side")
        for x in range(30, 72, 3):
            p.line([(x, y + 0.8), (x, y + 4.7)], 0.4, mix(p.main, p.dark, 0.28))
    if p.vary("print", 2):
        p.oval(34, 32, 66, 64, p.pale, "flat")
        p.motif(50, 48, 9)
        p.box(38, 69, 62, 73, p.second, 2, "flat")
    else:
        p.poly([(28, 60), (72, 46), (72.4, 78), (27.6, 80)], p.second, "side")
        p.poly([(28, 56), (72, 42), (72, 46), (28, 60)], p.accent, "side")
        p.motif(42, 38, 7)
        p.motif(58, 64, 6)
    p.glass(31, 25, 35, 78, WHITE, 70, 2)
    p.glass(69, 26, 71, 78, INK, 26, 2)


def pouch(p: Paint) -> None:
    p.shadow(28, 72, 85)
    edges: list[Point] = [(30, 22), (50, 21), (70, 22), (72, 50), (74, 82), (50, 87), (26, 82), (28, 50)]
    p.blob(edges, p.main, "side")
    p.box(29, 17, 71, 24, mix(p.main, p.dark, 0.16), 0.8, "side")
    p.line([(30, 28), (70, 28)], 0.8, mix(p.main, WHITE, 0.5))
    p.box(35, 33, 65, 52, p.pale, 3, "flat")
    p.motif(50, 42.5, 7)
    p.box(36, 57, 64, 78, mix(p.main, p.dark, 0.45), 8, "flat")
    for n in range(16):
        x, y = 38.5 + p.vary(f"ix{n}", 21), 61 + p.vary(f"iy{n}", 13)
        p.oval(x - 2.2, y - 1.7, x + 2.8, y + 2.1, mix((206, 150, 92), p.accent, 0.2 * (n % 4)))
    p.glass(38, 60, 40, 76, WHITE, 90, 2)
    p.glass(31, 30, 33.6, 78, WHITE, 70, 2)


def coffeebag(p: Paint) -> None:
    p.shadow(30, 70, 86)
    p.poly([(31, 28), (69, 28), (71, 85), (29, 85)], p.main, "round", 1)
    p.poly([(31, 28), (69, 28), (66, 16), (34, 16)], mix(p.main, p.dark, 0.2), "flat", 0.8)
    p.box(30, 25, 70, 28.5, p.second, 0.6)
    p.label(37, 40, 63, 72, mix(p.second, WHITE, 0.55))
    p.oval(47.5, 32, 52.5, 37, mix(p.main, p.dark, 0.35))
    for x, y in ((22, 84), (77, 82), (82, 87)):
        p.oval(x - 3.4, y - 2.4, x + 3.4, y + 2.4, (94, 60, 42))
        p.line([(x - 2.4, y + 0.4), (x, y - 0.4), (x + 2.4, y + 0.2)], 0.5, (60, 38, 28), True)


def tin(p: Paint) -> None:
    p.shadow(29, 71, 83)
    p.box(30, 33, 70, 84, p.main, 3.5)
    p.box(30, 45, 70, 47, p.second, 0, "round")
    p.box(30, 75, 70, 77, p.second, 0, "round")
    p.oval(30, 25, 70, 38, mix(p.main, WHITE, 0.25))
    p.oval(33, 26.5, 67, 36, mix(p.main, p.dark, 0.12))
    p.oval(46, 28.5, 54, 33, p.second)
    p.oval(40, 50, 60, 72, p.pale, "flat")
    p.motif(50, 61, 6.5)
    p.gloss(33.5, 40, 35.5, 80, 110)


def teacaddy(p: Paint) -> None:
    p.shadow(33, 67, 84)
    p.box(33, 31, 67, 85, p.main, 3)
    p.box(36, 19, 64, 33, mix(p.main, p.dark, 0.3), 3)
    p.box(33, 30, 67, 34, p.second, 1)
    p.label(40, 43, 60, 77, mix(p.second, WHITE, 0.6))
    p.gloss(36, 38, 37.6, 80, 110)


def box(p: Paint) -> None:
    p.shadow(22, 78, 84)
    p.poly([(24, 40), (60, 44), (60, 85), (24, 79)], p.main, "side", 0.5)
    p.poly([(60, 44), (79, 37), (79, 75), (60, 85)], mix(p.main, p.dark, 0.3), "flat", 0.5)
    p.poly([(24, 40), (44, 33), (79, 37), (60, 44)], mix(p.main, WHITE, 0.35), "flat", 0.5)
    p.poly([(37, 41.5), (57, 34.6), (63, 35.2), (43.5, 42.2)], p.second, "none")
    p.poly([(37, 41.5), (43.5, 42.2), (43.5, 82.4), (37, 81.2)], p.second, "flat")
    p.oval(41, 53, 57, 71, p.pale, "flat")
    p.motif(49, 62, 5)


def tub(p: Paint) -> None:
    p.shadow(27, 73, 84)
    p.poly([(27, 35), (73, 35), (68, 85), (32, 85)], p.main, "round", 1)
    for x in (34, 44, 54, 64):
        p.poly([(x - 2, 37), (x + 3, 37), (x + 2.2, 84), (x - 1.2, 84)], mix(p.main, WHITE, 0.5), "flat")
    p.box(24, 27, 76, 37, p.second, 3)
    p.oval(38, 46, 62, 72, WHITE, "flat")
    p.motif(50, 59, 7)


def carton(p: Paint) -> None:
    p.shadow(30, 72, 85)
    p.poly([(31, 36), (58, 36), (58, 86), (31, 86)], p.main, "side", 0.4)
    p.poly([(58, 36), (71, 33), (71, 81), (58, 86)], mix(p.main, p.dark, 0.28), "flat", 0.4)
    p.poly([(31, 36), (58, 36), (56, 22), (35, 22)], mix(p.main, WHITE, 0.4), "flat", 0.4)
    p.poly([(58, 36), (71, 33), (64, 21), (56, 22)], mix(p.main, p.dark, 0.12), "flat", 0.4)
    p.box(34, 16, 65, 22.5, p.second, 0.8)
    p.oval(35, 45, 54, 66, p.pale, "flat")
    p.motif(44.5, 55.5, 5.6)
    p.poly([(31, 75), (58, 75), (58, 80), (31, 80)], p.second, "none")


def can(p: Paint) -> None:
    p.shadow(35, 65, 85)
    p.poly([(37, 24), (63, 24), (66, 31), (66, 80), (63, 86), (37, 86), (34, 80), (34, 31)], p.main, "round", 0.8)
    p.oval(36.5, 20.5, 63.5, 27.5, STEEL)
    p.oval(39, 21.6, 61, 26.4, mix(STEEL, INK, 0.2))
    p.oval(46, 22.4, 54, 25, WHITE)
    p.oval(39, 40, 61, 64, p.pale, "flat")
    p.motif(50, 52, 6.6)
    p.box(34, 73, 66, 76, p.second, 0, "round")
    p.gloss(38, 32, 39.8, 80, 120)


def cup(p: Paint) -> None:
    p.shadow(32, 68, 84)
    p.poly([(30, 34), (70, 34), (64, 85), (36, 85)], p.main, "round", 1)
    p.oval(29, 28, 71, 40, p.pale)
    p.oval(32, 29.5, 68, 38.5, mix(p.main, WHITE, 0.4))
    for x, y in ((42, 33), (50, 35), (57, 32), (47, 31)):
        p.oval(x - 2.6, y - 1.8, x + 2.6, y + 1.8, p.accent)
    p.oval(40, 48, 60, 70, WHITE, "flat")
    p.motif(50, 59, 6)


def bar(p: Paint) -> None:
    p.shadow(24, 76, 80)
    for row in range(3):
        for column in range(4):
            x, y = 27 + column * 11.6, 22 + row * 11.6
            p.box(x, y, x + 11, y + 11, mix((96, 60, 44), p.main, 0.25), 1.4, "flat")
            p.box(x + 2, y + 2, x + 9, y + 9, mix((112, 72, 52), p.main, 0.25), 1, "soft")
    p.poly([(24, 46), (34, 42), (45, 47), (57, 42), (67, 46), (76, 43), (76, 81), (24, 81)], p.accent, "side", 0.5)
    p.box(24, 54, 76, 74, p.pale, 0, "flat")
    p.motif(50, 63, 5.6)


def lipstick(p: Paint) -> None:
    p.shadow(34, 72, 84)
    p.poly([(42, 28), (53, 18), (53, 48), (42, 48)], p.main, "round", 1.5)
    p.box(40, 44, 55, 60, p.second, 1)
    p.box(37, 58, 58, 85, p.dark, 2)
    p.box(62, 62, 78, 85, p.dark, 2)
    p.box(62, 62, 78, 66, p.second, 1)
    p.gloss(44.4, 30, 46, 46, 110)


def compact(p: Paint) -> None:
    p.shadow(26, 74, 84)
    p.oval(26, 12, 74, 60, p.main)
    p.oval(30, 16, 70, 56, mix((214, 228, 236), WHITE, 0.3))
    p.poly([(38, 46), (56, 20), (60, 22), (43, 50)], WHITE, "none")
    p.box(44, 56, 56, 62, p.dark, 1)
    p.oval(22, 56, 78, 88, mix(p.main, p.dark, 0.15))
    p.oval(25, 55.5, 75, 84, p.main)
    p.oval(30, 58.5, 70, 80.5, (240, 208, 178))
    p.oval(36, 60, 58, 72, (246, 222, 198))


def perfume(p: Paint) -> None:
    p.shadow(30, 70, 84)
    p.box(44, 14, 56, 30, p.dark, 2)
    p.box(46, 29, 54, 36, p.second, 0.6)
    p.box(30, 35, 70, 85, mix(p.main, WHITE, 0.55), 5)
    p.box(34, 45, 66, 81, mix(p.main, WHITE, 0.12), 3)
    p.label(40, 53, 60, 73)
    p.gloss(32, 40, 34, 80, 150)
    p.line([(50, 36), (50, 46)], 0.6, p.dark)


def polish(p: Paint) -> None:
    p.shadow(36, 64, 84)
    p.poly([(45, 14), (55, 14), (57, 46), (43, 46)], p.dark, "round", 1)
    p.box(45, 45, 55, 51, mix(p.main, WHITE, 0.35), 0.6)
    p.box(35, 50, 65, 85, p.main, 8)
    p.gloss(38, 56, 40.5, 80, 140)
    p.gloss(42, 56, 43, 70, 90)
    for x, y, s in ((24, 82, 4), (77, 85, 3)):
        p.oval(x - s, y - s * 0.6, x + s, y + s * 0.6, p.main)


def soap(p: Paint) -> None:
    p.shadow(20, 80, 78)
    p.box(19, 62, 81, 79, WOOD, 4, "soft")
    for y in (66, 71):
        p.line([(22, y), (78, y)], 0.7, mix(WOOD, INK, 0.22))
    p.box(26, 40, 74, 67, p.main, 8, "soft")
    p.oval(36, 44, 64, 58, mix(p.main, WHITE, 0.18), "flat")
    p.motif(50, 51, 4.6)
    for x, y, s in ((72, 36, 5), (79, 44, 3), (66, 31, 2.4)):
        p.oval(x - s, y - s, x + s, y + s, mix(p.pale, WHITE, 0.5))
        p.gloss(x - s * 0.5, y - s * 0.6, x, y - s * 0.1, 200)


def mirror(p: Paint) -> None:
    p.shadow(32, 68, 85)
    p.box(34, 78, 66, 85, p.dark, 3, "soft")
    p.box(47.5, 62, 52.5, 80, p.dark, 1)
    p.oval(24, 12, 76, 66, p.main)
    p.oval(26.5, 14.5, 73.5, 63.5, WHITE, "none")
    p.oval(30, 18, 70, 60, (206, 224, 234))
    p.poly([(40, 50), (56, 22), (61, 24), (45, 54)], (230, 240, 246), "none")
    p.poly([(50, 55), (63, 31), (65, 33), (53, 56)], (230, 240, 246), "none")


def brush(p: Paint) -> None:
    p.shadow(30, 70, 86)
    p.box(46, 54, 54, 87, WOOD, 4)
    p.oval(30, 12, 70, 64, WOOD)
    p.oval(34, 16, 66, 60, p.main)
    for row in range(6):
        for column in range(5):
            x, y = 38.5 + column * 5.8 + (row % 2) * 0.8, 23 + row * 6
            p.oval(x - 0.9, y - 0.9, x + 0.9, y + 0.9, WHITE, "none")
            p.line([(x, y), (x + 0.6, y + 2)], 0.4, mix(p.main, p.dark, 0.4))


def makeupbrush(p: Paint) -> None:
    p.shadow(26, 74, 86)
    for x, y, s in ((33, 20, 5.5), (46, 12, 7), (59, 18, 4.5), (70, 26, 3.6)):
        p.blob(
            [(x, y), (x + s, y + 8), (x + s * 0.7, y + 16), (x - s * 0.7, y + 16), (x - s, y + 8)],
            mix(p.accent, p.dark, 0.2),
        )
        p.box(x - s * 0.6, y + 14, x + s * 0.6, y + 25, STEEL, 0.6)
        p.box(x - s * 0.42, y + 24, x + s * 0.42, 80, p.dark, 1)
    p.box(24, 56, 76, 87, p.main, 3, "side")
    p.box(24, 56, 76, 62, mix(p.main, p.dark, 0.2), 2, "side")
    p.line([(50, 64), (44, 74)], 1, p.second)
    p.line([(50, 64), (56, 74)], 1, p.second)
    p.oval(48, 62, 52, 66, p.second)


SHAPES = {
    "bottle": bottle, "pump": pump, "tube": tube, "dropper": dropper, "jar": jar, "packet": packet, "pouch": pouch,
    "coffeebag": coffeebag, "tin": tin, "teacaddy": teacaddy, "box": box, "tub": tub, "carton": carton, "can": can,
    "cup": cup, "bar": bar, "lipstick": lipstick, "compact": compact, "perfume": perfume, "polish": polish,
    "soap": soap, "mirror": mirror, "brush": brush, "makeupbrush": makeupbrush,
}  # fmt: skip
