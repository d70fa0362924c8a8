"""Files at the root that other tools read."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def read(name):
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_citation_has_what_its_format_requires():
    citation = read("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0" and citation["license"] == "Apache-2.0"
    assert citation["authors"] == [{"name": "The keras_gen developers"}]


def test_hooks_of_a_commit_run_scripts_that_exist():
    hooks = [hook for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert {"ruff-check", "ruff-format"} <= {hook["id"] for hook in hooks}
    for hook in hooks:
        python, *words = hook.get("entry", "python").split()
        assert python == "python" and all((ROOT / word).is_file() for word in words[:1])
