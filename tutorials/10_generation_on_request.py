"""Tutorial 10, conditional GANs and truncation. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 10. Generation on request
#
# A generator that draws the class you ask for, and a discriminator that checks whether it did. You need [tutorial 1](01_adversarial_game.ipynb) and [tutorial 3](03_dcgan.ipynb).
#
# After this notebook you can
#
# - write the adversarial game with a label, and its best discriminator for each label;
# - say why a discriminator that is not told the label cannot make the generator obey it;
# - derive the projection discriminator from two classifiers, and compute its logit and its slopes by hand;
# - measure whether requests are met, with an interval and beside real images;
# - trade variety for hits by truncating the noise, and say what that costs and where it ends.

# %% [markdown] lang="zh"
# # 10. 按要求生成
#
# 生成器画你要的那一类，判别器检查它画的是不是那一类。请先读[教程 1](01_adversarial_game.ipynb)和[教程 3](03_dcgan.ipynb)。
#
# 学完本篇，你能够
#
# - 写出带标签的对抗博弈，以及每个标签下的最优判别器；
# - 说清楚：判别器若不知道标签，为什么就无法让生成器听从标签；
# - 从两个分类器推导出投影判别器，并手算它的 logit 和斜率；
# - 衡量要求是否得到满足：给出区间，并与真实图像对照；
# - 截断噪声，用多样性换取命中率，并说出代价是什么、限度在哪里。

# %%
import inspect
import itertools
import math
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

import keras_gen
from keras_gen import data, losses, measures
from keras_gen.models.sampling import class_vectors, draw_noise, joined
from keras_gen.networks import conditional_gan, dcgan
from keras_gen.pictures import grid
from keras_gen.recipes import ConditionalGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# A shop wants a picture of *a bag*. The GAN of tutorial 3 draws some product, and nobody can say beforehand of which kind. One could draw until a bag comes, but that needs a judge who recognises bags, and it throws most of the work away.
#
# The training images do carry labels. **What must change in the game so that a label is an order, and not one more number beside the noise?**

# %% [markdown] lang="zh"
# ## 问题
#
# 店铺要一张**包**的图。教程 3 的 GAN 会画出一件商品，但事先谁也说不准是哪一类。可以一直画，直到画出包为止；但这需要一个认得包的裁判，而且大部分图都白画了。
#
# 训练图像本来就有标签。**博弈要怎样改，标签才是一个必须执行的要求，而不只是噪声旁边多出来的几个数？**

# %% [markdown] lang="en"
# ## The picture
#
# Left: 40 draws of the trained DCGAN that comes with the package. Right: what an order looks like, a row for each of five of the ten classes; these are real images.

# %% [markdown] lang="zh"
# ## 图示
#
# 左边是本项目附带的、训练好的 DCGAN 画的 40 张图。右边是“按要求”应有的样子，取十类中的五类，每类一行；这里用的是真实图像。

# %%
train = data.load("fashion_mnist_10k")  # images (10000, 28, 28, 1) uint8, labels (10000,)
test = data.load("fashion_mnist_10k", split="test")  # 200 images of each class
NAMES, BAG = train.class_names, train.class_names.index("Bag")
judge, second_judge = measures.load_judges("fashion_net", (28, 28, 1))


def show(axes, images, columns, names=(), title=""):
    """Draw a grid of images, with a name beside each row."""
    axes.imshow(grid(images, columns), cmap="gray", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=30 * np.arange(len(names)) + 14, yticklabels=names, title=title)
    axes.grid(False)
    axes.spines[:].set_visible(False)


plain = keras_gen.load("dcgan")
orders = np.concatenate([np.flatnonzero(test.labels == k)[:8] for k in range(0, 10, 2)])
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.1))
show(left, plain.sample(40, seed=0), 8, title="DCGAN: the next 40")
show(right, test.images[orders] / 255, 8, NAMES[::2], title="ordered by class")
plt.show()

_, shown = judge(data.unit_to_uint8(plain.sample(200 if FAST else 2000, seed=1)))
bags = np.mean(shown == BAG)
print(f"DCGAN: {bags:.1%} of its draws are bags to the classifier, one in {1 / bags:.0f}")
assert FAST or 0.05 < bags < 0.2

# %% [markdown] lang="en"
# With ten classes that is bearable. A shop with a thousand kinds of goods would throw away nearly everything.
#
# ## The formula, one step a line
#
# **The game with a label.** The label $y$ has the shares $p(y)$ of the data, real images come from $p_r(x \mid y)$. $G$ gets noise and a label and draws from $p_g(x \mid y)$. Both networks see $y$:
#
# $$
# \begin{aligned}
# \min_G \max_D \; & E_y\!\left[ E_{x \sim p_r(x \mid y)} \log D(x, y) + E_z \log(1 - D(G(z, y), y)) \right] && (1) \\
# = \min_G \max_D \; & E_y\!\left[ \int p_r(x \mid y) \log D(x, y) + p_g(x \mid y) \log(1 - D(x, y)) \, dx \right] && (2) \\
# D^\ast(x, y) &= \frac{p_r(x \mid y)}{p_r(x \mid y) + p_g(x \mid y)} && (3) \\
# \text{and (2) is there } & -\log 4 + 2 \, E_y\!\left[ JS(p_r(\cdot \mid y), p_g(\cdot \mid y)) \right] && (4)
# \end{aligned}
# $$
#
# For each $y$ this is the game of tutorial 1, so (3) and (4) follow as they did there. (4) is smallest when $p_g(x \mid y) = p_r(x \mid y)$ for *every* label that occurs.
#
# **A $D$ that is not told.** It sees images only, and these come from the mixture of all labels:
#
# $$
# \begin{aligned}
# p_g(x) &= \sum_y p(y) \, p_g(x \mid y), \qquad D^\ast(x) = \frac{p_r(x)}{p_r(x) + p_g(x)} && (5) \\
# JS(p_r, p_g) = 0 \; & \text{ does not imply } \; JS(p_r(\cdot \mid y), p_g(\cdot \mid y)) = 0 && (6)
# \end{aligned}
# $$
#
# Every $G$ whose *mixture* is right has won. So has one that ignores $y$ and still draws the right mixture. One that answers "bag" with boots and "boot" with bags has won as well, if both are asked for equally often. Nothing in the loss prefers obedience.
#
# **The projection discriminator.** What must the logit of (3) look like? With $p(y)$ shared, Bayes' rule $p(x \mid y) = p(y \mid x)\, p(x) / p(y)$ splits it. Let both $p(y \mid x)$ be a softmax over linear functions of the same features $\phi(x)$, with $y$ as a vector that has 1 at the class and 0 elsewhere:
#
# $$
# \begin{aligned}
# s^\ast(x, y) &= \log \frac{p_r(x \mid y)}{p_g(x \mid y)} = \log \frac{p_r(y \mid x)}{p_g(y \mid x)} + \log \frac{p_r(x)}{p_g(x)} && (7) \\
# \log p_r(y \mid x) &= y^\top A \, \phi(x) - \log Z_r(x), \qquad \log p_g(y \mid x) = y^\top B \, \phi(x) - \log Z_g(x) && (8) \\
# s^\ast(x, y) &= y^\top (A - B) \, \phi(x) + \left[ \log \frac{p_r(x)}{p_g(x)} - \log Z_r(x) + \log Z_g(x) \right] && (9) \\
# s(x, y) &= y^\top V \phi(x) + \psi(\phi(x)) && (10)
# \end{aligned}
# $$
#
# The bracket of (9) holds no $y$: it becomes one function $\psi$ of the image alone, "does it look real?". The first term asks "does it look like its label?": $V$ has one row for each class, and the row of the class is *projected* on the features (Miyato and Koyama 2018). The library takes $\psi(\phi) = w^\top \phi + b$. Its slopes:
#
# $$
# \frac{\partial s}{\partial V} = y \, \phi(x)^\top, \qquad \frac{\partial s}{\partial \phi} = w + V^\top y \qquad (11)
# $$
#
# By the left one only the row of the class that was asked for has a slope. By the right one $D$ pulls the same image in another direction for each label; this is what $G$ learns from.
#
# **The label in $G$** enters the first layer beside the noise. The part of its matrix that meets $y$ is called $U$ and has one row for each class:
#
# $$
# W \begin{pmatrix} z \\ y \end{pmatrix} = W_z z + U^\top y \qquad (12)
# $$
#
# **Truncation** keeps the noise near its middle, where images are meant to be more typical. Keep each entry of the noise between $-t$ and $t$. With the density $n(z) = e^{-z^2/2} / \sqrt{2 \pi}$, for which $n' = -z n$:
#
# $$
# \begin{aligned}
# P(|z| \le t) &= \int_{-t}^{t} n(z) \, dz = \mathrm{erf}(t / \sqrt 2) && (13) \\
# \int_{-t}^{t} z^2 n(z) \, dz &= \left[ -z \, n(z) \right]_{-t}^{t} + \int_{-t}^{t} n(z) \, dz = \mathrm{erf}(t / \sqrt 2) - 2 t \, n(t) && (14) \\
# \mathrm{Var}(z \mid |z| \le t) &= 1 - \frac{2 t \, n(t)}{\mathrm{erf}(t / \sqrt 2)} && (15)
# \end{aligned}
# $$
#
# (14) integrates by parts. The length of a noise vector with $L$ entries is close to $\sqrt{L \, \mathrm{Var}(z)}$: 10 for $L = 100$ without truncation, less with it. Shorter noise means less difference between images: the price is variety. The label in (12) is not truncated, so its share of what $G$ hears grows. And there is a limit: nearly all noise of the training had a length near 10, so much shorter noise is a place where $G$ was never tried.

# %% [markdown] lang="zh"
# 只有十类时还能忍受；一家有上千种商品的店，几乎所有的图都要扔掉。
#
# ## 公式，一行一步
#
# **带标签的博弈。** 标签 $y$ 的占比 $p(y)$ 与数据相同，真实图像来自 $p_r(x \mid y)$。 $G$ 接收噪声和标签，画出的图来自 $p_g(x \mid y)$。两个网络都看得到 $y$：
#
# $$
# \begin{aligned}
# \min_G \max_D \; & E_y\!\left[ E_{x \sim p_r(x \mid y)} \log D(x, y) + E_z \log(1 - D(G(z, y), y)) \right] && (1) \\
# = \min_G \max_D \; & E_y\!\left[ \int p_r(x \mid y) \log D(x, y) + p_g(x \mid y) \log(1 - D(x, y)) \, dx \right] && (2) \\
# D^\ast(x, y) &= \frac{p_r(x \mid y)}{p_r(x \mid y) + p_g(x \mid y)} && (3) \\
# \text{此处 (2) 等于 } & -\log 4 + 2 \, E_y\!\left[ JS(p_r(\cdot \mid y), p_g(\cdot \mid y)) \right] && (4)
# \end{aligned}
# $$
#
# 对每个 $y$ 来说，这就是教程 1 的博弈，所以 (3) 与 (4) 的推导也相同，(4) 是 (2) 在最优判别器处的值。当且仅当对**每一个**出现的标签都有 $p_g(x \mid y) = p_r(x \mid y)$ 时，(4) 最小。
#
# **不知道标签的 $D$。** 它只看得到图像，而图像来自所有标签的混合：
#
# $$
# \begin{aligned}
# p_g(x) &= \sum_y p(y) \, p_g(x \mid y), \qquad D^\ast(x) = \frac{p_r(x)}{p_r(x) + p_g(x)} && (5) \\
# JS(p_r, p_g) = 0 \; & \text{ 推不出 } \; JS(p_r(\cdot \mid y), p_g(\cdot \mid y)) = 0 && (6)
# \end{aligned}
# $$
#
# 只要**混合**对了， $G$ 就赢了。不理会 $y$、但混合画得对的 $G$ 赢了；要包画靴、要靴画包的 $G$ 也赢了，只要两者被要求得一样多。损失里没有哪一项偏爱听话。
#
# **投影判别器**（projection discriminator）。(3) 的 logit 应当是什么样子？两边的 $p(y)$ 相同，用贝叶斯公式 $p(x \mid y) = p(y \mid x)\, p(x) / p(y)$ 就能把它拆开。设两个 $p(y \mid x)$ 都是同一组特征 $\phi(x)$ 的线性函数的 softmax， $y$ 写成向量，在所属类别处为 1，其余为 0：
#
# $$
# \begin{aligned}
# s^\ast(x, y) &= \log \frac{p_r(x \mid y)}{p_g(x \mid y)} = \log \frac{p_r(y \mid x)}{p_g(y \mid x)} + \log \frac{p_r(x)}{p_g(x)} && (7) \\
# \log p_r(y \mid x) &= y^\top A \, \phi(x) - \log Z_r(x), \qquad \log p_g(y \mid x) = y^\top B \, \phi(x) - \log Z_g(x) && (8) \\
# s^\ast(x, y) &= y^\top (A - B) \, \phi(x) + \left[ \log \frac{p_r(x)}{p_g(x)} - \log Z_r(x) + \log Z_g(x) \right] && (9) \\
# s(x, y) &= y^\top V \phi(x) + \psi(\phi(x)) && (10)
# \end{aligned}
# $$
#
# (9) 的方括号里没有 $y$，它变成一个只看图像的函数 $\psi$：“像不像真的？”第一项问的是“像不像它的标签？”： $V$ 每类一行，把所属类别的那一行与特征做内积，也就是**投影**（Miyato 与 Koyama 2018）。库里取 $\psi(\phi) = w^\top \phi + b$。它的斜率是：
#
# $$
# \frac{\partial s}{\partial V} = y \, \phi(x)^\top, \qquad \frac{\partial s}{\partial \phi} = w + V^\top y \qquad (11)
# $$
#
# 由左式，只有所要求的那一类的行有斜率。由右式，同一张图，标签不同， $D$ 拉它的方向就不同； $G$ 正是由此学习的。
#
# **$G$ 里的标签**与噪声并排进入第一层。这一层的矩阵与 $y$ 相乘的部分记为 $U$，每类一行：
#
# $$
# W \begin{pmatrix} z \\ y \end{pmatrix} = W_z z + U^\top y \qquad (12)
# $$
#
# **截断**（truncation）让噪声留在中间，指望那里的图更典型。把噪声的每个分量限制在 $-t$ 与 $t$ 之间。记密度 $n(z) = e^{-z^2/2} / \sqrt{2 \pi}$，它满足 $n' = -z n$：
#
# $$
# \begin{aligned}
# P(|z| \le t) &= \int_{-t}^{t} n(z) \, dz = \mathrm{erf}(t / \sqrt 2) && (13) \\
# \int_{-t}^{t} z^2 n(z) \, dz &= \left[ -z \, n(z) \right]_{-t}^{t} + \int_{-t}^{t} n(z) \, dz = \mathrm{erf}(t / \sqrt 2) - 2 t \, n(t) && (14) \\
# \mathrm{Var}(z \mid |z| \le t) &= 1 - \frac{2 t \, n(t)}{\mathrm{erf}(t / \sqrt 2)} && (15)
# \end{aligned}
# $$
#
# (14) 是分部积分。有 $L$ 个分量的噪声向量，长度接近 $\sqrt{L \, \mathrm{Var}(z)}$：不截断时， $L = 100$ 的长度约为 10，截断后更短。噪声越短，图与图的差别越小：代价就是多样性。(12) 里的标签不截断，所以它在 $G$ 的输入中所占的分量变大。还有一个限度：训练时的噪声，长度几乎都在 10 左右，所以短得多的噪声是 $G$ 从未到过的地方。

# %% [markdown] lang="en"
# ## A number by hand
#
# **Two classes on a line.** Real numbers of class 1 come from $N(1, 0.5^2)$, those of class 0 from $N(-1, 0.5^2)$, in equal shares. $G$ ignores the label and always draws the mixture of both. At $x = 1$ the density of the right class is 0.798, that of the other one is $e^{-8}$ times that, 0.00027; so the mixture has 0.399.
#
# | what $D$ is told | $p_r$ | $p_g$ | $D^\ast$ at $x = 1$ |
# |---|---|---|---|
# | nothing, (5) | 0.399 | 0.399 | 0.5 |
# | "class 1", (3) | 0.798 | 0.399 | 0.667 |
# | "class 0", (3) | 0.00027 | 0.399 | 0.00067 |
#
# A $D$ without labels has nothing to object to. With labels it calls a number of the wrong class generated, almost surely.
#
# **A projection.** Two features $\phi = (2, 1)$, three classes, $w = (0.5, -1)$, $b = 0.25$, so $\psi = 1 - 1 + 0.25 = 0.25$:
#
# | class | row of $V$ | $y^\top V \phi$ | $s$ |
# |---|---|---|---|
# | 0 | $(1, 0)$ | 2 | 2.25 |
# | 1 | $(0, -2)$ | $-2$ | $-1.75$ |
# | 2 | $(3, 1)$ | 7 | 7.25 |
#
# Asked for class 2, the slope (11) is $(2, 1)$ in row 2 and 0 in the other rows; at the features it is $(0.5 + 3, -1 + 1) = (3.5, 0)$.
#
# **Truncation** at $t = 1$: $n(1) = 0.2420$ and $\mathrm{erf}(1 / \sqrt 2) = 0.6827$, so the variance is $1 - 0.4839 / 0.6827 = 0.291$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# **直线上的两类。** 第 1 类的真数来自 $N(1, 0.5^2)$，第 0 类的来自 $N(-1, 0.5^2)$，各占一半。 $G$ 不理会标签，总是画两者的混合。在 $x = 1$ 处，正确那一类的密度是 0.798，另一类是它的 $e^{-8}$ 倍，即 0.00027；所以混合的密度是 0.399。
#
# | 告诉 $D$ 什么 | $p_r$ | $p_g$ | $x = 1$ 处的 $D^\ast$ |
# |---|---|---|---|
# | 什么也不告诉，(5) | 0.399 | 0.399 | 0.5 |
# | “第 1 类”，(3) | 0.798 | 0.399 | 0.667 |
# | “第 0 类”，(3) | 0.00027 | 0.399 | 0.00067 |
#
# 不知道标签的 $D$ 挑不出毛病。知道标签的 $D$，几乎可以肯定地把类别不对的数判为生成的。
#
# **投影。** 两个特征 $\phi = (2, 1)$，三个类别， $w = (0.5, -1)$， $b = 0.25$，于是 $\psi = 1 - 1 + 0.25 = 0.25$：
#
# | 类别 | $V$ 的行 | $y^\top V \phi$ | $s$ |
# |---|---|---|---|
# | 0 | $(1, 0)$ | 2 | 2.25 |
# | 1 | $(0, -2)$ | $-2$ | $-1.75$ |
# | 2 | $(3, 1)$ | 7 | 7.25 |
#
# 要求第 2 类时，斜率 (11) 在第 2 行是 $(2, 1)$，其余各行为 0；对特征的斜率是 $(0.5 + 3, -1 + 1) = (3.5, 0)$。
#
# **截断** $t = 1$： $n(1) = 0.2420$， $\mathrm{erf}(1 / \sqrt 2) = 0.6827$，所以方差是 $1 - 0.4839 / 0.6827 = 0.291$。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# All three, then the library. The projection is read off [`keras_gen.networks.conditional_gan.discriminator`](../../keras_gen/networks/conditional_gan.py): its last layers are fed with features of ours instead of those of an image. (3) is checked on numbers that are drawn, 200,000 real and 200,000 generated ones for class 1: there the loss of the best $D$ must be (4) with the opposite sign. The noise comes from [`keras_gen.models.sampling.draw_noise`](../../keras_gen/models/sampling.py).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 先算这三个数，再与库核对。投影取自 [`keras_gen.networks.conditional_gan.discriminator`](../../keras_gen/networks/conditional_gan.py)：给它的最后几层输入我们自己的特征，而不是某张图的特征。(3) 用抽出来的数核对，第 1 类的真数和生成的数各 200,000 个：在它们上面，最优 $D$ 的损失必须等于 (4) 的相反数。噪声来自 [`keras_gen.models.sampling.draw_noise`](../../keras_gen/models/sampling.py)。


# %%
def normal(x, mean, deviation=0.5):
    """Density of the normal distribution."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


