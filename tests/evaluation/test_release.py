"""The gate before release: which measures fail, by hand-made measurements."""

import pytest
from PIL import Image

from keras_gen.cli import main
from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.evaluation.release import Check, compare_with_approved, format_checks
from keras_gen.files import write_text
from keras_gen.provenance import Origin, save_generated
from keras_gen.recipes import DCGANRecipe
from keras_gen.runs import Run

PICTURE = Image.new("L", (8, 8))


def figure(key, value, interval, better="lower", reference=None):
    return Measurement(
        key=key, label=key, value=value, better=better, n_real=500, n_fake=500,
        features="FashionNet", interval=interval, reference=reference,
    )  # fmt: skip


def measured(path, *figures, real="ab"):
    run = Run(path=path, name="dcgan", recipe=DCGANRecipe(), provenance={})
    run.create()
    measurements = Measurements(
        recipe="dcgan", steps=1, real_images="test images", real_sha256=real, seed=0,
        figures=figures,
    )  # fmt: skip
    write_text(path / "metrics.json", measurements.to_json())
    save_generated(path / "samples.png", PICTURE, run.origin)
    PICTURE.save(path / "losses.png")  # curves, which have no label
    return run


APPROVED = (
    figure("frechet_distance", 1.0, (0.9, 1.1)),
    figure("recall", 0.50, (0.48, 0.52), "higher"),
    figure("class_3", 0.10, (0.09, 0.11), "near", 0.10),
    figure("copied", 0.04, (0.03, 0.05), "lower", 0.01),
    figure("density", 0.9, None, "near"),
)


def reasons(tmp_path, *figures):
    approved = measured(tmp_path / "approved", *APPROVED)
    checks = compare_with_approved(measured(tmp_path / "new", *figures), approved)
    assert checks.pop() == Check(label="labelled pictures", value=1, approved=1)
    return {check.label: check.reason for check in checks}


def test_intervals_that_meet_pass_and_those_on_the_better_side_too(tmp_path):
    found = reasons(
        tmp_path,
        figure("frechet_distance", 1.25, (1.1, 1.4)),  # touches 1.1
        figure("recall", 0.9, (0.88, 0.92), "higher"),
        figure("class_3", 0.051, (0.04, 0.06), "near", 0.10),
        figure("copied", 0.012, (0.008, 0.016), "lower", 0.01),
        figure("density", 0.1, None, "near"),
        figure("new_measure", 9.0, (8.0, 10.0)),
    )
    assert found == {"frechet_distance": "", "recall": "", "class_3": "", "copied": ""}


def test_each_rule_refuses_what_it_is_for(tmp_path):
    found = reasons(
        tmp_path,
        figure("frechet_distance", 1.25, (1.11, 1.4)),
        figure("recall", 0.4, (0.38, 0.47), "higher"),
        figure("class_3", 0.049, (0.04, 0.06), "near", 0.10),
        figure("copied", 0.02, (0.015, 0.025), "lower", 0.01),  # fewer than approved, and too many
    )
    assert found == {
        "frechet_distance": "worse: 1.11 at best, approved 1.1 at worst",
        "recall": "worse: 0.47 at best, approved 0.48 at worst",
        "class_3": "less than half of the 0.1 of real images",
        "copied": "more than the 0.01 of chance",
    }


def test_the_table_ends_with_the_verdict(tmp_path):
    approved = measured(tmp_path / "approved", *APPROVED[:3])
    checks = compare_with_approved(approved, approved.path)
    assert format_checks(checks).splitlines()[-1] == "may be released"
    worse = measured(tmp_path / "new", figure("frechet_distance", 9.0, (8.0, 10.0)))
    lines = format_checks(compare_with_approved(worse, approved)).splitlines()
    assert lines[-1] == "refused: 1 of 2 checks fail"
    assert lines[1].split()[:3] == ["frechet_distance", "9", "1"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: PICTURE.save(path / "samples.png"), "samples.png: no label TC260:AIGC; "),
        (lambda path: (path / "samples.png").unlink(), "expected pictures in "),
        (lambda path: PICTURE.save(path / "a.jpg"), "a.jpg: no label TC260:AIGC; "),
        (lambda path: PICTURE.save(path / "a.jpeg"), "a.jpeg: no label TC260:AIGC; "),
        (
            lambda path: save_generated(
                path / "samples.png", PICTURE, Origin(model="dcgan", run_id="0" * 12, seed=0)
            ),
            "samples.png: labelled as of another run, 'dcgan-000000000000-0-",
        ),
    ],
)
def test_a_run_whose_pictures_are_not_labelled_as_its_own_is_refused(
    tmp_path, capsys, spoil, reason
):
    approved = measured(tmp_path / "approved", *APPROVED[:3])
    new = measured(tmp_path / "new", *APPROVED[:3])
    spoil(new.path)
    assert compare_with_approved(new, approved)[-1].reason.startswith(reason)
    assert main(["gate", str(new.path), "--against", str(approved.path)]) == 1
    out = capsys.readouterr().out
    assert reason in out and out.endswith("refused: 1 of 4 checks fail\n")
    assert main(["gate", str(approved.path), "--against", str(new.path)]) == 0


def test_two_unlabelled_pictures_are_counted(tmp_path):
    run = measured(tmp_path / "a", *APPROVED)
    (run.path / "samples").mkdir(exist_ok=True)
    for name in ("0.png", "1.png"):
        PICTURE.save(run.path / "samples" / name)
    check = compare_with_approved(run, run)[-1]
    assert check.value == pytest.approx(1 / 3)
    assert check.reason.startswith("samples/0.png: no label") and check.reason.endswith(
        ", and 1 more"
    )


def test_the_command_says_it_by_its_status(tmp_path, capsys):
    approved = measured(tmp_path / "approved", *APPROVED[:3])
    worse = measured(tmp_path / "new", figure("frechet_distance", 9.0, (8.0, 10.0)))
    assert main(["gate", str(approved.path), "--against", str(approved.path)]) == 0
    assert capsys.readouterr().out.endswith("may be released\n")
    assert main(["gate", str(worse.path), "--against", str(approved.path)]) == 1
    assert "refused: 1 of 2" in capsys.readouterr().out
    assert main(["gate", str(tmp_path / "none"), "--against", str(approved.path)]) == 2


def test_what_cannot_be_compared_is_refused(tmp_path):
    approved = measured(tmp_path / "approved", *APPROVED)
    other = measured(tmp_path / "other", *APPROVED, real="cd")
    with pytest.raises(ValueError, match="different images or features cannot be compared"):
        compare_with_approved(other, approved)
    bare = Run(path=tmp_path / "bare", name="dcgan", recipe=DCGANRecipe(), provenance={})
    bare.create()
    with pytest.raises(
        FileNotFoundError, match=r"expected measurements in .*bare, found none; run"
    ):
        compare_with_approved(bare, approved)
