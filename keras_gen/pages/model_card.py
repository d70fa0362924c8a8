"""A run's model card in Markdown, English and Chinese, from nothing but its own records.

The front matter has the keys of the Hugging Face Hub, so that the file can be published there as it
is. Words are in `model_card_words.py`; what is said of weaknesses follows from `metrics.json`.

Reference: Mitchell et al. 2019, arXiv:1810.03993.
"""

from pathlib import Path

from keras_gen.data import MIXTURES
from keras_gen.evaluation import read_measurements
from keras_gen.evaluation.measurements import Measurement
from keras_gen.files import write_text
from keras_gen.pages.model_card_words import LABELS, WORDS
from keras_gen.provenance import DUTY
from keras_gen.runs import Run, data_summary

NAMES = {"en": "model_card.md", "zh": "model_card.zh-CN.md"}
PICTURES = ("samples", "reconstructions", "interpolations", "traversals", "losses")
# The dataset's name on the Hub, by what data are called here.
HUB = dict.fromkeys(("fashion_mnist", "fashion_mnist_10k"), "zalando-datasets/fashion_mnist")
SOFT = 0.8  # below this part of real images' sharpness, samples are called blurred
RARE = 0.5  # below this part of its real share or of real variety, something is called rare


def write_model_card(run: Run | str | Path) -> list[Path]:
    """Write `model_card.md` and `model_card.zh-CN.md` into a run's folder.

    Args:
        run: a `Run` that has been trained, or its folder. Measures are those of its `metrics.json`,
            if `keras-gen evaluate` has written one.

    Returns:
        The two paths.

    Raises:
        FileNotFoundError: no run.
        ValueError: its records cannot be read, or the run comes with the package.
    """
    run = Run.open(run)
    if run.is_bundled:
        raise ValueError(f"expected the folder of a run, found {run.name} of the package")
    paths = [run.path / name for name in NAMES.values()]
    for language, path in zip(NAMES, paths, strict=True):
        write_text(path, model_card(run, language))
    return paths


def model_card(run: Run, language: str) -> str:
    """Return the text of a run's model card, "en" or "zh"."""
    words, measured = WORDS[language], read_measurements(run)
    if measured and measured.steps != _steps(run):
        measured = None  # of an earlier state
    figures = measured.figures if measured else ()
    weak = weaknesses(figures, language) or [words["none found" if figures else "not measured"]]
    parts = [
        _front_matter(run),
        f"# {words['title'].format(name=run.name)}",
        words["what"].format(recipe=run.name),
        *_pictures(run, words),
        _section(words, "data", *_data(run, words)),
        _section(words, "training", *_training(run, words)),
        _section(words, "measures", *_measures(measured, words, language)),
        _section(words, "weaknesses", *(f"- {line}" for line in weak)),
        _section(words, "use", words["for"], words["not for"]),
        _section(words, "label", DUTY[language]),
        _section(
            words, "repeat", f"    keras-gen train --recipe recipe.json --steps {_steps(run)}"
        ),
    ]
    return "\n\n".join(parts) + "\n"


def weaknesses(figures: tuple[Measurement, ...], language: str) -> list[str]:
    """Say in sentences where measures fall short of their yardsticks.

    Args:
        figures: of one run.
        language: "en" or "zh".
    """
    found = []
    for figure in figures:
        if key := _weakness(figure):
            values = {"value": figure.value, "real": figure.reference}
            name = figure.label.removeprefix("share of ")
            found.append(WORDS[language][key].format(name=name, **values))
    return found


def _weakness(figure):
    """Return which sentence a figure calls for, or None."""
    key, value, real = figure.key, figure.value, figure.reference
    low, high = figure.interval or (value, value)
    if real is None or key == "class_entropy":
        return None
    falls_short = {
        "rare": key.startswith("class_") and value < RARE * real,
        "narrow": key == "recall" and value < RARE * real,
        "blurred": key == "sharpness" and value < SOFT * real,
        "missed": key in ("label_hits", "kind_hits") and high < real,
        "copied": key == "copied" and low > real,
        "duplicates": key == "duplicates" and low > real,
    }
    return next((name for name, is_so in falls_short.items() if is_so), None)


