"""Small machines, books and stationery, sports gear, and foods that are shown without their packing."""

from joey.demo.paint import INK, LEAF, STEEL, WHITE, WOOD, Paint, mix


def headphones(p: Paint) -> None:
    p.shadow(22, 78, 86)
    p.arc(20, 12, 80, 84, 180, 360, 5.4, p.main)
    p.arc(24, 16, 76, 80, 205, 335, 1.2, mix(p.main, WHITE, 0.5))
    for x, inner in ((16, 27), (70, 62)):
        p.box(inner, 46, inner + 11, 80, mix(p.main, p.dark, 0.5), 5)
        p.box(x, 48, x + 14, 78, p.main, 7)
        p.box(x + 4, 56, x + 10, 70, p.accent, 3)


def earbuds(p: Paint) -> None:
    p.shadow(24, 76, 86)
    p.box(24, 50, 76, 86, p.main, 14)
    p.box(24, 42, 76, 60, mix(p.main, p.dark, 0.2), 9, "flat")
    p.box(27, 45, 73, 57, mix(p.main, p.dark, 0.5), 6, "flat")
    for x, lean in ((36, -3), (58, 3)):
        p.box(x, 30, x + 6.4, 54, WHITE, 3)
        p.oval(x - 3 + lean, 18, x + 10 + lean, 34, WHITE)
        p.oval(x + 1 + lean * 2, 22, x + 6 + lean * 2, 30, INK)
    p.oval(48.6, 70, 51.4, 72.8, p.accent)


def powerbank(p: Paint) -> None:
    p.shadow(32, 68, 87)
    p.line([(54, 16), (56, 6), (74, 10), (80, 28), (72, 44)], 1.8, p.second, True)
    p.box(68.4, 42, 75.6, 52, p.dark, 1.4)
    p.box(30, 15, 66, 87, p.main, 7)
    p.box(42, 12.6, 54, 17, p.dark, 1, "flat")
    for n in range(4):
        p.oval(41 + n * 4.4, 76, 43.4 + n * 4.4, 78.4, p.accent if n < 3 else mix(p.main, WHITE, 0.5))
    p.motif(48, 44, 7)


def keyboard(p: Paint) -> None:
    p.shadow(10, 92, 74)
    p.poly([(16, 36), (84, 36), (92, 70), (8, 70)], p.main, "soft", 2)
    p.box(6.4, 69, 93.6, 75, mix(p.main, p.dark, 0.35), 3, "soft")
    for row in range(4):
        y = 38.6 + row * 7.4
        left = 17 - row * 1.7
        wide = (100 - 2 * left) / 12
        for n in range(12):
            x = left + n * wide
            if row == 3 and 3 < n < 9:
                if n == 4:
                    p.box(x, y, x + wide * 5 - 0.8, y + 5.8, p.second, 1.2, "flat")
                continue
            colour = p.accent if (row, n) in ((0, 0), (2, 11)) else mix(p.pale, WHITE, 0.4 if (n + row) % 5 else 0)
            p.box(x, y, x + wide - 0.8, y + 5.8, colour, 1.2, "flat")


def mouse(p: Paint) -> None:
    p.shadow(30, 70, 84)
    p.blob([(50, 16), (68, 24), (72, 50), (68, 76), (50, 85), (32, 76), (28, 50), (32, 24)], p.main, "side")
    p.line([(50, 17), (50, 46)], 0.8, mix(p.main, p.dark, 0.45))
    p.arc(28, 32, 72, 58, 12, 168, 0.8, mix(p.main, p.dark, 0.45))
    p.box(47, 26, 53, 40, p.accent, 3)
    p.glass(35, 28, 39, 44, WHITE, 90, 3)


