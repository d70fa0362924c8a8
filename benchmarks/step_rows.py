"""Rows of the table that `step.py` prints, made of its raw numbers alone."""

import numpy as np

HEAD = ("rows", "case", "beside", "a step", "ratio", "over the turns")
GROWING = ("batch", "width", "size")


def table(raw):
    """Return the whole table in Markdown.

    Args:
        raw: {"threads": n, "rows": {part: {case: numbers, or None where it is not installed}}}.
    """
    head = list(HEAD)
    head[3] += f", {raw['threads']} thread{'s' * (raw['threads'] != 1)}"
    rows = [head, ["---"] * len(head)]
    for part, cases in raw["rows"].items():
        rows += [[part, *row] for row in part_rows(part, cases)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def part_rows(part, cases):
    """Return the rows of one part, without its name."""
    if part == "memory":
        return memory_rows(cases)
    bases = [name for name in cases if name.startswith("ours,")] or list(cases)[:1]
    rows = [
        time_row(cases, name, base)
        for name in cases
        for base in (bases[:1] if name in bases else bases)
    ]
    if part not in GROWING:
        return rows
    power = f"{part}^{exponent(cases):.2f}"
    return [*rows, ["fitted power", "", "", power, ""]]


def time_row(cases, name, base):
    """Return a case's row: least milliseconds, and how many times as long as the base's step.

    The ratio is the median over pairs of turns that followed one another: other load on the machine
    slows both of a pair, where the least of all turns only says who had the one quiet second.
    """
    if cases[name] is None:
        return [name, base, "torch not installed", "", ""]
    mine, others = np.array(cases[name]), np.array(cases[base])
    pairs = mine / others
    ratio = np.median(pairs)
    spread = "" if name == base else f"{pairs.min():.2f} to {pairs.max():.2f}"
    return [name, base, f"{1e3 * mine.min():,.1f} ms", f"{ratio:.2f}", spread]


def exponent(cases):
    """Return p of the power law n^p that fits the least times, least squares on logarithms."""
    sizes = [float(n) for n in cases]
    times = [min(seconds) for seconds in cases.values()]
    return np.polyfit(np.log(sizes), np.log(times), 1)[0]


def memory_rows(cases):
    """Return what each system's process holds at most, beside the first system's."""
    base = next(name for name in cases if name.startswith("ours,"))
    rows = []
    for name, found in cases.items():
        if found is None:
            rows.append([name, base, "torch not installed", "", ""])
            continue
        ratio = f"{found['peak'] / cases[base]['peak']:.2f}"
        mib = f"{found['peak']:,.0f} MiB, {found['before']:,.0f} before the first"
        rows.append([name, base, mib, ratio, ""])
    return rows