def best_d(x, mean, means_of_g):
    """(3) for a class at a mean, where G draws a mixture of equal shares."""
    p_r, p_g = normal(x, mean), np.mean([normal(x, m) for m in means_of_g], axis=0)
    return p_r / (p_r + p_g)


phi, w, b = np.array([2.0, 1.0]), np.array([0.5, -1.0]), 0.25
V, y = np.array([[1.0, 0.0], [0.0, -2.0], [3.0, 1.0]]), np.eye(3)
logits = y @ V @ phi + w @ phi + b  # (10), one for each class
told = [best_d(1.0, mean, (-1, 1)) for mean in (1, -1)]
variance = 1 - 2 * normal(1.0, 0.0, 1.0) / math.erf(1 / math.sqrt(2))  # (15) at t = 1

densities = np.array([normal(1.0, 1.0), normal(1.0, -1.0)])  # of the right and the other class
print(f"densities {densities[0]:.3f} and {densities[1]:.5f}, mixed {densities.mean():.3f}")
print("logits", logits, "  D told the right and the wrong class", np.round(told, 5))
print(f"variance of noise truncated at 1: {variance:.4f}")
assert np.allclose(logits, [2.25, -1.75, 7.25]) and np.allclose(told, [0.6666, 0.00067], atol=1e-5)