def _front_matter(run):
    """Return the keys that the Hub reads; who publishes decides on the licence of the weights."""
    lines = ["license: unknown", "library_name: keras", "language: [en, zh]"]
    if run.recipe.can_sample:
        lines.append("pipeline_tag: unconditional-image-generation")
    if run.recipe.data in HUB:
        lines.append(f"datasets: [{HUB[run.recipe.data]}]")
    lines.append(f"tags: [keras_gen, {run.name}, image-generation]")
    return "\n".join(["---", *lines, "---"])


def _section(words, key, *paragraphs):
    lists = all(line.startswith(("- ", "| ")) for line in paragraphs)
    return "\n\n".join([f"## {words[key]}", ("\n" if lists else "\n\n").join(paragraphs)])


def _pictures(run, words):
    here = [name for name in PICTURES if (run.path / f"{name}.png").is_file()]
    return [f"![{words[name]}]({name}.png)\n\n*{words[name]}*" for name in here]


def _data(run, words):
    known = run.provenance.get("data", {})
    name, licence = data_summary(run) or words["folder"], words["own data"]
    if run.recipe.data in HUB:
        licence = words["fashion licence"]
    elif run.recipe.data == "photos":
        licence = words["photos licence"]
    elif run.recipe.data == "products":
        licence = words["products licence"]
    elif run.recipe.data in MIXTURES:
        licence = words["computed"]
    return _list(words, images=name, sha256=f"`{known.get('sha256', '?')}`", licence=licence)


def _training(run, words):
    recipe = run.recipe
    versions = run.provenance.get("versions", {})
    facts = _list(
        words,
        steps=f"{_steps(run):,} x {recipe.images_per_step}",
        seed=recipe.seed,
        precision=recipe.precision,
        time=_time(run.read_metrics(), recipe.images_per_step, words),
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
    )
    return [*facts, f"- {words['fields']}"]


def _list(words, **facts):
    return [f"- {words[key]}{words['colon']}{value}" for key, value in facts.items()]


def _steps(run):
    if run.is_bundled:  # which has no rows
        return run.recipe.steps
    rows = run.read_metrics()
    return int(rows[-1]["step"]) if rows else 0


def _time(rows, images_per_step, words):
    """Return what the rows of `metrics.csv` add up to; a bundled run has none."""
    if not rows:
        return words["no hours"]
    seconds, before = 0.0, 0
    for row in rows:
        images = (row["step"] - before) * images_per_step
        seconds, before = seconds + images / max(row["images_per_second"], 1e-9), row["step"]
    if "cpu_seconds" not in rows[0]:
        return words["hours, clock"].format(seconds / 3600)
    return words["hours"].format(seconds / 3600, sum(row["cpu_seconds"] for row in rows) / 3600)


def _measures(measured, words, language):
    if measured is None:
        return [words["not measured"]]
    lines = [words["measured on"].format(images=measured.real_images, seed=measured.seed)]
    table = [
        f"| | {words['value']} | {words['interval']} | {words['yardstick']} |",
        "|---|---|---|---|",
    ]
    for figure in measured.figures:
        low_high = "{:.4g} - {:.4g}".format(*figure.interval) if figure.interval else ""
        known = ""
        if figure.reference is not None:
            known = f"{figure.reference:.4g} ({_label(figure.reference_name, language)})"
        label = _label(figure.label, language)
        table.append(f"| {label} | {figure.value:.4g} | {low_high} | {known} |")
    return [*lines, "\n".join(table)]


def _label(label, language):
    """Return a measure's label in a language; what has no translation stays as it is."""
    if language == "zh":
        for english, chinese in LABELS:
            label = label.replace(english, chinese)
    return label