def speaker(p: Paint) -> None:
    p.shadow(28, 72, 86)
    p.arc(42, 6, 62, 26, 180, 350, 2, p.second)
    p.box(27, 17, 73, 87, p.main, 9)
    p.oval(33, 46, 67, 80, mix(p.main, p.dark, 0.4))
    p.oval(36, 49, 64, 77, mix(p.main, p.dark, 0.65))
    p.oval(43, 56, 57, 70, p.second)
    p.oval(41, 24, 59, 42, mix(p.main, p.dark, 0.4))
    p.oval(45, 28, 55, 38, p.second)
    p.gloss(30.4, 26, 32, 78, 90)


def cable(p: Paint) -> None:
    p.shadow(22, 78, 80)
    for n in range(4):
        p.ring(24 + n * 3.6, 26 + n * 3.6, 76 - n * 3.6, 78 - n * 3.6, 2.6, mix(p.main, p.dark, 0.12 * (n % 2)))
    p.line([(26, 58), (18, 74), (28, 84)], 2.6, p.main, True)
    p.box(27, 80, 38, 88, p.dark, 1.6, "soft")
    p.box(37.4, 82, 43, 86, STEEL, 0.6, "soft")
    p.line([(74, 46), (84, 34), (76, 20)], 2.6, p.main, True)
    p.box(66, 15, 78, 23, p.dark, 1.6, "soft")
    p.box(60, 17, 66.4, 21, STEEL, 1.6, "soft")
    p.box(42, 24, 50, 40, p.accent, 1.6, "side")


def charger(p: Paint) -> None:
    p.shadow(28, 72, 84)
    for x in (40, 55):
        p.box(x, 12, x + 5, 28, STEEL, 1)
    p.box(27, 26, 73, 84, mix(p.main, WHITE, 0.35), 9)
    p.box(36, 58, 64, 65, INK, 3, "flat")
    p.box(36, 69, 64, 76, INK, 2, "flat")
    p.box(39, 60.6, 61, 62.4, STEEL, 0.8, "none")
    p.box(40, 71, 60, 73, p.accent, 0.6, "none")
    p.poly([(52, 34), (43, 46), (49, 46), (47, 54), (57, 42), (51, 42)], p.accent, "flat")


def watch(p: Paint) -> None:
    p.shadow(34, 66, 91, 60)
    p.poly([(39, 8), (61, 8), (63, 34), (37, 34)], p.main, "side", 1.4)
    p.poly([(37, 64), (63, 64), (61, 92), (39, 92)], p.main, "side", 1.4)
    for y in (74, 79, 84):
        p.oval(48.8, y, 51.2, y + 2.2, mix(p.main, p.dark, 0.5))
    p.box(30, 29, 70, 69, STEEL, 11)
    p.box(33, 32, 67, 66, INK, 9, "flat")
    p.arc(38, 37, 62, 61, 140, 400, 2.4, mix(INK, WHITE, 0.2))
    p.arc(38, 37, 62, 61, 140, 320, 2.4, p.accent)
    p.line([(44, 51), (47, 51), (49, 45), (52, 55), (54, 50), (57, 50)], 1, (150, 226, 196))
    p.box(69.4, 44, 73, 52, STEEL, 1.4)


def stand(p: Paint) -> None:
    p.shadow(22, 80, 86)
    p.oval(28, 76, 74, 88, mix(p.second, p.dark, 0.2))
    p.line([(52, 80), (58, 52)], 4.4, mix(STEEL, p.main, 0.3))
    p.poly([(24, 26), (66, 14), (76, 56), (34, 68)], INK, "side", 2.4)
    p.poly([(27, 28.6), (64, 18), (73, 54), (36, 64.6)], mix(p.main, WHITE, 0.3), "side", 1)
    p.oval(38, 32, 52, 46, p.accent)
    p.poly([(34, 62), (48, 46), (56, 56), (64, 44), (72, 53.6), (36, 64)], mix(p.main, p.dark, 0.25), "none")
    p.line([(32, 70), (78, 57)], 2.6, STEEL)


