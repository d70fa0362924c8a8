"""The sizes and steps of the descent from coarse to fine."""

import pytest

from keras_gen.models.style.pyramid import pyramid


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # sides 512 / 2^(k/2), steps 200 / 2^(k/2) upwards: 181.02, 362.04; 141.4, 70.7
        ((512, 512), [(128, 200), (181, 141), (256, 100), (362, 71), (512, 50)]),
        # 2 log2(400 / 128) = 3.29, so four scales: 141.4 x 106.07, 200 x 150, 282.8 x 212.1
        (
            (300, 400),
            [((106, 141), 200), ((150, 200), 141), ((212, 283), 100), ((300, 400), 71)],
        ),
        ((256, 64, "quality", 10), [((128, 32), 10), ((181, 45), 7), ((256, 64), 5)]),
        ((256, 64, "quality", 1), [((128, 32), 1), ((181, 45), 1), ((256, 64), 1)]),
        # the shorter side has 32 pixels at least: 2 log2(64 / 32) = 2, 2 log2(40 / 32) = 0.6
        ((64, 512), [((32, 256), 200), ((45, 362), 141), ((64, 512), 100)]),
        ((40, 512), [((40, 512), 200)]),
        ((96, 64), [((96, 64), 200)]),
        ((128, 128), [(128, 200)]),
        ((181, 181), [(181, 200)]),  # the square root of 2 comes after 181.02 pixels
        ((182, 182), [(129, 200), (182, 141)]),  # 128.7
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
