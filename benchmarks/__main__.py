"""Run a script of this folder: `python -m benchmarks step` is `python benchmarks/step.py`."""

import argparse
import ast
import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def scripts():
    """List the scripts: {name: first line of the docstring}, without importing what they need."""
    found = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        source = path.read_text(encoding="utf-8")
        if "\nif __name__ ==" in source:
            found[path.stem] = ast.get_docstring(ast.parse(source)).splitlines()[0]
    return found


def main():
    """Hand the other arguments to the script."""
    known = scripts()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure speed and quality beside other algorithms.",
        epilog="\n".join(["scripts:", *(f"  {name:<15} {line}" for name, line in known.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("script", choices=list(known), metavar="SCRIPT", help="a name of the list")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own; try --help")
    chosen = parser.parse_args()
    path = str(FOLDER / f"{chosen.script}.py")
    sys.argv = [path, *chosen.arguments]
    sys.path.insert(0, str(FOLDER))  # scripts import their neighbours, as when run by their path
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    main()