def phone(p: Paint) -> None:
    p.shadow(32, 70, 88)
    p.box(31, 12, 69, 88, p.main, 7)
    p.box(34, 15, 54, 36, mix(p.main, p.dark, 0.25), 5, "flat")
    for x, y in ((40, 21.4), (48, 21.4), (40, 30)):
        p.oval(x - 3.2, y - 3.2, x + 3.2, y + 3.2, INK)
        p.oval(x - 1.2, y - 1.6, x + 0.4, y, mix(INK, WHITE, 0.5))
    p.oval(46.8, 28.6, 49.4, 31.2, (255, 240, 200))
    p.motif(50, 60, 10)


def hub(p: Paint) -> None:
    p.shadow(16, 86, 74)
    p.line([(74, 52), (86, 46), (88, 28)], 3, p.dark, True)
    p.box(83.6, 14, 92, 30, p.dark, 2)
    p.box(86, 9, 89.8, 15, STEEL, 1)
    p.box(13, 42, 77, 72, p.main, 5, "soft")
    p.box(13, 56, 77, 72, mix(p.main, p.dark, 0.3), 5, "soft")
    for x, wide in ((18, 12), (33, 12), (48, 8), (59, 14)):
        p.box(x, 61, x + wide, 67, INK, 1.2, "flat")
        p.box(x + 1.4, 63.4, x + wide - 1.4, 65, STEEL, 0.4, "none")
    p.oval(68, 47, 71, 50, p.accent)


def camera(p: Paint) -> None:
    p.shadow(16, 84, 82)
    p.box(34, 22, 62, 38, mix(p.main, p.dark, 0.3), 3)
    p.box(68, 28, 77, 36, p.accent, 1.6)
    p.box(15, 33, 85, 82, p.main, 7, "side")
    p.box(15, 44, 85, 72, mix(p.main, p.dark, 0.4), 0, "flat")
    p.oval(32, 38, 68, 78, STEEL)
    p.oval(35, 41, 65, 75, INK)
    p.oval(40, 46.4, 60, 69.6, mix(p.main, INK, 0.5))
    p.oval(44, 51, 51, 58, mix(p.main, WHITE, 0.7))
    p.box(70, 37, 80, 42, WHITE, 1, "flat")


def ball(p: Paint) -> None:
    p.shadow(26, 74, 83)
    p.oval(21, 22, 79, 80, p.main)
    p.arc(2, 22, 46, 80, 295, 425, 1.4, p.dark)
    p.arc(54, 22, 98, 80, 115, 245, 1.4, p.dark)
    p.line([(50, 22.5), (50, 79.5)], 1.4, p.dark)
    p.line([(21.5, 51), (78.5, 51)], 1.4, p.dark)
    p.glass(32, 29, 44, 36, WHITE, 110, 4)


def dumbbell(p: Paint) -> None:
    p.shadow(14, 86, 74)
    p.box(30, 49, 70, 57, STEEL, 3, "soft")
    for x in (38, 42, 46, 50, 54, 58):
        p.line([(x, 50), (x + 2.4, 56)], 0.5, mix(STEEL, INK, 0.35))
    for x in (12, 66):
        p.box(x, 34, x + 22, 72, p.main, 6, "soft")
        p.box(x + 4, 30, x + 18, 76, mix(p.main, p.dark, 0.2), 6, "soft")
        p.oval(x + 7, 49, x + 15, 57, p.accent)


def mat(p: Paint) -> None:
    p.shadow(12, 90, 80)
    p.poly([(32, 54), (90, 54), (92, 80), (32, 80)], mix(p.main, WHITE, 0.2), "soft", 0.6)
    for y in (61, 68, 75):
        p.line([(48, y), (90, y)], 0.5, mix(p.main, WHITE, 0.5))
    p.oval(12, 30, 54, 81, mix(p.main, p.dark, 0.12))
    for n in range(5):
        p.ring(15 + n * 3.8, 33.6 + n * 4.6, 51 - n * 3.8, 77.4 - n * 4.6, 1, mix(p.main, WHITE, 0.35))
    p.oval(30, 51, 36, 60, p.dark)
    p.line([(14, 44), (26, 30)], 2, p.accent)


