"""Rows of the table that `step.py` prints, made of its raw numbers alone."""

import re

import numpy as np
from results_table import in_chinese

HEAD = ("rows", "case", "beside", "a step", "ratio", "over the turns")
GROWING = ("batch", "width", "size")
IN_CHINESE = {
    "rows": "项目",
    "case": "情形",
    "beside": "对照",
    "ratio": "倍数",
    "over the turns": "各轮的范围",
    "peers": "同类",
    "compiled": "编译",
    "penalties": "惩罚",
    "unrolling": "展开",
    "batch": "批大小",
    "width": "宽度",
    "size": "边长",
    "memory": "内存",
    "none": "无",
    "fitted power": "拟合的幂",
    "torch not installed": "未安装 torch",
    "ours, simultaneous": "本项目，同时更新",
    "ours, alternating": "本项目，交替更新",
    "keras.io's order": "keras.io 的次序",
    "TensorFlow tutorial's loop": "TensorFlow 教程的循环",
    "PyTorch, eager": "PyTorch，即时执行",
    "r1, every 8th step": "r1，每 8 步一次",
    **{
        english + more: chinese + more.replace(", ", "，")
        for english, chinese in (
            ("the recipe", "配方"),
            ("width 128 and batch 256", "宽度 128、批大小 256"),
        )
        for more in ("", ", XLA", ", bfloat16", ", bfloat16, XLA")
    },
}


def chinese_table(raw):
    """Return the whole table with Chinese words."""
    device = re.sub(r"^(\d+) threads?$", r"\1 个线程", raw["device"])
    text = in_chinese(table(raw), IN_CHINESE | {f"a step, {raw['device']}": f"每步，{device}"})
    text = re.sub(r"\| ([\d.]+) to ([\d.]+) \|", r"| \1 至 \2 |", text)
    return re.sub(r"MiB, ([\d,]+) before the first", r"MiB，第一步之前 \1", text)


def table(raw):
    """Return the whole table in Markdown.

    Args:
        raw: {"device": its name, "rows": {part: {case: numbers, or None}}}, None where a peer is
            not installed.
    """
    head = list(HEAD)
    head[3] += f", {raw['device']}"
    rows = [head, ["---"] * len(head)]
    for part, cases in raw["rows"].items():
        rows += [[part, *row] for row in part_rows(part, cases)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def part_rows(part, cases):
    """Return the rows of one part, without its name."""
    if part == "memory":
        return memory_rows(cases)
    if part == "compiled":
        return [time_row(cases, name, name.partition(", ")[0]) for name in cases]
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
