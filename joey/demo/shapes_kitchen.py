"""Things in a kitchen: pots, kettles, cups, plates and tools."""

from joey.demo.paint import INK, LEAF, STEEL, WHITE, WOOD, Paint, mix

Steam = tuple[float, float]


def _steam(p: Paint, *at: Steam) -> None:
    for x, y in at:
        p.line([(x, y), (x - 2, y - 4), (x + 2, y - 8), (x, y - 12)], 0.9, mix(p.palette.backdrop, WHITE, 0.75), True)


def pot(p: Paint) -> None:
    p.shadow(22, 78, 82)
    _steam(p, (42, 25), (56, 24))
    for x in (14, 76):
        p.box(x, 50, x + 10, 57, mix(p.main, p.dark, 0.3), 3)
    p.blob([(23, 46), (77, 46), (76, 66), (68, 81), (32, 81), (24, 66)], p.main, "side")
    p.box(20, 43, 80, 49, mix(p.main, p.dark, 0.25), 2.5)
    p.blob([(22, 44), (34, 35), (50, 32), (66, 35), (78, 44), (50, 46)], mix(p.main, WHITE, 0.15))
    p.oval(45, 26, 55, 34, p.second)
    p.glass(29, 52, 32, 72, WHITE, 100, 2)


def pan(p: Paint) -> None:
    p.shadow(16, 72, 74)
    p.line([(68, 50), (90, 30)], 5.2, WOOD)
    p.line([(86, 34), (90, 30)], 1.4, mix(WOOD, INK, 0.4))
    p.oval(14, 34, 74, 78, mix(p.main, INK, 0.35))
    p.oval(14, 31, 74, 73, p.main)
    p.oval(19, 34.5, 69, 69.5, mix(p.main, INK, 0.3))
    p.blob([(30, 52), (38, 42), (52, 41), (59, 51), (52, 62), (38, 63)], WHITE)
    p.oval(39, 46, 51, 57, (244, 184, 66))
    p.gloss(41.5, 48, 45, 50, 170)


def kettle(p: Paint) -> None:
    p.shadow(24, 70, 84)
    p.line([(64, 74), (74, 66), (75, 48), (84, 34)], 2.6, mix(p.main, p.dark, 0.1), True)
    p.line([(34, 42), (20, 44), (19, 62), (31, 70)], 3.4, p.dark, True)
    p.poly([(36, 38), (60, 38), (69, 80), (66, 85), (30, 85), (27, 80)], p.main, "round", 1.2)
    p.box(34, 33, 62, 40, mix(p.main, p.dark, 0.3), 2)
    p.oval(44, 25, 52, 34, p.second)
    p.gloss(37, 46, 39, 78, 100)


def teapot(p: Paint) -> None:
    p.shadow(22, 76, 82)
    _steam(p, (50, 22))
    p.line([(68, 64), (79, 60), (82, 47)], 5, mix(p.main, p.dark, 0.06), True)
    p.line([(28, 48), (15, 46), (15, 66), (29, 68)], 3.6, mix(p.main, p.dark, 0.2), True)
    p.oval(23, 38, 73, 83, p.main)
    p.oval(34, 35, 62, 44, mix(p.main, p.dark, 0.22))
    p.oval(36, 31, 60, 41, mix(p.main, WHITE, 0.12))
    p.oval(45, 25, 51, 33, p.second)
    p.motif(47, 61, 7)
    p.glass(30, 48, 33, 66, WHITE, 90, 2)


def mug(p: Paint) -> None:
    p.shadow(26, 68, 82)
    _steam(p, (40, 24), (52, 22))
    p.ring(58, 42, 83, 70, 4.6, mix(p.main, p.dark, 0.16))
    p.box(26, 33, 70, 83, p.main, 5)
    p.oval(26, 28, 70, 39, mix(p.main, WHITE, 0.5))
    p.oval(29, 30, 67, 38, (112, 74, 52) if p.vary("drink", 2) else (168, 138, 72))
    for n in range(16):
        x, y = 30 + p.vary(f"x{n}", 36), 42 + p.vary(f"y{n}", 38)
        p.oval(x, y, x + 1.1, y + 1.1, mix(p.main, p.dark, 0.45), "none")
    p.box(26, 72, 70, 83, mix(p.main, p.second, 0.7), 5)
    p.gloss(30, 42, 32, 76, 90)