def tent(p: Paint) -> None:
    p.shadow(10, 92, 82)
    p.poly([(50, 20), (90, 80), (34, 80)], mix(p.main, p.dark, 0.22), "flat", 1)
    p.poly([(50, 20), (66, 80), (12, 80)], p.main, "side", 1)
    p.poly([(45, 44), (56, 80), (29, 80)], p.dark, "flat", 0.6)
    p.poly([(45, 44), (42, 80), (29, 80)], p.second, "flat", 0.6)
    p.line([(50, 20), (48, 14)], 1, p.dark)
    p.poly([(48, 14), (58, 16), (49, 19)], p.accent, "none")
    for x in (10, 94):
        p.line([(x, 84), (50 + (x - 50) * 0.7, 60)], 0.5, p.dark)
    for x, s in ((18, 3), (83, 4), (76, 2.6)):
        p.blob([(x - s, 86), (x, 82), (x + s, 86), (x, 88)], LEAF)


def racket(p: Paint) -> None:
    p.shadow(26, 78, 88)
    p.line([(54, 54), (74, 84)], 3.4, p.dark)
    p.line([(66, 72), (75, 86)], 5.2, p.second)
    p.oval(20, 8, 62, 60, p.main)
    p.oval(23.6, 11.6, 58.4, 56.4, mix(p.palette.backdrop, WHITE, 0.4), "none")
    for n in range(1, 7):
        x = 23 + n * 5.1
        half = 22 * (1 - ((x - 41) / 18) ** 2) ** 0.5
        p.line([(x, 34 - half), (x, 34 + half)], 0.4, mix(p.main, INK, 0.25))
    for n in range(1, 8):
        y = 11 + n * 5.7
        half = 17 * max(1 - ((y - 34) / 23) ** 2, 0) ** 0.5
        p.line([(41 - half, y), (41 + half, y)], 0.4, mix(p.main, INK, 0.25))
    p.poly([(24, 74), (38, 70), (41, 82), (29, 85)], WHITE, "side", 0.8)
    p.oval(37, 70, 47, 82, p.accent)


def paddle(p: Paint) -> None:
    p.shadow(24, 78, 88)
    p.line([(58, 58), (72, 84)], 6, WOOD)
    p.oval(22, 10, 68, 62, mix(p.main, p.dark, 0.35))
    p.oval(21, 8, 67, 60, p.main)
    p.poly([(40, 61), (64, 49), (66, 56), (50, 64)], WOOD, "side", 1)
    p.glass(28, 20, 38, 24, WHITE, 80, 2)
    p.oval(24, 66, 40, 82, (250, 246, 238))
    p.gloss(27, 69, 31, 71.6, 160)


def loops(p: Paint) -> None:
    p.shadow(18, 82, 84)
    for x0, y0, x1, y1, colour in (
        (16, 20, 60, 52, p.second),
        (40, 26, 84, 58, p.accent),
        (22, 46, 78, 84, p.main),
    ):
        p.ring(x0, y0, x1, y1, 6.4, colour)
        p.ring(x0 + 2.6, y0 + 2.4, x1 - 2.6, y1 - 2.4, 0.5, mix(colour, WHITE, 0.5))


def torch(p: Paint) -> None:
    p.shadow(24, 78, 84)
    p.poly([(30, 42), (8, 20), (8, 74), (30, 58)], mix(p.palette.paper, (255, 236, 170), 0.85), "none")
    p.box(44, 40, 82, 60, p.main, 5, "soft")
    p.poly([(30, 36), (46, 41), (46, 59), (30, 64)], mix(p.main, p.dark, 0.35), "soft", 1)
    p.oval(26, 36, 34, 64, (255, 246, 210))
    p.box(56, 59, 66, 72, p.dark, 1.4)
    p.oval(50, 68, 72, 84, p.dark)
    p.oval(55, 72, 67, 80, p.palette.backdrop, "none")
    p.oval(61, 43, 66, 47, p.accent)


