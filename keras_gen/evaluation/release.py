"""Whether a newly trained run may take the place of one that was approved: measurements, labels.

For a nightly job: train, `keras-gen evaluate`, then `keras-gen gate NEW --against APPROVED`. The
approved run stays where it is, so going back is a matter of naming its folder again.
"""

import dataclasses
from collections.abc import Sequence

from keras_gen.evaluation.measure_run import read_measurements
from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.evaluation.side_by_side import check_comparable
from keras_gen.evaluation.tables import align
from keras_gen.provenance import read_marks
from keras_gen.runs import Run

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
CURVES = "losses.png"  # shows nothing generated, and has no label
RARE = 0.5  # a class with less than this part of its real share is missing for those who need it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """One measure of a run beside that of the approved one.

    Attributes:
        label: of the measure.
        value: of the new run.
        approved: of the approved one.
        reason: why it fails, or an empty text.
    """

    label: str
    value: float
    approved: float
    reason: str = ""


def compare_with_approved(run: Run | str, approved: Run | str) -> list[Check]:
    """Check a measured run against an approved one.

    A measure fails

    - where a lower or a higher value is better, if the two 95 % intervals do not meet and the new
      run is on the worse side. The intervals speak of the choice of images and samples only, and
      not of the chance in training: another seed may fail, where it is somewhat worse;
    - if a class has less than half of the share that real images have;
    - if suspected copies of training images are more than chance explains, whatever was approved;
    - if one of the pictures in the run's folder is not labelled as this run's, or there is none.

    Args:
        run: a measured `Run`, or its folder.
        approved: the same of the approved one.

    Returns:
        One `Check` for each measure that both have and that has an interval, and one of labels.

    Raises:
        FileNotFoundError: no run, or one that was not measured.
        ValueError: measured on other images, counts or features; or a picture is damaged.
    """
    names = [str(getattr(each, "path", each)) for each in (run, approved)]
    new, old = (_measured(each) for each in (run, approved))
    check_comparable(names, (new, old))
    checks = [
        Check(
            label=figure.label,
            value=figure.value,
            approved=old.by_key[key].value,
            reason=_reason(figure, old.by_key[key]),
        )
        for key, figure in new.by_key.items()
        if figure.interval and key in old.by_key and old.by_key[key].interval
    ]
    (share, reason), (approved_share, _) = (_labelled(Run.open(each)) for each in (run, approved))
    labels = Check(label="labelled pictures", value=share, approved=approved_share, reason=reason)
    return [*checks, labels]


def _labelled(run):
    """Return the share of a run's pictures that are labelled as its own, and why not all are."""
    pictures = sorted(
        path
        for path in run.path.rglob("*")
        if path.suffix.lower() in PICTURES and path.name != CURVES
    )
    if not pictures:
        return float("nan"), f"expected pictures in {run.path}, found none"
    wrong = [
        f"{path.relative_to(run.path)}: {why}" for path in pictures if (why := _fault(run, path))
    ]
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return 1 - len(wrong) / len(pictures), (wrong[0] + more if wrong else "")


def _fault(run, path):
    """Return why a picture is not labelled as a run's, or an empty text."""
    reading = read_marks(path)
    if reading.faults:
        return "; ".join(reading.faults)
    if not reading.number.startswith(f"{run.name}-{run.id}-"):
        return f"labelled as of another run, {reading.number[:80]!r}"
    return ""


def _measured(run) -> Measurements:
    run = Run.open(run)
    measurements = read_measurements(run)
    if measurements is None:
        raise FileNotFoundError(
            f"expected measurements in {run.path}, found none; run keras-gen evaluate {run.path}"
        )
    return measurements


def _reason(new: Measurement, old: Measurement) -> str:
    """Return why a measure fails, or an empty text."""
    assert new.interval and old.interval  # of those that have one
    (low, high), (old_low, old_high) = new.interval, old.interval
    if new.key.startswith("class_") and new.reference and new.value < RARE * new.reference:
        return f"less than half of the {new.reference:.3g} of real images"
    if new.key == "copied" and new.reference is not None and low > new.reference:
        return f"more than the {new.reference:.3g} of chance"
    if new.better == "lower" and low > old_high:
        return f"worse: {low:.4g} at best, approved {old_high:.4g} at worst"
    if new.better == "higher" and high < old_low:
        return f"worse: {high:.4g} at best, approved {old_low:.4g} at worst"
    return ""


def format_checks(checks: Sequence[Check]) -> str:
    """Return the checks as a table of plain text, with a verdict in the last line."""
    rows = [("", "this run", "approved", "")]
    rows += [
        (check.label, f"{check.value:.4g}", f"{check.approved:.4g}", check.reason or "passes")
        for check in checks
    ]
    failed = sum(bool(check.reason) for check in checks)
    verdict = f"refused: {failed} of {len(checks)} checks fail" if failed else "may be released"
    return "\n".join([*align(rows), "", verdict])