network = conditional_gan.discriminator(width=1, classes=3)  # its images have 64 features
last, rows = sorted(
    (x for x in network.layers if isinstance(x, layers.Dense)), key=lambda x: x.units
)
last.set_weights([np.pad(w, (0, 62))[:, None], np.array([b])])
rows.set_weights([np.pad(V, ((0, 0), (0, 62))).T])  # the layer keeps V transposed
flat = next(x for x in network.layers if isinstance(x, layers.Flatten))
head = keras.Model([flat.output, network.inputs[1]], network.output)
padded = np.tile(np.pad(phi, (0, 62)), (3, 1)).astype("float32")  # (3, 64)
assert np.allclose(head([padded, y.astype("float32")])[:, 0], logits)

x = np.linspace(-4, 4, 4001)
half = [normal(x, 1), (normal(x, 1) + normal(x, -1)) / 2]  # p_r and p_g of class 1
middle = (half[0] + half[1]) / 2
js = 0.5 * sum(np.sum(p * np.log(p / middle)) for p in half) * (x[1] - x[0])
rng = np.random.default_rng(0)
reals = rng.normal(1, 0.5, 200_000)
fakes = rng.normal(rng.choice([-1, 1], 200_000), 0.5)
answers = [np.log(best_d(p, 1, (-1, 1)) / (1 - best_d(p, 1, (-1, 1)))) for p in (reals, fakes)]
d_loss = float(losses.minimax_discriminator_loss(*(a[:, None].astype("float32") for a in answers)))
print(f"loss of the best D: {d_loss:.3f}, log 4 - 2 JS = {np.log(4) - 2 * js:.3f}")
assert abs(d_loss - np.log(4) + 2 * js) < 0.01

noise = draw_noise(2000, 100, seed=0, truncation=1.0).numpy()
assert np.abs(noise).max() <= 1 and abs(noise.var() - variance) < 0.005

# %% [markdown] lang="en"
# What does a class cost? Beside the networks of tutorial 3 there are $U$ and $V$:

# %% [markdown] lang="zh"
# 一个类别要花多少参数？与教程 3 的网络相比，多出来的是 $U$ 和 $V$：

# %%
for ours, theirs in ((conditional_gan.generator(), dcgan.generator(width=32)),
                     (conditional_gan.discriminator(), dcgan.discriminator())):  # fmt: skip
    few = theirs.count_params()
    print(f"{ours.name:13s} {few:9,d} without labels, {ours.count_params() - few:7,d} more with")
more = conditional_gan.discriminator().count_params() - dcgan.discriminator().count_params()
assert more == 10 * 2048  # V: ten rows, as long as the features

# %% [markdown] lang="en"
# An eleventh class would add one row of 6,272 numbers to $U$ and one of 2,048 to $V$. Everything else is shared: what an edge, a sleeve or a sole looks like is learnt once for all classes. Ten separate GANs would have to learn it ten times, each from a tenth of the images.
#
# ## Value and slope
#
# The two classes on the line again, with the $G$ that ignores the label. Left, the best $D$. In the middle, the slope of its logit, which is how hard it pulls a generated number to the right. On the right, the slope (11) at $V$ in a fresh discriminator of the library: real images, and with each of them the label "bag".

# %% [markdown] lang="zh"
# 再多一类，只给 $U$ 加一行 6,272 个数，给 $V$ 加一行 2,048 个数。其余的全部共用：边缘、袖子、鞋底是什么样，所有类别合起来只学一次。分开训练十个 GAN，就要学十次，每次只用十分之一的图。
#
# ## 值与斜率
#
# 还是直线上的两类，以及那个不理会标签的 $G$。左图是最优的 $D$。中图是它的 logit 的斜率，也就是它把一个生成的数往右拉的力度。右图是库里一个刚初始化的判别器在 $V$ 处的斜率 (11)：输入真实图像，每张都配上标签“包”。