def helmet(p: Paint) -> None:
    p.shadow(18, 84, 78)
    p.line([(30, 62), (44, 82), (62, 66)], 1.6, p.dark, True)
    p.blob([(14, 62), (18, 40), (36, 24), (58, 22), (78, 36), (88, 58), (84, 66), (50, 68)], p.main, "side")
    for points in (
        [(30, 52), (36, 34), (42, 32), (40, 54)],
        [(47, 54), (49, 30), (56, 30), (56, 54)],
        [(63, 54), (63, 33), (70, 38), (73, 54)],
    ):
        p.blob(points, p.dark)
    p.blob([(13, 60), (50, 64), (88, 58), (86, 68), (50, 71), (15, 67)], p.second)


def rope(p: Paint) -> None:
    p.shadow(24, 76, 84)
    p.line([(28, 40), (20, 70), (50, 82), (80, 70), (72, 40)], 2, p.main, True)
    p.line([(28, 42), (36, 62), (50, 68), (64, 62), (72, 42)], 2, mix(p.main, p.dark, 0.25), True)
    for x in (23.4, 67.4):
        p.box(x, 14, x + 9.2, 44, p.dark, 4)
        p.box(x, 22, x + 9.2, 26, p.accent, 0)
        p.box(x, 31, x + 9.2, 35, p.second, 0)


def goggles(p: Paint) -> None:
    p.shadow(18, 82, 74)
    p.line([(18, 48), (26, 24), (50, 16), (74, 24), (82, 48)], 4, p.dark, True)
    for x in (14, 53):
        p.blob([(x, 52), (x + 8, 40), (x + 26, 41), (x + 33, 52), (x + 25, 66), (x + 8, 66)], p.main)
        p.blob(
            [(x + 4, 52), (x + 10, 44), (x + 24, 45), (x + 29, 52), (x + 23, 62), (x + 10, 62)],
            mix(p.accent, WHITE, 0.25),
        )
        p.gloss(x + 10, 46.6, x + 18, 49, 160)
    p.line([(46, 52), (54, 52)], 3, p.main)


def poles(p: Paint) -> None:
    p.shadow(24, 76, 90)
    for x0, x1, colour in ((36, 62, p.main), (64, 38, p.accent)):
        p.line([(x0, 24), (x1, 88)], 1.6, STEEL)
        middle = (x0 + x1) / 2
        p.line([(x0 + (x1 - x0) * 0.2, 37), (middle, 56)], 2.6, colour)
        p.line([(x0, 12), (x0 + (x1 - x0) * 0.16, 30)], 5, p.dark)
        p.oval(x1 - 5, 80, x1 + 5, 83, INK)


def chair(p: Paint) -> None:
    p.shadow(18, 84, 86)
    for a, b in (((26, 84), (70, 50)), ((74, 84), (30, 50)), ((22, 50), (34, 84)), ((78, 50), (66, 84))):
        p.line([a, b], 1.8, STEEL)
    p.poly([(26, 16), (74, 16), (76, 52), (24, 52)], p.main, "side", 2)
    p.poly([(24, 50), (76, 50), (82, 62), (18, 62)], mix(p.main, p.dark, 0.2), "soft", 2)
    p.box(26, 20, 74, 26, p.second, 1, "flat")
    for x in (14, 78):
        p.box(x, 42, x + 8, 46, p.dark, 2)


