"""What style transfer refuses before anything is computed."""

from collections.abc import Sequence

from keras_gen.models.style.descent import OPTIMIZERS

STARTS = ("content", "noise")


def check_styles(
    styles: Sequence, style_weights: Sequence[float] | None, masks: Sequence | None
) -> None:
    """Refuse style weights or masks that do not fit the styles, whatever stands for a picture."""
    if not len(styles):
        raise ValueError("styles: expected at least one, found none")
    if style_weights is not None and masks is not None:
        raise ValueError("style weights: expected none beside masks, which share the picture")
    for name, values in (("style weights", style_weights), ("masks", masks)):
        if values is not None and len(values) != len(styles):
            raise ValueError(
                f"{name}: expected {len(styles)}, one for each style, found {len(values)}"
            )
    if style_weights is not None and (min(style_weights) < 0 or sum(style_weights) <= 0):
        raise ValueError(f"style weights: expected some above 0, found {list(style_weights)}")


def check_choices(optimizer: str, style_scale: float, start: str, tolerance: float) -> None:
    """Refuse options that style transfer does not know, or that are out of range."""
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {optimizer!r}: expected {' or '.join(OPTIMIZERS)}")
    if start not in STARTS:
        raise ValueError(f"unknown start {start!r}: expected {' or '.join(STARTS)}")
    if style_scale <= 0:
        raise ValueError(f"style scale: expected above 0, found {style_scale}")
    if tolerance < 0:
        raise ValueError(f"tolerance: expected at least 0, found {tolerance}")