def thermos(p: Paint) -> None:
    p.shadow(35, 65, 86)
    p.box(40, 13, 60, 29, p.dark, 3)
    p.arc(38, 9, 62, 27, 180, 360, 1.8, p.second)
    p.box(38, 28, 62, 34, STEEL, 0.8)
    p.box(35, 33, 65, 87, p.main, 5)
    p.box(35, 70, 65, 73, p.second, 0)
    p.motif(50, 51, 6)
    p.gloss(38.5, 38, 40.4, 82, 110)


def bowl(p: Paint) -> None:
    p.shadow(24, 76, 80)
    p.box(39, 74, 61, 81, mix(p.main, p.dark, 0.25), 2)
    p.blob([(18, 46), (50, 43), (82, 46), (76, 63), (62, 76), (38, 76), (24, 63)], p.main, "side")
    p.oval(18, 36, 82, 55, mix(p.main, WHITE, 0.4))
    p.oval(22, 38.5, 78, 53, mix(p.main, p.dark, 0.2))
    for x, y, s in ((38, 44, 8), (50, 41, 9), (61, 44.5, 7.5), (48, 46.5, 7)):
        p.oval(x - s, y - s * 0.55, x + s, y + s * 0.55, mix(p.accent, p.second, 0.1 * s))
    p.blob([(54, 40), (60, 34), (66, 38), (58, 43)], LEAF)
    p.arc(24, 50, 76, 76, 20, 160, 0.9, p.second)


def plate(p: Paint) -> None:
    p.shadow(16, 84, 80)
    p.oval(13, 24, 87, 83, mix(p.main, p.dark, 0.12))
    p.oval(13, 21, 87, 80, p.main)
    p.oval(17, 24, 83, 77, mix(p.main, WHITE, 0.4))
    p.oval(26, 31, 74, 70, mix(p.main, WHITE, 0.68))
    p.line([(38, 54), (44, 46), (52, 52), (58, 45), (63, 53), (55, 58), (45, 57), (41, 50)], 2, (238, 196, 110), True)
    p.line([(42, 56), (50, 47), (60, 56), (50, 60), (46, 52)], 2, (228, 182, 92), True)
    for x, y in ((47, 49), (57, 56)):
        p.oval(x - 3, y - 2.4, x + 3, y + 2.4, p.accent)
    p.blob([(50, 45), (55, 42), (57, 47), (52, 48)], LEAF)


def board(p: Paint) -> None:
    p.shadow(22, 78, 84)
    p.poly([(27, 26), (73, 26), (76, 84), (24, 84)], mix(WOOD, p.main, 0.35), "side", 2)
    p.box(43, 12, 57, 30, mix(WOOD, p.main, 0.35), 4, "side")
    p.oval(47.5, 15, 52.5, 20, p.palette.backdrop, "none")
    for x in (33, 41, 52, 62, 69):
        p.line([(x, 27), (x + (x - 50) * 0.05, 84)], 0.5, mix(WOOD, p.dark, 0.32))
    p.oval(36, 52, 54, 70, (214, 84, 66))
    p.blob([(42, 52), (45, 47), (48, 52)], LEAF)
    p.gloss(39, 55, 42, 60, 140)
    p.oval(54, 62, 64, 70, (236, 206, 120))