def lantern(p: Paint) -> None:
    p.shadow(30, 70, 87)
    p.oval(12, 18, 88, 84, mix(p.palette.paper, (255, 230, 160), 0.6), "none")
    p.arc(34, 6, 66, 42, 180, 360, 1.8, p.dark)
    p.box(36, 22, 64, 30, p.main, 3)
    p.box(34, 30, 66, 70, (255, 240, 196), 4)
    p.box(46, 38, 54, 64, (255, 206, 110), 4, "soft")
    for x in (38, 61):
        p.line([(x, 30), (x, 70)], 1.2, p.dark)
    p.box(30, 69, 70, 86, p.main, 5)
    p.oval(47.4, 75, 52.6, 80, p.accent)


def book(p: Paint) -> None:
    p.shadow(24, 80, 86)
    p.poly([(30, 16), (72, 12), (78, 82), (34, 87)], mix(p.main, p.dark, 0.4), "flat", 0.8)
    p.poly([(32, 17.5), (74, 14), (77, 80), (36, 85)], (250, 246, 236), "side", 0.4)
    p.poly([(27, 17), (69, 13), (72, 81), (30, 86)], p.main, "side", 0.8)
    p.poly([(27, 17), (32, 16.5), (35, 85.5), (30, 86)], mix(p.main, p.dark, 0.25), "flat", 0.6)
    kind = p.vary("cover", 4)
    if kind == 0:
        p.oval(39, 26, 63, 50, p.accent)
        p.blob([(34.5, 58), (46, 49), (58, 56), (71, 50), (71.6, 72), (35.4, 76)], p.second)
    elif kind == 1:
        for n in range(5):
            p.line([(38 + n * 0.3, 30 + n * 7), (66 + n * 0.3, 27 + n * 7)], 2.4, p.second if n % 2 else p.accent)
    elif kind == 2:
        p.box(40, 25, 64, 57, p.pale, 12, "flat")
        p.motif(52, 43, 8)
    else:
        p.line([(52, 66), (51, 44), (49, 28)], 1, p.second)
        for y in (32, 40, 48, 56):
            p.blob([(51, y + 3), (58, y - 4), (65, y - 4), (59, y + 4)], p.second)
            p.blob([(50.6, y + 5), (43, y - 2), (37, y), (43, y + 6)], p.accent)
    p.line([(42, 72), (64, 70)], 1.2, p.pale)
    p.line([(47, 76.6), (60, 75.4)], 0.9, p.pale)


def bookstack(p: Paint) -> None:
    p.shadow(18, 82, 86)
    heights = (
        (71, p.main, 18, 80),
        (56, p.second, 23, 77),
        (41, p.accent, 19, 75),
        (28, mix(p.main, p.dark, 0.3), 26, 79),
    )
    for y, colour, left, right in heights:
        high = 15 if y > 28 else 13
        p.box(left, y, right, y + high, colour, 2, "soft")
        p.box(left + 5, y + 2.4, right + 0.4, y + high - 2.4, (250, 246, 236), 0.6, "soft")
        p.line([(left + 8, y + high * 0.4), (right - 2, y + high * 0.4)], 0.4, (222, 212, 194))
        p.line([(left + 8, y + high * 0.62), (right - 2, y + high * 0.62)], 0.4, (222, 212, 194))
    p.poly([(66, 28), (70, 28), (70, 44), (68, 41.4), (66, 44)], p.accent, "none")
    p.oval(40, 14, 56, 28.4, (206, 74, 66))
    p.blob([(48, 14), (54, 8), (58, 11), (51, 15)], LEAF)


def notebook(p: Paint) -> None:
    p.shadow(24, 78, 87)
    p.box(29, 15, 77, 88, (250, 246, 236), 2.4, "side")
    p.box(26, 13, 74, 86, p.main, 3, "side")
    p.box(26, 13, 34, 86, mix(p.main, p.dark, 0.22), 3, "side")
    p.box(65, 13, 67, 86, p.second, 0, "none")
    p.label(42, 28, 61, 46)
    p.poly([(54, 86), (58, 86), (58, 93), (56, 91), (54, 93)], p.accent, "none")