# %%
line = np.linspace(-2, 2, 401)
mixed = (normal(line, -1) + normal(line, 1)) / 2
CURVES = {
    'told "class 1"': best_d(line, 1, (-1, 1)),
    'told "class 0"': best_d(line, -1, (-1, 1)),
    "told nothing": mixed / (mixed + mixed),  # (5)
}
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3))
slopes = {}
for (name, curve), style in zip(CURVES.items(), ("C0", "C1", "k--"), strict=True):
    slopes[name] = np.gradient(np.log(curve / (1 - curve)), line)
    left.plot(line, curve, style, label=name)
    middle.plot(line, slopes[name], style)
left.set(xlabel="$x$", title=r"$D^\ast$", ylim=(0, 1))
left.legend(fontsize=8)
middle.set(xlabel="$x$", title=r"slope $\partial s / \partial x$")

keras.utils.set_random_seed(0)
fresh = conditional_gan.discriminator()
matrix = fresh.get_layer("class_logits").kernel  # V, transposed: (2048, 10)
some = data.uint8_to_symmetric(train.images[:64])
with tf.GradientTape() as tape:
    answer = tf.reduce_mean(fresh([some, class_vectors(np.full(64, BAG), 10)]))
heights = np.linalg.norm(tape.gradient(answer, matrix.value), axis=0)  # (10,)
right.bar(NAMES, heights)
right.tick_params(axis="x", rotation=60)
right.set(title="size of the slope at each row of $V$")
plt.show()

at = np.searchsorted(line, -1.0)
print("pull at x = -1:", {name: round(float(slope[at]), 2) for name, slope in slopes.items()})
assert abs(slopes['told "class 1"'][at] - 8) < 0.1 and abs(slopes["told nothing"]).max() < 1e-9
assert heights[BAG] > 0 and np.delete(heights, BAG).max() == 0

# %% [markdown] lang="en"
# - Asked for class 1, a number that lies at $-1$ is pulled to the right with the slope 8. Asked for class 0, it is left where it is. Told nothing, $D$ never pulls: the mixture is right already.
# - "Bag" gives a slope to the row of bags and to no other, whatever the image shows. So a class that is asked for ten times as often has a row that gets slopes ten times as often. (Adam also remembers earlier slopes and moves a row for some steps more; only in the first step do exactly the rows with a slope move.)
#
# ## Where it stands in `train_step`
#
# Labels travel with the images: `data.batches(images, batch_size, seed, labels=numbers)` yields pairs, `fit` hands each pair to `train_step`, and `train_step` turns numbers into vectors. From there each call of a network takes two inputs instead of one:

# %% [markdown] lang="zh"
# - 要求第 1 类时，位于 $-1$ 的数以斜率 8 被往右拉。要求第 0 类时，它留在原处。什么也不告诉时， $D$ 从来不拉：混合本来就是对的。
# - “包”只给包的那一行斜率，不管图上是什么。所以，被要求的次数是十倍的类别，它的行得到斜率的次数也是十倍。（Adam 还记得以前的斜率，会让一行再动几步；只有在第一步，动的才恰好是有斜率的那些行。）
#
# ## 它在 `train_step` 中的位置
#
# 标签与图像同行：`data.batches(images, batch_size, seed, labels=numbers)` 给出成对的批次，`fit` 把每一对交给 `train_step`，`train_step` 把类别号变成向量。此后，每次调用网络都有两个输入，而不是一个：

# %%
print(inspect.getsource(class_vectors))
print(inspect.getsource(joined))
print(inspect.getsource(keras_gen.GAN.train_generator))

# %% [markdown] lang="en"
# The line with `joined(latents, labels)` is the whole change, in `train_discriminator` as well: **the labels of the real batch are also what $G$ is asked for.** That is how $p(y)$ comes to be the same on both sides, which (3) and (7) needed.
#
# One step with the public methods, beside `train_step` on a twin. **Predict, then run:** a batch holds 16 images, drawn at random from data of ten classes. How many rows of $U$ and of $V$ will have moved?

# %% [markdown] lang="zh"
# 全部的改动就是 `joined(latents, labels)` 这一处，`train_discriminator` 里也一样：**真实批次的标签，同时就是要求 $G$ 画的类别。** 两边的 $p(y)$ 因此相同，而这正是 (3) 与 (7) 所需要的。
#
# 下面用公开的方法走一步，与另一个相同模型上的 `train_step` 对照。**先预测，再运行**：一个批次有 16 张图，从共有十类的数据里随机取出。 $U$ 和 $V$ 各有几行会动？

# %%
stream = data.batches(train.images, 16, seed=0, labels=train.labels)
real, numbers = next(iter(stream))  # (16, 28, 28, 1) in [-1, 1], (16,)
small = ConditionalGANRecipe(generator_width=4, discriminator_width=4, class_weight=0)
by_hand, by_step = small.build(), small.build()


def rows_of_classes(gan):
    """Return the rows of G and D that belong to the classes: U (10, 6272) and V (10, 2048)."""
    kernels = [net.trainable_variables for net in (gan.generator, gan.discriminator)]
    first = kernels[0][0]  # (110, ...), the noise's rows and then U
    return first.numpy()[-10:], next(v for v in kernels[1] if v.shape[-1] == 10).numpy().T


before = rows_of_classes(by_hand)
vectors = class_vectors(numbers, 10)  # (16, 10)
by_hand.train_discriminator(real, vectors)
by_hand.train_generator(real, vectors)
by_hand.update_average()
by_step.train_step((real, numbers))
for mine, theirs in zip(by_hand.get_weights(), by_step.get_weights(), strict=True):
    assert np.allclose(mine, theirs, atol=1e-6)

present = sorted(set(numbers.numpy().tolist()))
print("classes in the batch ", present)
for name, old, new in zip("UV", before, rows_of_classes(by_hand), strict=True):
    moved = np.flatnonzero(np.abs(new - old).max(axis=1)).tolist()
    print(f"rows of {name} that moved", moved)
    assert moved == present

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# A controlled experiment. The recipe [`keras_gen.recipes.ConditionalGANRecipe`](../../keras_gen/recipes/conditional_gan.py) is trained three times from the same seed, on the same images in the same order; $G$ gets the labels each time. (The recipe's own default adds a loss of classes, of which the last section speaks; here its weight is 0.)
#
# - *D sees the labels*: the recipe. A label has the length 1, the noise beside it the length 10: the label is a quiet voice.
# - *D sees zeros*: the same, with one thing changed: $D$'s labels are multiplied by 0.
# - *loud label*: the recipe, but each label first becomes a vector of its own, as long as the noise: 100 normal numbers at the start, which are trained with the rest. For that the first layer of $G$ is wider, and all of $G$ starts from other weights; so this is a less strict comparison than the second.
#
# Then 1,000 images are asked for, 100 of each class, and a classifier that took no part in the training says what they show. The spread is the root of the variance of its features within the images asked for as one class: 0 if they are all alike. ***Predict, then run:*** what share will show the class asked for in the second game? And what will a loud label do to the spread?

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 一个对照实验。把配方 [`keras_gen.recipes.ConditionalGANRecipe`](../../keras_gen/recipes/conditional_gan.py) 训练三次，种子相同，图像及其次序也相同，每次 $G$ 都得到标签。（配方默认还加上一项类别损失，最后一节会讲到；这里把它的权重设为 0。）
#
# - *D 看得到标签*：就是这个配方。标签的长度是 1，旁边噪声的长度是 10：标签的声音小。
# - *D 看到的是零*：与第一个相比只改一处，把给 $D$ 的标签乘以 0。
# - *声音大的标签*：配方不变，但每个标签先变成属于它的一个向量，与噪声一样长：起初是 100 个正态随机数，随后一同训练。为此， $G$ 的第一层变宽了，整个 $G$ 也从另一组权重开始；所以这一对照不如第二个严格。
#
# 然后要 1,000 张图，每类 100 张，由一个没有参与训练的分类器来说它们是什么。离散度（spread）是按同一类要来的图像的特征方差的平方根，若全都一样就是 0。**先预测，再运行**：第二场博弈里，画的正是所要类别的图会占多少？标签声音大，离散度又会怎样？


# %%
recipe = ConditionalGANRecipe(class_weight=0, seed=0).for_data(train)


