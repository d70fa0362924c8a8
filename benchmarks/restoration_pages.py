"""The tables of docs/restoration.md and its Chinese twin, from docs/restoration.json."""

from results_table import DOCS, fill, markdown

WORDS = {
    "task": "任务",
    "method": "方法",
    "PSNR, dB": "PSNR，dB",
    "SSIM": "SSIM",
    "PSNR behind, dB": "PSNR 落后，dB",
    "SSIM behind": "SSIM 落后",
    "sharpness": "锐度",
    "noise": "噪声",
    "JPEG": "JPEG",
    "holes": "孔洞",
    "half the size": "缩小一半",
    "input": "输入",
    "the first, one way round": "第一个修复网络，不取镜像平均",
    "median": "中值滤波",
    "bilateral": "双边滤波",
    "non-local means": "非局部均值",
    "total variation": "总变分",
    "biharmonic": "双调和补全",
    "bicubic": "双三次插值",
    "restorer, pixel loss alone": "修复网络，只用像素损失",
    "restorer, w = 0.002": "修复网络，w = 0.002",
    "restorer, with SSIM": "修复网络，加 SSIM",
    "restorer, with SSIM, w = 0.002": "修复网络，加 SSIM，w = 0.002",
    "steps": "训练步数",
    "CPU seconds": "CPU 秒数",
    "weight v": "权重 v",
    "weight w": "权重 w",
    "learning rate of D": "判别器学习率",
    "batch": "批大小",
    "data": "数据",
}
TASKS = {"denoise": "noise", "jpeg": "JPEG", "inpaint": "holes", "upscale": "half the size"}
COLUMNS = (
    "task", "method", "PSNR, dB", "SSIM", "PSNR behind, dB", "SSIM behind", "sharpness"
)  # fmt: skip


def figure(found, key, decimals):
    """Return mean and half the width of the interval, or a dash."""
    if key not in found:
        return "-"
    value = found[key]
    return f"{value['mean']:.{decimals}f} ± {(value['high'] - value['low']) / 2:.{decimals}f}"


def rows_of(found):
    """Return the rows of one set of images."""
    return [
        [
            TASKS[each["task"]],
            each["method"],
            figure(each, "psnr", 2),
            figure(each, "ssim", 3),
            figure(each, "psnr_behind", 2),
            figure(each, "ssim_behind", 3),
            f"{each['sharpness']:.2f}",
        ]
        for each in found["rows"]
    ]


def distance_rows(found):
    """Return the rows of the trade-off: error beside distance of the distributions."""
    errors = {(each["task"], each["method"]): each for each in found["rows"]}
    return [
        [
            TASKS[each["task"]],
            each["method"],
            f"{errors[each['task'], each['method']]['psnr']['mean']:.2f}",
            f"{errors[each['task'], each['method']]['sharpness']:.2f}",
            f"{each['fashion_net']:.2f}",
            f"{each['strided_net']:.2f}",
        ]
        for each in found["distances"]
    ]


def run_rows(stored):
    """Return a row for each run that was measured."""
    return [
        [
            name,
            f"{about['fields'].get('ssim_weight', 0):g}",
            f"{about['fields']['adversarial_weight']:g}",
            f"{about['fields']['d_learning_rate']:g}",
            str(about["fields"]["batch_size"]),
            f"{about['steps']:,}",
            f"{about['cpu_seconds']:,}",
        ]
        for name, found in stored.items()
        if name in ("products", "fashion_mnist", "fashion_mnist_10k")
        for about in found["runs"].values()
    ]


def in_chinese(text):
    """Return a table with its words in Chinese; method names end at the next bar."""
    for english, chinese in WORDS.items():
        text = text.replace(f"| {english} |", f"| {chinese} |")
    return text


def tables(stored):
    """Return {marker: table} of what the file holds."""
    found = {
        f"restoration {name.removesuffix('_10k')}": markdown(COLUMNS, rows_of(each))
        for name, each in stored.items()
        if name != "environment"
    }
    head = ("task", "method", "PSNR, dB", "sharpness", "FD-FashionNet", "FD-StridedNet")
    for name, each in stored.items():
        if name != "environment" and "distances" in each:
            found["restoration trade-off"] = markdown(head, distance_rows(each))
    head = ("data", "weight v", "weight w", "learning rate of D", "batch", "steps", "CPU seconds")
    found["restoration runs"] = markdown(head, run_rows(stored))
    return {marker: "\n".join(lines) for marker, lines in found.items()}


def write_pages(stored):
    """Put every table between its markers on both pages; return all of them as one text."""
    found = tables(stored)
    for marker, text in found.items():
        fill(DOCS / "restoration.md", marker, text)
        fill(DOCS / "restoration.zh-CN.md", marker, in_chinese(text))
    return "\n\n".join(found.values())