def pen(p: Paint) -> None:
    p.shadow(24, 78, 80)
    for dx, colour, cap in ((-8, p.second, p.accent), (8, p.main, p.dark)):
        p.line([(66 + dx, 18), (38 + dx, 66)], 6, colour)
        p.line([(63.6 + dx, 18), (45 + dx, 50)], 0.9, mix(colour, WHITE, 0.55))
        p.line([(67 + dx, 16.4), (58 + dx, 32)], 6.6, cap)
        p.poly([(35.2 + dx, 64.6), (40.6 + dx, 67.6), (32.4 + dx, 77)], STEEL, "flat")
    p.line([(24, 80), (34, 78), (42, 83), (54, 79), (64, 82)], 1, p.main, True)


def pencilcase(p: Paint) -> None:
    p.shadow(14, 86, 80)
    for x, colour in ((34, p.accent), (44, p.second), (54, mix(p.main, p.dark, 0.4))):
        p.poly([(x, 30), (x + 3, 20), (x + 6, 30)], WOOD, "flat")
        p.poly([(x + 2, 23.4), (x + 3, 20), (x + 4, 23.4)], INK, "none")
        p.box(x, 29, x + 6, 60, colour, 0)
    p.box(12, 45, 88, 80, p.main, 9, "soft")
    p.line([(18, 53), (82, 53)], 1.2, mix(p.main, p.dark, 0.5))
    for x in range(20, 82, 3):
        p.line([(x, 52), (x, 54)], 0.5, STEEL)
    p.box(74, 52, 79, 62, p.second, 1.6)
    p.motif(44, 67, 5.4)


def tape(p: Paint) -> None:
    p.shadow(16, 86, 84)
    for x, y, s, colour in ((36, 62, 21, p.main), (67, 66, 17, p.second), (56, 32, 17, p.accent)):
        p.oval(x - s, y - s, x + s, y + s, mix(colour, p.dark, 0.18))
        p.oval(x - s, y - s - 1.8, x + s, y + s - 1.8, colour)
        for n in range(8):
            dx, dy = ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7))[n]
            p.oval(
                x + dx * s * 0.8 - 1.4,
                y - 1.8 + dy * s * 0.8 - 1.4,
                x + dx * s * 0.8 + 1.4,
                y - 0.4 + dy * s * 0.8,
                WHITE,
            )
        p.oval(x - s * 0.58, y - s * 0.58 - 1.8, x + s * 0.58, y + s * 0.58 - 1.8, WOOD)
        p.oval(
            x - s * 0.48, y - s * 0.48 - 1.8, x + s * 0.48, y + s * 0.48 - 1.8, mix(p.palette.backdrop, p.dark, 0.12)
        )


