"""The first two cells below a title: where and how long a tutorial runs, and what it needs."""

from notebook_words import EVERYWHERE, code_in

# The address of the repository, such as https://github.com/OWNER/keras_gen. Once it is set, a badge
# opens a notebook in Colab, which installs keras_gen from there; until then both are uploaded.
REPOSITORY = ""
COLAB = "https://colab.research.google.com/"
BADGE = f"[![Open In Colab]({COLAB}assets/colab-badge.svg)]({{}})"
UPLOAD = {
    "en": f"[Run it on Colab]({COLAB}): *Upload* this file there; the first cell asks for "
    "keras_gen's wheel, which `pip wheel --no-deps .` makes in a clone",
    "zh": f"[在 Colab 上运行]({COLAB})：在那里“上传”本文件；第一个单元会请你选择 keras_gen 的 "
    "wheel 文件，在克隆的项目里用 `pip wheel --no-deps .` 生成",
}
ABOUT = {
    "en": "[中文版](../zh/{name}.ipynb) · about {minutes} on 2 CPU cores, measured when this "
    "notebook was built · source of both languages: [tutorials/{name}.py](../{name}.py)",
    "zh": "[English](../en/{name}.ipynb) · 在 2 个 CPU 核上约 {minutes}（生成本笔记本时实测）"
    " · 中英文同出一个源文件：[tutorials/{name}.py](../{name}.py)",
}
MINUTES = {"en": ("{} minute", "{} minutes"), "zh": ("{} 分钟", "{} 分钟")}
OPENING = """
# Installs keras_gen where it is missing, as on Colab, and sets the style of the figures.
import importlib.util
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # fewer notes from TensorFlow
if importlib.util.find_spec("keras_gen") is None:
    clones = [f for f in pathlib.Path.cwd().parents if (f / "keras_gen/__init__.py").is_file()]
    source = {source}
    if not source and "google.colab" in sys.modules:
        from google.colab import files

        print("keras_gen's wheel, please: `pip wheel --no-deps .` makes it in a clone")
        source = next(iter(files.upload()), None)
    if not source:
        raise ModuleNotFoundError("keras_gen: pip install its folder or wheel, then run this again")
    wanted = f"keras_gen[offline] @ {{source}}" if "://" in source else f"{{source}}[offline]"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", wanted{font}], check=True)
    importlib.invalidate_caches()

import matplotlib.pyplot as plt

plt.rcParams.update({{"figure.dpi": 80, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False}})
if "get_ipython" in globals():  # a notebook: twice as many pixels, for screens that have them
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("retina")
"""
FONT = """
# A font with Chinese characters: that of the package pylopdf-fonts-zh-cn, or one of the system.
from matplotlib import font_manager

if importlib.util.find_spec("pylopdf_fonts_zh_cn"):
    import pylopdf_fonts_zh_cn

    font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())
known = set(font_manager.get_font_names())
fonts = ["Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK SC", "Noto Sans CJK JP",  # Linux
         "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti TC",
         "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"]
fonts = [name for name in fonts if name in known]
if not fonts:
    print("no Chinese font is found: pip install pylopdf-fonts-zh-cn, then run this again")
plt.rcParams["font.family"] = [*fonts[:1], "DejaVu Sans"]  # glyph by glyph, the first that has it
"""


def in_minutes(seconds, language):
    """Say how long something takes, such as "2 minutes"."""
    count = max(1, round(seconds / 60))
    return MINUTES[language][count > 1].format(count)


def opening(name, language, seconds):
    """Return the two cells below the title: where and how long it runs, and what it needs."""
    about = ABOUT[language].format(name=name, minutes=in_minutes(seconds, language))
    colab = UPLOAD[language]
    if REPOSITORY:
        place = REPOSITORY.replace("https://github.com/", f"{COLAB}github/")
        colab = BADGE.format(f"{place}/blob/main/tutorials/{language}/{name}.ipynb")
    source = repr(f"git+{REPOSITORY}") if REPOSITORY else "str(clones[0]) if clones else None"
    font = ', "pylopdf-fonts-zh-cn"' if language == "zh" else ""
    code = OPENING.format(source=source, font=font).strip()
    if language == "zh":
        code = code_in(code + "\n" + FONT.rstrip(), EVERYWHERE)
    return [("markdown", f"{colab}\n\n{about}"), ("code", code)]