def loud_generator():
    """Return the recipe's G, but for a label that becomes a vector as long as the noise."""
    latents, labels = keras.Input((recipe.latent_dim,)), keras.Input((10,))
    normals = keras.initializers.RandomNormal(stddev=1.0, seed=0)
    vector = layers.Dense(100, use_bias=False, kernel_initializer=normals)(labels)  # (B, 100)
    both = layers.Concatenate()([latents, vector])  # (B, 200)
    images = dcgan.draw(both, recipe.image_shape, recipe.generator_width)
    return keras.Model([latents, labels], images)


def go_on(gan, steps):
    """Train a GAN further, from the batch where it stopped."""
    start_step = gan.steps_done
    stream = data.batches(train.images, recipe.batch_size, 0, start_step, labels=train.labels)
    gan.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)


def blind(discriminator):
    """Return a discriminator with the same weights to which every label is a row of zeros."""
    images, labels = discriminator.inputs
    return keras.Model([images, labels], discriminator([images, 0 * labels]))


def ask(gan, each, **options):
    """Ask for the same number of images of each class; return labels and uint8 images."""
    asked = np.repeat(np.arange(10), each)
    return asked, data.unit_to_uint8(gan.sample(10 * each, seed=1, labels=asked, **options))


def spread(features, classes):
    """Root of the variance of features within a class, summed over features, mean over classes."""
    return np.mean([np.sqrt(features[classes == k].var(axis=0).sum()) for k in range(10)])


gan, misled, loud = recipe.build(), recipe.build(), recipe.build()
misled.discriminator = blind(misled.discriminator)
loud.generator, loud.ema_generator = loud_generator(), loud_generator()
loud.ema_generator.set_weights(loud.generator.get_weights())
loud.ema_generator.trainable = False
rate, beta_1 = recipe.d_learning_rate, recipe.beta_1
loud.compile(*(keras.optimizers.Adam(rate, beta_1=beta_1) for _ in ("D", "G")))
GAMES = {"D sees the labels": gan, "D sees zeros": misled, "loud label": loud}
untrained = rows_of_classes(misled)[1]
figure, axes = plt.subplots(1, 3, figsize=(12, 4.6), sharey=True)
hits, spreads = {}, {}
for (name, player), panel in zip(GAMES.items(), axes, strict=True):
    if FAST and name == "loud label":
        hits[name], spreads[name] = hits["D sees zeros"], spreads["D sees zeros"]
        continue
    go_on(player, 2 if FAST else 600)
    asked, images = ask(player, 10 if FAST else 100)
    features, shown = judge(images)
    counts = np.zeros((10, 10))
    np.add.at(counts, (asked, shown), 1 / np.sum(asked == 0))
    hits[name], spreads[name] = np.mean(asked == shown), spread(features, asked)
    low, high = measures.wilson_interval(int(np.sum(asked == shown)), len(asked))
    print(f"{name:18s} {hits[name]:6.1%} hits ({low:.1%} to {high:.1%}),", end=" ")
    print(f"spread {spreads[name]:.2f}")
    shades = panel.imshow(counts, cmap="viridis", vmin=0, vmax=1)
    panel.set(title=name, xlabel="shown, says the classifier", xticks=range(10), xticklabels=NAMES)
    panel.tick_params(axis="x", rotation=60)
    panel.grid(False)
axes[0].set(ylabel="asked for", yticks=range(10), yticklabels=NAMES)
figure.colorbar(shades, ax=axes, shrink=0.8, label="share of the row")
plt.show()
real_features, real_shown = judge(test.images)
print(f"{'real images':18s} {np.mean(real_shown == test.labels):6.1%} hits", end="")
print(f", spread {spread(real_features, test.labels):.2f}")
assert np.array_equal(untrained, rows_of_classes(misled)[1])  # V never moved
assert FAST or (hits["D sees the labels"] > 0.55 and hits["D sees zeros"] < 0.45)
assert FAST or spreads["loud label"] < 0.4 * spreads["D sees the labels"]

# %% [markdown] lang="en"
# - **Without labels in $D$**, hits are a matter of luck. $G$ may ignore the label, so that all rows of the table look alike; or it may give each label some favourite class, as noise of another kind. (6) allows both, since nobody ties the label to a meaning. Shuffle ten names at random, and on average one of them is still in its place, so about one hit in ten is what to expect either way, with another table for each seed. The interval covers the chance in these 1,000 draws, not that luck. And $V$ has not moved at all, by (11) with $y = 0$.
# - **With a loud label**, most requests are met, and yet something is missing: the spread says that $G$ draws nearly one image for each class. The label alone tells what images differ in most, so $G$ fits that first, and can go on without the noise for long. It is mode collapse, class by class. A much longer run gets out of it only in part: after 15,000 steps recall was about half of what the quiet label reaches with [the weight 0](../../docs/results.md#a-loss-of-classes) (the other figure stands in the [recipe of conditional GANs](../../keras_gen/recipes/conditional_gan.py)).
#
# **So both networks need the label: $G$ to be able to obey, $D$ to make it obey. And hits alone do not tell that a generator has one answer to each question.**
#
# The three games in pictures, a row for what was asked for, and one noise vector in each column:

# %% [markdown] lang="zh"
# - **$D$ 里没有标签**，命中就全凭运气。 $G$ 可能不理会标签，于是表中各行都差不多；也可能把标签当作另一种噪声，让每个标签各有偏爱的类别。两者都是 (6) 允许的，因为没有谁把标签与含义联系起来。把十个名字随机打乱，平均有一个恰好留在原位，所以无论哪种情形，大约都只能指望十分之一的命中率，而且每个种子各有一张不同的表。区间反映的是这 1,000 次抽样的偶然性，不包括那种运气。而 $V$ 丝毫没动，这就是 $y = 0$ 时的 (11)。
# - **标签声音大**时，多数要求得到了满足，却少了点什么：离散度说明， $G$ 给每一类几乎只画一张图。图像之间最大的差别，单凭标签就能说明，所以 $G$ 先学会这一点，然后可以很久都不用噪声。这是逐类的模式崩溃。训练得久得多，也只能走出来一部分：15,000 步之后，召回率约为声音小的标签的一半，后者见[权重为 0 的那一行](../../docs/results.zh-CN.md#类别损失)（前者的数字写在[配方](../../keras_gen/recipes/conditional_gan.py)里）。
#
# **所以两个网络都需要标签： $G$ 有了它才能听从， $D$ 有了它才能让 $G$ 听从。而只看命中率，看不出一个生成器对每个问题都只有一个回答。**
#
# 三场博弈的图像：每行是要求的类别，每列是同一个噪声向量：

# %%
figure, axes = plt.subplots(1, 3, figsize=(13, 5))
for (name, player), panel in zip(GAMES.items(), axes, strict=True):
    show(panel, recipe.samples(player), 8, NAMES if panel is axes[0] else (), name)
plt.show()

# %% [markdown] lang="en"
# ## The real training
#
# The first of the three goes on. After each stage 2,000 images are asked for, 200 of each class, as many as there are real test images. The share of hits is given by two classifiers that were trained apart, because one judge can be pleased by accident; beside it stands what each of them says of real images, which is the yardstick, since no judge is free of errors. The two articles whose mistakes this project collects promise more than classes: views, colours, customers, repair. A network can be asked only for what its data say ([errata](../../docs/errata.md), E44).

# %% [markdown] lang="zh"
# ## 真正的训练
#
# 三者中的第一个继续训练。每一阶段之后要 2,000 张图，每类 200 张，与真实测试图一样多。命中率由两个分别训练的分类器给出，因为只讨好一个裁判可能是碰巧；旁边是它们对真实图像的判断，这就是标尺，因为没有哪个裁判从不判错。本项目所勘误的两篇文章许诺的不止类别，还有角度、颜色、顾客、修复；但数据里说了什么，才能向网络要什么（[勘误](../../docs/errata.zh-CN.md)，E44）。

# %%
judges = (judge, second_judge)
real_views = [one(test.images) for one in judges]  # features (2000, 96) and classes (2000,) each


def share(asked, shown):
    """Say how many images show their class, with an interval."""
    hit = int(np.sum(asked == shown))
    low, high = measures.wilson_interval(hit, len(asked))
    return f"{hit / len(asked):.1%} ({low:.1%} to {high:.1%})"


print(f"{'hits by':12s}", *(f"{one.name:26s}" for one in judges))
print(f"{'real images':12s}", *(f"{share(test.labels, shown):26s}" for _, shown in real_views))
for _ in range(2 if FAST else 3):
    go_on(gan, 1 if FAST else 450)
    asked, images = ask(gan, 10 if FAST else 200)
    views = [one(images) for one in judges]
    print(f"{gan.steps_done:6d} steps", *(f"{share(asked, shown):26s}" for _, shown in views))
