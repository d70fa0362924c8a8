"""Measure a toy world: which modes of the known mixture the generated points reach."""

from keras_gen import data, measures
from keras_gen.evaluation.measurements import Measurement
from keras_gen.measures.modes import SAMPLES


def measure_points(real, drawn, mixture) -> list[Measurement]:
    """Count the modes that generated points reach, and those close to one.

    Args:
        real: (N, 1, 1, 2) float32, points of the mixture that were not trained on.
        drawn: (M, 1, 1, 2) float32, generated points.
        mixture: `data.Mixture`, whose centres and deviation are known.

    Returns:
        List of `Measurement`: modes covered, share of high quality with its interval, and the share
        of the rarest mode, each beside that of the real points.
    """
    found, known = (
        measures.count_modes(points, mixture.centres, mixture.deviation) for points in (drawn, real)
    )
    close = round(found.high_quality * len(drawn))
    rows = (
        ("modes", f"modes covered, of {len(mixture.centres)}", lambda m: float(m.covered), None),
        (
            "high_quality",
            "points within 3 deviations of a mode",
            lambda m: m.high_quality,
            measures.wilson_interval(close, len(drawn)),
        ),
        ("rarest_mode", "share of the rarest mode", lambda m: float(m.shares.min()), None),
    )
    return [
        Measurement(
            key=key,
            label=label,
            value=value(found),
            interval=interval,
            better="higher",
            reference=value(known),
            reference_name="real points",
            n_real=len(real),
            n_fake=len(drawn),
        )
        for key, label, value, interval in rows
    ]


def point_figures(run, split: str | None, n: int, seed: int) -> tuple[dict, list[Measurement]]:
    """Measure a run of a toy world.

    Args:
        run: a `Run` whose recipe has `points(model, n, seed)`.
        split: "train" or "test", by default "test".
        n: number of points; at most 2,500 are taken, since more reach more modes.
        seed: integer, of the generated points.

    Returns:
        What `Measurements` says of the model and the real points, and the figures.
    """
    n, model = min(n, SAMPLES), run.load_model()
    real = data.load(run.recipe.data, run.recipe.image_shape, split or "test")
    known = {
        "steps": model.steps_done,
        "real_images": f"{split or 'test'} points of {real.summary}",
        "real_sha256": real.sha256,
    }
    drawn = run.recipe.points(model, n, seed)
    return known, measure_points(real.images[:n], drawn, data.MIXTURES[run.recipe.data])