def knife(p: Paint) -> None:
    p.shadow(20, 82, 76)
    p.poly([(14, 62), (60, 40), (66, 51), (40, 63), (22, 66)], STEEL, "flat", 0.4)
    p.poly([(14, 62), (63, 45.5), (66, 51), (40, 63), (22, 66)], mix(STEEL, WHITE, 0.45), "flat")
    p.line([(63, 44), (84, 33)], 7, p.dark)
    p.line([(62, 45), (65, 43.4)], 7.4, p.second)
    for x, y in ((71, 40), (79, 35.8)):
        p.oval(x - 1, y - 1, x + 1, y + 1, STEEL)
    for x, y in ((32, 74), (41, 76), (50, 74)):
        p.oval(x - 4.6, y - 3.4, x + 4.6, y + 3.4, (236, 140, 72))
        p.ring(x - 2.6, y - 1.9, x + 2.6, y + 1.9, 0.4, (248, 190, 128))


def scissors(p: Paint) -> None:
    p.shadow(24, 76, 84)
    p.poly([(33, 12), (38, 12), (57, 56), (51, 60)], STEEL, "side", 0.5)
    p.poly([(67, 12), (62, 12), (43, 56), (49, 60)], mix(STEEL, WHITE, 0.4), "side", 0.5)
    for n in range(6):
        p.line([(60 - n * 2.2, 20 + n * 5), (58.6 - n * 2.2, 21 + n * 5)], 0.6, mix(STEEL, INK, 0.4))
    for x0, x1 in ((25, 48), (52, 75)):
        p.ring(x0, 57, x1, 85, 5.4, p.main)
    p.line([(44, 54), (42, 62)], 6, p.main)
    p.line([(56, 54), (58, 62)], 6, p.main)
    p.oval(47, 46, 53, 52, p.second)


def steamer(p: Paint) -> None:
    p.shadow(20, 80, 84)
    _steam(p, (38, 24), (50, 20), (62, 24))
    for y in (64.0, 46.0):
        p.box(20, y, 80, y + 20, WOOD, 3)
        p.box(19, y + 1.6, 81, y + 5, mix(WOOD, p.dark, 0.25), 1)
        p.box(19, y + 14.6, 81, y + 18, mix(WOOD, p.dark, 0.25), 1)
    p.oval(20, 36, 80, 56, mix(WOOD, WHITE, 0.25))
    p.oval(24, 38, 76, 54, mix(WOOD, INK, 0.3))
    for x, y in ((37, 46), (50, 44), (63, 46), (50, 49.5)):
        p.oval(x - 7, y - 6, x + 7, y + 4, WHITE)
        p.line([(x - 1.5, y - 4), (x, y - 2.4), (x + 1.5, y - 4)], 0.6, mix(WHITE, INK, 0.25))


def lunchbox(p: Paint) -> None:
    p.shadow(18, 82, 80)
    p.box(17, 40, 83, 80, p.main, 6, "side")
    p.box(17, 36, 83, 62, mix(p.main, WHITE, 0.35), 6, "flat")
    p.box(21, 39, 51, 59, (250, 246, 236), 3, "flat")
    p.box(54, 39, 79, 48, mix(LEAF, WHITE, 0.3), 2.4, "flat")
    p.box(54, 50, 79, 59, p.second, 2.4, "flat")
    for x, y in ((30, 46), (39, 51), (44, 45), (33, 54)):
        p.oval(x - 2, y - 1.2, x + 2, y + 1.2, (225, 220, 206), "none")
    p.oval(41, 50, 48, 56, (200, 70, 70))
    for x in (58, 64, 70):
        p.oval(x, 40.5, x + 6, 46.5, LEAF)
    for x in (57, 64, 71):
        p.oval(x, 51.5, x + 6.5, 57.5, (240, 150, 82))
    p.box(46, 64, 54, 72, p.dark, 2)


def utensil(p: Paint) -> None:
    p.shadow(30, 72, 86)
    for x, lean, colour in ((38, -7, p.main), (50, 0, p.accent), (61, 7, mix(p.main, p.dark, 0.3))):
        p.line([(x, 64), (x + lean, 32)], 2.6, WOOD)
        tip = x + lean
        p.box(tip - 6, 11, tip + 6, 34, colour, 4.5)
        p.glass(tip - 3.6, 15, tip - 2.2, 29, WHITE, 110, 1)
    p.poly([(30, 54), (70, 54), (66, 86), (34, 86)], p.second, "round", 1.4)
    p.oval(29, 50.5, 71, 57.5, mix(p.second, WHITE, 0.3))
    p.box(31.4, 66, 68.6, 70, p.main, 0)