shown = views[0][1]
drawn = [np.mean(asked == said) for _, said in views]
right = [np.mean(test.labels == said) for _, said in real_views]
assert FAST or all(0.7 < a < b for a, b in zip(drawn, right, strict=True))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 6), width_ratios=(1, 1.1))
show(left, recipe.samples(gan), 8, NAMES, title=f"asked for, after {gan.steps_done} steps")
places = np.arange(10)
for shift, name, said, true in ((-0.2, "real", real_shown, test.labels),
                                (0.2, "generated", shown, asked)):  # fmt: skip
    right.barh(places + shift, [np.mean(said[true == k] == k) for k in places], 0.4, label=name)
right.set(yticks=places, yticklabels=NAMES, xlim=(0, 1), title="share that FashionNet names right")
right.invert_yaxis()
right.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.05))
plt.show()

# %% [markdown] lang="en"
# Both judges name fewer of the drawn images rightly than of the real ones, FashionNet clearly, StridedNet by less than its intervals tell apart. Over the three stages they disagree: FashionNet's last interval lies above its first, StridedNet's three overlap; and the judge that names more real images rightly names fewer of the drawn ones. Read the bars in pairs. Where the classifier errs on real images as well, as with shirts, which look like T-shirts and coats, a low share is the judge's fault in part. In the picture each column has one noise vector: what stays the same down a column, such as how bright a garment is, comes from the noise, and what changes comes from the label.
#
# **From one class to another.** A label is a vector, so it can lie between two classes: $y = (1 - a)\, y_1 + a\, y_2$, at fixed noise. By (10) $D$'s logit would go from one to the other on a straight line, if the image stood still. Does the image change evenly as well?

# %% [markdown] lang="zh"
# 两个裁判认对的生成图都比真图少，FashionNet 差得明显，StridedNet 的差距则仍在区间之内。三个阶段下来，它们并不一致：FashionNet 的最后一个区间高于第一个，StridedNet 的三个区间互相重叠；认对真图更多的那一个，认对的生成图反而更少。柱子要成对看。分类器在真图上也会判错的地方（例如衬衫，它与 T 恤、外套相像），命中率低有一部分是裁判的过错。图中每列是同一个噪声向量：一列中上下不变的，例如衣物的明暗，来自噪声；变化的来自标签。
#
# **从一类到另一类。** 标签是一个向量，所以可以取在两类之间： $y = (1 - a)\, y_1 + a\, y_2$，噪声不变。由 (10)，若图像不动， $D$ 的 logit 会沿直线从一端走到另一端。图像也会均匀地变化吗？

# %%
first, second = NAMES.index("Sneaker"), NAMES.index("Ankle boot")
ways = np.linspace(0, 1, 9, dtype="float32")[:, None]  # (9, 1)
labels = (1 - ways) * np.eye(10, dtype="float32")[first] + ways * np.eye(10)[second]  # (9, 10)
labels = labels.astype("float32")
latents = draw_noise(20 if FAST else 200, recipe.latent_dim, seed=2).numpy()  # (n, 100)
walks = gan.draw(np.repeat(latents, 9, axis=0), np.tile(labels, (len(latents), 1)))  # (9 n, ...)
_, readings = judge(data.unit_to_uint8(walks))
readings = readings.reshape(-1, 9)  # (n, 9)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 2.9), width_ratios=(1.5, 1))
show(left, walks[:36], 9, title="from sneaker to ankle boot, four noise vectors")
for k in (first, second):
    right.plot(ways[:, 0], np.mean(readings == k, axis=0), ".-", label=NAMES[k])
others = np.mean((readings != first) & (readings != second), axis=0)
right.plot(ways[:, 0], others, "k:", label="any other")
right.set(xlabel="$a$", title=f"what FashionNet reads in {len(latents)} walks", ylim=(0, 1))
right.legend(fontsize=8)
plt.show()
assert FAST or (np.mean(readings[:, 0] == first) > 0.5 and np.mean(readings[:, 4] == second) > 0.5)

# %% [markdown] lang="en"
# $G$ has never been trained on a label between two classes. That the pictures there are pictures at all is not promised by any formula: it is what a smooth network does between two points it knows. To the classifier the change is not even: at the middle more than half of the walks already show an ankle boot. The shares on the right shift bit by bit because walks change over at different places; how one walk changes, they do not say.
#
# **Truncation.** **Predict, then run:** the noise is kept within $t = 1$, 0.7 and 0.4. Which of the columns below will rise, and which will fall? And what becomes of the DCGAN, which has no label to hold on to? Precision is the share of samples that lie among real ones, recall the share of real ones that lie among samples ([tutorial 7](07_measuring_quality.ipynb)).

# %% [markdown] lang="zh"
# $G$ 从来没有在介于两类之间的标签上训练过。那里画出来的还是像样的图，并没有哪个公式保证：这只是一个光滑的网络在两个学过的点之间的表现。在分类器看来，变化并不均匀：在中点，一半以上的路上画的已经是短靴。右图的比例逐渐移动，是因为各条路改变类别的位置不同；至于一条路上怎样变化，这些比例并没有说。
#
# **截断。** **先预测，再运行**：把噪声限制在 $t = 1$、0.7、0.4 以内。下面各列，哪些会升，哪些会降？没有标签可依靠的 DCGAN 又会怎样？精确率是落在真图之中的样本所占的比例，召回率是落在样本之中的真图所占的比例（见[教程 7](07_measuring_quality.ipynb)）。


# %%
table, strips = [], []
print(f"{'t':>5s} {'length':>6s} {'hits':>6s} {'precision':>9s} {'recall':>6s} {'spread':>6s}")
for t in (None, 1.0, 0.7, 0.4):
    asked, images = ask(gan, 10 if FAST else 200, truncation=t)
    features, shown = judge(images)
    strips.append(images[asked == BAG][:10] / 255)
    kept = 1 if t is None else 1 - 2 * t * normal(t, 0, 1) / math.erf(t / math.sqrt(2))  # (15)
    row = (np.mean(asked == shown), *measures.precision_recall(real_features, features))
    table.append((*row, spread(features, asked)))
    numbers = "{:6.1%} {:9.1%} {:6.1%} {:6.2f}".format(*table[-1])
    print(f"{'none' if t is None else t:>5} {math.sqrt(100 * kept):6.1f} {numbers}")
real_row = np.mean(real_shown == test.labels), spread(real_features, test.labels)
print(f"{'real images':>12s} {real_row[0]:6.1%} {'':9s} {'':6s} {real_row[1]:6.2f}")
assert FAST or max(row[0] for row in table[1:]) > table[0][0]  # hits
assert FAST or table[-1][0] < table[1][0]  # hits again, at t = 0.4
assert FAST or (table[-1][1] < table[0][1] and table[-1][2] < table[0][2])  # precision, recall
assert FAST or all(a[3] > b[3] for a, b in itertools.pairwise(table))  # spread

print("and the DCGAN, which knows no labels:")
for t in (None, 1.0, 0.7, 0.4):
    images = data.unit_to_uint8(plain.sample(100 if FAST else 2000, seed=1, truncation=t))
    precision, recall = measures.precision_recall(real_features, judge(images)[0])
    print(f"{'none' if t is None else t:>5} {'':13s} {precision:9.1%} {recall:6.1%}")
assert FAST or precision < 0.1 < 0.25 < table[-1][1]  # at t = 0.4

figure, axes = plt.subplots(figsize=(8, 3.4))
show(axes, np.concatenate(strips), 10, ("no truncation", "t = 1", "t = 0.7", "t = 0.4"), "bags")
plt.show()