def palettebox(p: Paint) -> None:
    p.shadow(14, 86, 82)
    p.box(15, 20, 85, 50, WHITE, 4, "side")
    p.box(14, 48, 86, 82, p.main, 4, "soft")
    p.box(17, 51, 83, 79, WHITE, 2, "flat")
    colours = (
        (214, 78, 70),
        (238, 150, 66),
        (246, 208, 88),
        (128, 176, 108),
        (78, 152, 150),
        (84, 128, 190),
        (138, 104, 176),
        (226, 138, 164),
        (146, 100, 72),
        (70, 74, 86),
    )
    for n, colour in enumerate(colours):
        x, y = 20 + (n % 5) * 12.4, 53.6 + (n // 5) * 12.4
        p.box(x, y, x + 10.4, y + 10.4, colour, 1.6, "soft")
    for x, y, colour in ((32, 34, colours[5]), (46, 38, colours[3]), (58, 32, colours[0])):
        p.blob([(x - 7, y), (x, y - 6), (x + 7, y), (x, y + 6)], mix(colour, WHITE, 0.45))
    p.line([(64, 44), (88, 16)], 2, WOOD)
    p.line([(62, 46.4), (65, 43)], 3, INK)


def calendar(p: Paint) -> None:
    p.shadow(18, 82, 84)
    p.poly([(24, 24), (76, 24), (84, 84), (16, 84)], mix(p.main, p.dark, 0.2), "flat", 1)
    p.poly([(22, 22), (78, 22), (80, 78), (20, 78)], WHITE, "side", 1)
    p.poly([(22, 22), (78, 22), (78.8, 44), (21.2, 44)], p.main, "side", 1)
    p.blob([(23, 44), (36, 32), (48, 39), (62, 29), (78, 44)], p.second)
    p.oval(60, 25, 70, 35, p.accent)
    for row in range(4):
        for column in range(7):
            x, y = 27 + column * 7, 49 + row * 7
            p.box(x, y, x + 3.6, y + 3.6, p.accent if (row, column) == (2, 4) else p.pale, 1, "none")
    for x in range(28, 76, 6):
        p.ring(x, 17, x + 3, 26, 0.8, STEEL)


def nutbowl(p: Paint) -> None:
    p.shadow(20, 80, 80)
    p.blob([(16, 50), (84, 50), (78, 68), (64, 80), (36, 80), (22, 68)], WOOD, "side")
    p.oval(16, 38, 84, 62, mix(WOOD, WHITE, 0.3))
    p.oval(20, 41, 80, 59, mix(WOOD, INK, 0.35))
    nuts = ((190, 130, 82), (222, 176, 118), (150, 94, 60), (122, 42, 52), (232, 186, 90))
    for n in range(26):
        x, y = 26 + p.vary(f"nx{n}", 46), 37 + p.vary(f"ny{n}", 17)
        wide = 4.2 + p.vary(f"nw{n}", 3)
        p.oval(x - wide, y - 3, x + wide, y + 3, nuts[n % 5])
        p.line([(x - wide * 0.5, y - 0.4), (x + wide * 0.4, y - 0.8)], 0.4, mix(nuts[n % 5], WHITE, 0.35))


def teacake(p: Paint) -> None:
    p.shadow(18, 82, 84)
    leaf = mix((128, 112, 78), p.main, 0.3)
    p.oval(17, 18, 83, 84, mix(leaf, INK, 0.25))
    p.oval(17, 15, 83, 81, leaf)
    for n in range(60):
        x, y = 24 + p.vary(f"tx{n}", 53), 22 + p.vary(f"ty{n}", 53)
        if (x - 50) ** 2 + (y - 48) ** 2 < 880:
            dx, dy = p.vary(f"dx{n}", 7) - 3, p.vary(f"dy{n}", 5) - 2
            p.line([(x, y), (x + dx, y + dy)], 1, mix(leaf, (WHITE, INK)[n % 2], 0.28))
    p.poly(
        [(17, 48), (50, 46), (82, 34), (83, 50), (78, 66), (66, 78), (50, 82), (32, 77), (20, 63)], p.pale, "side", 0.4
    )
    p.oval(40, 52, 64, 74, p.second, "flat")
    p.motif(52, 63, 6)


SHAPES = {
    "headphones": headphones, "earbuds": earbuds, "powerbank": powerbank, "keyboard": keyboard, "mouse": mouse,
    "speaker": speaker, "cable": cable, "charger": charger, "watch": watch, "stand": stand, "phone": phone, "hub": hub,
    "camera": camera, "ball": ball, "dumbbell": dumbbell, "mat": mat, "tent": tent, "racket": racket,
    "paddle": paddle, "loops": loops, "torch": torch, "helmet": helmet,
    "rope": rope, "goggles": goggles, "poles": poles, "chair": chair, "lantern": lantern, "book": book,
    "bookstack": bookstack, "notebook": notebook, "pen": pen, "pencilcase": pencilcase, "tape": tape,
    "palettebox": palettebox, "calendar": calendar, "nutbowl": nutbowl, "teacake": teacake,
}  # fmt: skip
