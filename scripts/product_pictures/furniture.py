"""Desk lamps and chairs."""

import math

import numpy as np
from style_pictures.fields import smoothstep
from style_pictures.shapes import extrude, length, rectangle, sphere, turn, union, vector

from .parts import BRASS, STEEL, Finish, Product, disc, metal, plain, rod, slab, tinted, wood


def lamp(rng):
    """A desk lamp, its shade on the right."""
    foot, thick = rng.uniform(0.30, 0.40), rng.uniform(0.05, 0.09)
    lean, lower = rng.uniform(0.05, 0.45), rng.uniform(0.62, 0.9)
    rise, upper = rng.uniform(-0.1, 0.55), rng.uniform(0.45, 0.7)
    tilt = rng.uniform(-0.1, 0.45)  # of the shade
    mouth, crown, deep = rng.uniform(0.26, 0.36), rng.uniform(0.09, 0.15), rng.uniform(0.3, 0.44)
    stick = rng.uniform(0.028, 0.04)
    arms = [
        metal(STEEL),
        metal(BRASS),
        Finish(plain("2a2a2e"), 0.35),
        Finish(tinted(), 0.3),
        wood(),
    ][rng.integers(5)]
    rounded = rng.random() < 0.4

    elbow = (-0.12 - lower * math.sin(lean), thick + lower * math.cos(lean), 0)
    head = (elbow[0] + upper * math.cos(rise), elbow[1] + upper * math.sin(rise), 0)
    root = (-0.12, thick, 0)

    def base(p):
        return disc(p - vector(root[0], 0, 0), foot, 0.0, thick, 0.03)

    def poles(p):
        joint = np.minimum(sphere(p - vector(*elbow), 0.065), sphere(p - vector(*head), 0.06))
        arm = np.minimum(rod(p, root, elbow, stick), rod(p, elbow, head, stick))
        return np.minimum(
            union(arm, joint, 0.03), disc(p - vector(root[0], 0, 0), 0.075, 0, thick + 0.05)
        )

    def at_shade(p):
        return turn(p - vector(*head), tilt, 2)

    def shade(p):
        q = at_shade(p)
        down = -q[1] - 0.02
        share = np.clip(down / deep, 0, 1)
        if rounded:
            share = 1 - (1 - share) ** 2
        width = crown + (mouth - crown) * share
        shell = np.abs(length(q[0], q[2]) - width) - 0.016
        roof = np.maximum(length(q[0], q[2]) - crown, np.abs(down) - 0.016)
        side = np.maximum(shell, np.abs(down - deep / 2) - deep / 2)
        return np.minimum(side, roof) * 0.65

    def bulb(p):
        return sphere(at_shade(p) - vector(0, -deep * 0.62, 0), 0.1)

    def paint(p, base):
        q = at_shade(p)
        down = -q[1] - 0.02
        share = np.clip(down / deep, 0, 1)
        if rounded:
            share = 1 - (1 - share) ** 2
        inner = smoothstep(length(q[0], q[2]) - crown - (mouth - crown) * share, 0.004, -0.006)
        inner = inner * (down > 0.03)
        return base * (1 - inner) + 0.9 * inner

    coat = rng.uniform(0.15, 0.4)
    parts = [
        (base, Finish(tinted(), coat)), (poles, arms), (shade, Finish(paint, coat, 0.045)),
        (bulb, Finish(plain("fff0cf"), 0.5, 0.02, glow=0.9)),
    ]  # fmt: skip
    swing = mouth + deep * abs(math.sin(tilt)) + 0.02
    left = min(root[0] - foot, elbow[0] - 0.07, head[0] - swing)
    right = max(root[0] + foot, head[0] + swing)
    top = max(elbow[1] + 0.07, head[1] + 0.07 + mouth * abs(math.sin(tilt)))
    half = (right - left) / 2, max(foot, mouth) + 0.02
    return Product(parts, half, top, ((left + right) / 2, 0.0))


def chair(rng):
    """A chair, seen from the front: a shell, slats or cushions on four legs."""
    style = rng.choice(["shell", "slats", "cushion"])
    wide, deep = rng.uniform(0.38, 0.48), rng.uniform(0.36, 0.44)
    seat, back = rng.uniform(0.70, 0.86), rng.uniform(0.62, 0.95)
    thick = {"shell": 0.035, "slats": 0.04, "cushion": rng.uniform(0.07, 0.10)}[style]
    lean, splay = rng.uniform(0.05, 0.22), rng.uniform(0.0, 0.14)
    leg = rng.uniform(0.028, 0.05)
    round_back = rng.uniform(0.08, 0.3)
    armed = style != "slats" and rng.random() < 0.3
    legs = [
        wood(),
        wood("6b4a30"),
        metal(STEEL),
        Finish(plain("2a2a2e"), 0.4),
        Finish(tinted(), 0.4),
    ][rng.integers(5)]
    bend = rng.uniform(0.1, 0.35) if style == "shell" else 0.0

    def seat_of(p):
        x, y, z = p
        dip = (0.12 if style == "shell" else 0.0) * (x / wide) ** 2
        return extrude(rectangle(x, z, wide, deep, 0.14), y - seat - dip, thick, thick * 0.9) * 0.9

    def back_of(p):
        x, y, z = p
        up = y - seat
        away = z + deep - 0.03 + lean * up - bend * x * x
        flat = rectangle(x, up - back / 2, wide, back / 2, round_back)
        if style == "slats":
            place = ((up / back * 4) % 1 - 0.5) * back / 4  # four rows, each with a gap
            gap = rectangle(x, place, wide - 0.07, back / 8 - 0.045, 0.03)
            flat = np.maximum(flat, -gap)
        solid = extrude(flat, away, thick, thick * 0.9) * 0.85
        return solid

    def body(p):
        joined = union(seat_of(p), back_of(p), 0.10 if style == "shell" else 0.02)
        if armed:
            q = np.stack([np.abs(p[0]) - wide, p[1], p[2]])
            arm = slab(q, (0, seat + 0.3, -0.06), (0.045, 0.035, deep - 0.05), 0.03)
            post = rod(q, (0, seat, deep * 0.6), (0, seat + 0.3, deep * 0.6), 0.035)
            joined = np.minimum(joined, np.minimum(arm, post))
        return joined

    def stand(p):
        q = np.stack([np.abs(p[0]), p[1], np.abs(p[2])])
        top = (wide - 0.09, seat - thick, deep - 0.09)
        return rod(q, (top[0] + splay, 0.0, top[2] + splay), top, leg * 0.7, leg)

    parts = [
        (body, Finish(tinted(), {"shell": 0.3, "slats": 0.4, "cushion": 0.85}[style], 0.035)),
        (stand, legs),
    ]
    behind = deep + lean * back + 0.05
    return Product(parts, (wide + splay + 0.04, behind + 0.03), seat + back + 0.05)
