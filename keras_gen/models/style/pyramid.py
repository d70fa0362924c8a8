"""The sizes at which a picture is optimised, from coarse to fine."""

import math

FIRST_LONG_SIDE = 128  # pixels of the longer side at the first scale, at least
MIN_SHORT_SIDE = 32  # pixels of the shorter side that block 5 needs to see anything
SCHEDULES = {"quality": 160, "classic": 300}  # name -> steps at the first scale
LEAST = 0.3  # of these steps at every later scale; with fewer, 512 pixels are left unfinished

Size = tuple[int, int]  # (height, width) in pixels


def pyramid(
    height: int, width: int, schedule: str = "quality", steps: int | None = None
) -> list[tuple[Size, int]]:
    """Plan the sizes at which a picture is optimised, and the steps at each.

    "quality" goes from coarse to fine: large forms settle where the 156 pixels that the network
    sees are most of the picture, and later scales only add detail. It begins with 128 to 181 pixels
    on the longer side, or more where the shorter one would have less than 32; each scale is larger
    by the square root of 2. The second one has half the steps of the first, all others 0.3 of them.
    "classic" is one scale, as in the papers.

    Args:
        height: pixels of the finished picture.
        width: pixels of the finished picture.
        schedule: "quality" or "classic".
        steps: at the first scale; by default 160 or, for "classic", 300.

    Returns:
        List of ((height, width), steps), the last one of full size.

    Raises:
        ValueError: unknown schedule, or steps below 1.
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"unknown schedule {schedule!r}: expected {' or '.join(SCHEDULES)}")
    steps = SCHEDULES[schedule] if steps is None else steps
    if steps < 1:
        raise ValueError(f"steps: expected at least 1, found {steps}")
    ratio = min(max(height, width) / FIRST_LONG_SIDE, min(height, width) / MIN_SHORT_SIDE)
    count = math.floor(2 * math.log2(ratio)) + 1 if schedule == "quality" and ratio > 1 else 1
    factors = [2 ** ((count - 1 - number) / 2) for number in range(count)]
    return [
        (
            (round(height / factor), round(width / factor)),
            max(1, round(steps * max(LEAST, 0.5**number))),
        )
        for number, factor in enumerate(factors)
    ]
