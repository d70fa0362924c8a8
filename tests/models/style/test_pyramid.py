"""The sizes and steps of the descent from coarse to fine."""

import pytest

from keras_gen.models.style.pyramid import pyramid


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # sides 512 / 2^(k/2): 181.02, 362.04; steps 160, half of them, 0.3 of them
        ((512, 512), [(128, 160), (181, 80), (256, 48), (362, 48), (512, 48)]),
        # 2 log2(400 / 128) = 3.29, so four scales: 141.4 x 106.07, 200 x 150, 282.8 x 212.1
        (
            (300, 400),
            [((106, 141), 160), ((150, 200), 80), ((212, 283), 48), ((300, 400), 48)],
        ),
        ((256, 64, "quality", 10), [((128, 32), 10), ((181, 45), 5), ((256, 64), 3)]),
        ((256, 64, "quality", 1), [((128, 32), 1), ((181, 45), 1), ((256, 64), 1)]),
        # the shorter side has 32 pixels at least: 2 log2(64 / 32) = 2, 2 log2(40 / 32) = 0.6
        ((64, 512), [((32, 256), 160), ((45, 362), 80), ((64, 512), 48)]),
        ((40, 512), [((40, 512), 160)]),
        ((96, 64), [((96, 64), 160)]),
        ((128, 128), [(128, 160)]),
        ((181, 181), [(181, 160)]),  # the square root of 2 comes after 181.02 pixels
        ((182, 182), [(129, 160), (182, 80)]),  # 128.7
        ((512, 512, "classic"), [(512, 300)]),
        ((300, 400, "classic", 20), [((300, 400), 20)]),
    ],
    ids=str,
)
def test_pyramids_worked_by_hand(arguments, expected):
    square = [
        (size if isinstance(size, tuple) else (size, size), steps) for size, steps in expected
    ]
    assert pyramid(*arguments) == square


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fast",), "unknown schedule 'fast': expected quality or classic"),
        (("quality", 0), "steps: expected at least 1, found 0"),
        (("classic", -3), "steps: expected at least 1, found -3"),
    ],
)
def test_plans_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        pyramid(64, 64, *arguments)