# %% [markdown] lang="en"
# Mild truncation makes hits rise while recall and spread fall: requests are met more often, by fewer different things. Precision falls as well: more drawings are named rightly, fewer lie among real ones. (After the recipe's 15,000 steps it [hardly moves](../../docs/results.md#generation-on-request) down to $t = 1.5$.) So a share of hits near that of real images, or above it, is no triumph by itself. Real shirts include some that look like coats; a generator that leaves these out pleases every classifier, and shows a smaller shop than the one it learnt from. **Never report hits without recall.**
#
# Strong truncation need not gain anything, and here it loses hits again: at $t = 0.4$ the noise has a quarter of its usual length, and how $G$ behaves there is decided by nothing in the training. The DCGAN has only the noise to tell it what to draw, and the middle between all goods is no product: at $t = 0.4$ hardly one of its drawings lies among real ones, while of those asked for by label about a third do. Recall is another matter: at every $t$ the DCGAN keeps more of it. That a label which is not truncated helps to keep $G$ within a class fits these numbers, but they are no proof: the two networks differ in more than the label, the DCGAN having been trained for 15,000 steps on 60,000 images, this one for 1,950 on 10,000. (One run. In the picture the three truncated rows hold the same noise, more and more squeezed; the first row holds other noise.)
#
# On the command line, with a run of 15,000 steps instead of these:
#
# - `keras-gen train conditional_gan --data fashion_mnist`
# - `keras-gen generate runs/conditional_gan-1 --label bag --truncation 0.7`
# - `keras-gen generate runs/conditional_gan-1 --label sneaker "ankle boot" --mix`
# - `keras-gen evaluate runs/conditional_gan-1`, which states the hits beside those of real images, and a distance within classes.
#
# ## Exercises
#
# **1.** $D$ sees pairs, so shares count. Let the class have the share $a$ in the data, while $G$ is asked for it with the share $b$. What is the best $D$ then?

# %% [markdown] lang="zh"
# 适度的截断使命中率上升，召回率和离散度下降：要求更常得到满足，画出的种类却更少。精确率也在降：被认对的图多了，落在真图之中的却少了。（配方的 15,000 步之后，直到 $t = 1.5$，精确率[几乎不变](../../docs/results.zh-CN.md#按要求生成)。）所以命中率接近甚至高于真实图像，本身并不是胜利。真实的衬衫里有些像外套；把它们略去不画的生成器，哪个分类器都满意，但它展示的店，比它学习的那家店小。**报告命中率，一定要同时报告召回率。**
#
# 截断得太狠就未必有好处，这里命中率又降了下来： $t = 0.4$ 时，噪声只有平时长度的四分之一， $G$ 在那里怎样表现，训练并没有规定。DCGAN 画什么全由噪声决定，而所有商品的正中间不是任何商品： $t = 0.4$ 时，它画的图几乎没有一张落在真图之中，按标签画的图则还有三分之一左右。召回率却是另一回事：不论 $t$ 取多少，DCGAN 都保留得更多。不截断的标签有助于让 $G$ 留在类别之内，这与上面的数字相符，但数字并没有证明它：两个网络的差别不止标签，DCGAN 在 60,000 张图上训练了 15,000 步，这一个在 10,000 张图上只训练了 1,950 步。（只有一次训练。图中截断的三行用的是同一批噪声，只是压得越来越紧；第一行是另一批噪声。）
#
# 命令行的做法如下，那里训练 15,000 步，而不是这里的步数：
#
# - `keras-gen train conditional_gan --data fashion_mnist`
# - `keras-gen generate runs/conditional_gan-1 --label bag --truncation 0.7`
# - `keras-gen generate runs/conditional_gan-1 --label sneaker "ankle boot" --mix`
# - `keras-gen evaluate runs/conditional_gan-1`，它给出命中率与真实图像的对照，以及类内的距离。
#
# ## 练习
#
# **1.** $D$ 看到的是成对的图像与标签，所以占比也算数。设某类在数据里占 $a$，而要求 $G$ 画它的次数占 $b$。这时最优的 $D$ 是什么？


# %% exercise
def best_with_shares(p_r, p_g, a, b):
    """Return the best D(x, y), given the densities of x within the class and both shares."""
    return ...


# %% check
found = best_with_shares(np.array([0.4, 0.1]), np.array([0.4, 0.2]), a=0.1, b=0.3)
assert found is ... or np.allclose(found, [0.25, 1 / 7]), f"expected 0.25 and 0.143, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def best_with_shares(p_r, p_g, a, b):
    """Return the best D(x, y), given the densities of x within the class and both shares."""
    # even a perfect G, p_g = p_r, is then found out: by the labels, not by the images
    return a * p_r / (a * p_r + b * p_g)


# %% [markdown] lang="en"
# **2.** In training the slope (11) is summed over a batch: image $i$ has the features $\phi_i$, the label $y_i$, and a factor $u_i$, the slope of the loss at its logit. Write $\partial L / \partial V$ without a loop.

# %% [markdown] lang="zh"
# **2.** 训练时，(11) 的斜率要对一个批次求和：第 $i$ 张图的特征是 $\phi_i$，标签是 $y_i$，还有一个因子 $u_i$，即损失对它的 logit 的斜率。不用循环，写出 $\partial L / \partial V$。


# %% exercise
def slope_of_rows(y, phi, u):
    """Return the slope at V, (K, F), for labels (B, K), features (B, F) and factors (B, 1)."""
    return ...


# %% check
y, phi = np.eye(3)[[0, 2, 2]], np.array([[1.0, 2.0], [3.0, 0.0], [1.0, 1.0]])
found = slope_of_rows(y, phi, np.array([[1.0], [-1.0], [2.0]]))
right = np.array([[1, 2], [0, 0], [-1, 2]])
assert found is ... or np.allclose(found, right), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def slope_of_rows(y, phi, u):
    """Return the slope at V, (K, F), for labels (B, K), features (B, F) and factors (B, 1)."""
    # row k sums u phi over the images that are labelled k
    return y.T @ (u * phi)


# %% [markdown] lang="en"
# **3.** The library truncates each entry by itself. One could also draw whole normal vectors of length $L$, and keep the first one that lies between $-t$ and $t$ in every entry. How many must be drawn, on average? (For $L = 100$ and $t = 1$ the answer says why nobody does that.)

# %% [markdown] lang="zh"
# **3.** 库是对每个分量分别截断的。也可以每次抽一个长度为 $L$ 的正态向量，直到所有分量都在 $-t$ 与 $t$ 之间为止。平均要抽多少个？（取 $L = 100$、 $t = 1$，答案就说明了为什么没人这样做。）


# %% exercise
def draws_until_one_fits(t, latent_dim):
    """Return the mean number of normal vectors up to the first within [-t, t]."""
    return ...