def scale(p: Paint) -> None:
    p.shadow(18, 82, 80)
    p.poly([(24, 44), (76, 44), (85, 72), (15, 72)], mix(p.main, WHITE, 0.4), "side", 1.6)
    p.box(14, 71, 86, 79, p.main, 3, "soft")
    p.box(38, 62, 62, 70, INK, 2, "flat")
    for x in (44, 49, 54):
        p.box(x, 63.6, x + 2.6, 68.4, (150, 226, 196), 0.5, "none")
    p.oval(34, 45, 66, 61, mix(p.main, WHITE, 0.65))
    for x, y, s in ((44, 44, 8), (57, 45, 7), (50, 38, 7)):
        p.oval(x - s, y - s * 0.8, x + s, y + s * 0.8, (222, 92, 74) if s > 7 else (240, 166, 84))
        p.line([(x, y - s * 0.8), (x + 1, y - s * 1.1)], 0.7, LEAF)


def apron(p: Paint) -> None:
    p.arc(40, 6, 60, 34, 180, 360, 1.8, mix(p.main, p.dark, 0.25))
    p.line([(29, 46), (18, 54), (20, 62)], 1.4, mix(p.main, p.dark, 0.25), True)
    p.line([(71, 46), (82, 54), (80, 62)], 1.4, mix(p.main, p.dark, 0.25), True)
    p.poly([(40, 21), (60, 21), (63, 36), (72, 46), (74, 87), (26, 87), (28, 46), (37, 36)], p.main, "side", 1)
    p.box(36, 56, 64, 73, mix(p.main, p.dark, 0.14), 2, "flat")
    p.line([(50, 57), (50, 72)], 0.6, mix(p.main, p.dark, 0.35))
    p.line([(37, 58), (63, 58)], 0.6, mix(p.main, WHITE, 0.5))
    p.motif(50, 33, 5)


def mill(p: Paint) -> None:
    p.shadow(37, 63, 86)
    wood = mix(WOOD, p.main, 0.6)
    p.oval(46.5, 10, 53.5, 17, STEEL)
    p.blob([(41, 24), (45, 16), (55, 16), (59, 24), (56, 33), (44, 33)], wood, "side")
    p.box(43, 32, 57, 36, STEEL, 0.8)
    p.blob([(42, 36), (58, 36), (56, 54), (62, 72), (63, 86), (37, 86), (38, 72), (44, 54)], wood, "side")
    p.gloss(43, 62, 44.8, 80, 90)
    for x, y in ((26, 84), (30, 87), (72, 85), (76, 82), (69, 88)):
        p.oval(x - 1.5, y - 1.4, x + 1.5, y + 1.4, INK)


def ricecooker(p: Paint) -> None:
    p.shadow(24, 76, 84)
    p.box(23, 46, 77, 85, p.main, 10)
    p.blob([(25, 48), (33, 30), (50, 25), (67, 30), (75, 48), (50, 50)], mix(p.main, WHITE, 0.55))
    p.box(22, 45, 78, 50, p.second, 2)
    p.box(44, 20, 56, 28, p.dark, 3)
    p.oval(42, 60, 58, 76, WHITE)
    p.oval(45, 63, 55, 73, p.accent)
    p.line([(50, 68), (50, 64)], 0.9, WHITE)
    p.gloss(31, 35, 40, 37.5, 110)


SHAPES = {
    "pot": pot, "pan": pan, "kettle": kettle, "teapot": teapot, "mug": mug, "thermos": thermos, "bowl": bowl,
    "plate": plate, "board": board, "knife": knife,
    "scissors": scissors, "steamer": steamer, "lunchbox": lunchbox, "utensil": utensil,
    "scale": scale, "apron": apron, "mill": mill, "ricecooker": ricecooker,
}  # fmt: skip