# %% check
found = [draws_until_one_fits(1.0, latent_dim) for latent_dim in (1, 2, 100)]
right = [1.4648, 2.1456, 3.79e16]
assert ... in found or np.allclose(found, right, rtol=1e-2), f"expected {right}, found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def draws_until_one_fits(t, latent_dim):
    """Return the mean number of normal vectors up to the first within [-t, t]."""
    # entries are independent, so (13) to the power L; the mean waiting time is its inverse
    return math.erf(t / math.sqrt(2)) ** -latent_dim


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** Both networks get the label. For each label the game is the old one, so the best discriminator compares $p_r(x \mid y)$ with $p_g(x \mid y)$. A discriminator without the label sees only the mixture, and any generator with the right mixture wins. By Bayes' rule the logit splits into two questions, "does it look real?" and "does it look like its label?", and the second is an inner product of the features with a vector of the class. Mildly truncated noise makes samples easier to name, strongly truncated noise need not; either makes them less varied, so hits are reported together with recall.
#
# Three ways to let $D$ know of the label:
#
# | way | what $D$ computes | what it asks of $G$ |
# |---|---|---|
# | joined to the input (Mirza and Osindero 2014) | any function of image and label | (1); nothing says how image and label meet |
# | projection (Miyato and Koyama 2018) | (10) | (1), in the form that (9) has |
# | auxiliary classifier, AC-GAN (Odena, Olah and Shlens 2017) | real or not, and a softmax over classes, without seeing $y$ | (5), plus $-\log$ of the probability that this softmax gives to $y$ |
#
# The last one asks for another thing than (1): $G$ is rewarded for images that are *easy to name*, more so than real ones are, and draws less variety within a class (Hou et al. 2022). A small dose of it helps all the same. The recipe of the library adds the third way to the second: $V \phi(x)$, one number for each class, also goes into a softmax; $D$ descends 0.03 times its cross-entropy on real images, $G$ the same on its own. So no weight is added, and no pass through $D$ ([`ClassGAN`](../../keras_gen/models/class_gan.py)). [What other weights do](../../docs/results.md#a-loss-of-classes): the larger, the more hits, far beyond those of real images, and the less variety.
#
# A text instead of a class changes the vector $U^\top y$ and not the idea; with diffusion models, guidance plays the part of truncation (Ho and Salimans 2022).
#
# - [The networks](../../keras_gen/networks/conditional_gan.py), [the recipe](../../keras_gen/recipes/conditional_gan.py), [the model](../../keras_gen/models/gan.py), [the measure of hits](../../keras_gen/evaluation/measure_labels.py), [how a run draws](../../keras_gen/runs/generation.py); [interview questions](../../docs/interview.md) Q78, and Q76 on collapse. [Keep the noise and change the class](../../docs/play.md) in your browser.
# - Mirza and Osindero 2014, [arXiv:1411.1784](https://arxiv.org/abs/1411.1784); Odena, Olah and Shlens 2017, [arXiv:1610.09585](https://arxiv.org/abs/1610.09585); Miyato and Koyama 2018, [arXiv:1802.05637](https://arxiv.org/abs/1802.05637); Brock, Donahue and Simonyan 2019, [arXiv:1809.11096](https://arxiv.org/abs/1809.11096), for truncation; Hou et al. 2022, [arXiv:2107.10060](https://arxiv.org/abs/2107.10060); Ho and Salimans 2022, [arXiv:2207.12598](https://arxiv.org/abs/2207.12598).

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 两个网络都得到标签。对每个标签来说，博弈还是原来的博弈，所以最优判别器比较的是 $p_r(x \mid y)$ 与 $p_g(x \mid y)$。不知道标签的判别器只看得到混合，混合对了，生成器就赢了。由贝叶斯公式，logit 拆成两个问题，“像不像真的”和“像不像它的标签”，后者是特征与该类向量的内积。适度截断噪声会让样本更容易辨认，截断得太狠则未必；两者都让样本更单一，所以命中率要与召回率一起报告。
#
# 让 $D$ 知道标签的三种办法：
#
# | 办法 | $D$ 计算什么 | 它要求 $G$ 做到什么 |
# |---|---|---|
# | 与输入拼接（Mirza 与 Osindero 2014） | 图像与标签的任意函数 | (1)；没有规定图像与标签怎样结合 |
# | 投影（Miyato 与 Koyama 2018） | (10) | (1)，采用 (9) 的形式 |
# | 辅助分类器，AC-GAN（Odena、Olah 与 Shlens 2017） | 是真是假，以及对类别的 softmax，不看 $y$ | (5)，再加上这个 softmax 给 $y$ 的概率的 $-\log$ |
#
# 最后一种要求的不是 (1)： $G$ 因为画得**容易辨认**而得到奖励，甚至比真图更容易辨认，于是类内的多样性变少（Hou et al. 2022）。不过，用量小反而有益。库里的配方把第三种办法加到第二种上： $V \phi(x)$ 每类一个数，也送进 softmax； $D$ 在真实图像上、 $G$ 在自己画的图上，都再下降 0.03 倍的交叉熵。这样既不增加权重，也不增加经过 $D$ 的次数（[`ClassGAN`](../../keras_gen/models/class_gan.py)）。[换成别的权重会怎样](../../docs/results.zh-CN.md#类别损失)：权重越大，命中越多，远远超过真实图像，多样性则越少。
#
# 把类别换成一段文字，变的是向量 $U^\top y$，不变的是思路；在扩散模型里，起截断作用的是引导（Ho 与 Salimans 2022）。
#
# - [网络](../../keras_gen/networks/conditional_gan.py)、[配方](../../keras_gen/recipes/conditional_gan.py)、[模型](../../keras_gen/models/gan.py)、[命中率的度量](../../keras_gen/evaluation/measure_labels.py)、[生成](../../keras_gen/runs/generation.py)；[面试题](../../docs/interview.zh-CN.md) Q78，以及讲模式崩溃的 Q76。在浏览器里[固定噪声、更换类别](../../docs/play.zh-CN.md)。
# - Mirza 与 Osindero 2014，[arXiv:1411.1784](https://arxiv.org/abs/1411.1784)；Odena、Olah 与 Shlens 2017，[arXiv:1610.09585](https://arxiv.org/abs/1610.09585)；Miyato 与 Koyama 2018，[arXiv:1802.05637](https://arxiv.org/abs/1802.05637)；Brock、Donahue 与 Simonyan 2019，[arXiv:1809.11096](https://arxiv.org/abs/1809.11096)，截断；Hou et al. 2022，[arXiv:2107.10060](https://arxiv.org/abs/2107.10060)；Ho 与 Salimans 2022，[arXiv:2207.12598](https://arxiv.org/abs/2207.12598)。

# %% words
# DCGAN: {bags:.1%} of its draws are bags to the classifier, one in {1 / bags:.0f} => DCGAN：分类器认为它画的图里 {bags:.1%} 是包，即 {1 / bags:.0f} 张里有一张
# DCGAN: the next 40 => DCGAN：接下来的 40 张
# ordered by class => 按类别指定
# densities {densities[0]:.3f} and {densities[1]:.5f}, mixed {densities.mean():.3f} => 密度 {densities[0]:.3f} 与 {densities[1]:.5f}，混合 {densities.mean():.3f}
# logits => logit
# D told the right and the wrong class => 告诉 D 正确和错误的类别
# variance of noise truncated at 1: {variance:.4f} => 在 1 处截断的噪声的方差：{variance:.4f}
# loss of the best D: {d_loss:.3f}, log 4 - 2 JS = {np.log(4) - 2 * js:.3f} => 最优 D 的损失：{d_loss:.3f}，log 4 - 2 JS = {np.log(4) - 2 * js:.3f}
# {ours.name:13s} {few:9,d} without labels, {ours.count_params() - few:7,d} more with => {ours.name:13s} 没有标签 {few:9,d}，有标签多 {ours.count_params() - few:7,d}
# told "class 1" => 告知“类别 1”
# told "class 0" => 告知“类别 0”
# told nothing => 什么都不说
# pull at x = -1: => x = -1 处的拉力：
# slope $\partial s / \partial x$ => 斜率 $\partial s / \partial x$
# size of the slope at each row of $V$ => $V$ 每一行的斜率大小
# classes in the batch => 批次里的类别
# rows of {name} that moved => {name} 中移动了的行
# D sees the labels => D 看得到标签
# D sees zeros => D 看到的是零
# loud label => 声音大的标签
# {name:18s} {hits[name]:6.1%} hits ({low:.1%} to {high:.1%}), => {name:12s} 命中 {hits[name]:6.1%}（{low:.1%} 至 {high:.1%}），
# spread {spreads[name]:.2f} => 离散度 {spreads[name]:.2f}
# shown, says the classifier => 画的是（分类器说）
# asked for => 要求的
# share of the row => 占该行的比例
# {'real images':18s} {np.mean(real_shown == test.labels):6.1%} hits => {'real images':12s}  命中 {np.mean(real_shown == test.labels):6.1%}
# real images => 真实图
# , spread {spread(real_features, test.labels):.2f} => ，离散度 {spread(real_features, test.labels):.2f}
# {hit / len(asked):.1%} ({low:.1%} to {high:.1%}) => {hit / len(asked):.1%}（{low:.1%} 至 {high:.1%}）
# hits by => 命中率
# {'hits by':12s} => {'hits by':8s}
# {'real images':12s} => {'real images':8s}
# {gan.steps_done:6d} steps => {gan.steps_done:6d} 步
# asked for, after {gan.steps_done} steps => 按要求画的，{gan.steps_done} 步之后
# real => 真实图
# generated => 生成图
# share that FashionNet names right => FashionNet 说对的比例
# from sneaker to ankle boot, four noise vectors => 从运动鞋到短靴，四个噪声向量
# any other => 其他
# what FashionNet reads in {len(latents)} walks => FashionNet 在 {len(latents)} 条路上看出的类别
# {'t':>5s} {'length':>6s} {'hits':>6s} {'precision':>9s} {'recall':>6s} {'spread':>6s} => {'t':>5s} {'length':>4s} {'hits':>3s} {'precision':>6s} {'recall':>3s} {'spread':>3s}
# length => 长度
# hits => 命中率
# precision => 精确率
# recall => 召回率
# spread => 离散度
# none => ∞
# {'none' if t is None else t:>5} {math.sqrt(100 * kept):6.1f} {numbers} => {'none' if t is None else t:>5} {math.sqrt(100 * kept):6.1f} {numbers}
# {'none' if t is None else t:>5} {'':13s} {precision:9.1%} {recall:6.1%} => {'none' if t is None else t:>5} {'':13s} {precision:9.1%} {recall:6.1%}
# {'real images':>12s} {real_row[0]:6.1%} {'':9s} {'':6s} {real_row[1]:6.2f} => {'real images':>9s} {real_row[0]:6.1%} {'':9s} {'':6s} {real_row[1]:6.2f}
# and the DCGAN, which knows no labels: => 再看不知道标签的 DCGAN：
# bags => 包
# no truncation => 不截断
# expected 0.25 and 0.143, found {found} => 应为 0.25 和 0.143，得到的是 {found}
