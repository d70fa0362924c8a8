"""Tutorial 1, the adversarial game. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 1. The adversarial game
#
# A *generative adversarial network* (GAN) is two networks: a *generator* $G$, which draws images, and a classifier, the *discriminator* $D$, which tells them from real ones. This notebook derives the number that the two play for. You need logarithms, derivatives and expectations, and to have trained a small Keras network before (layers, batches, Adam); you need not know GANs.
#
# After this notebook you can
#
# - derive the optimal discriminator and the value $-\log 4 + 2\,JS$, and check both on densities that you know;
# - say why a generator descends $-\log D(G(z))$ in practice, and show what the loss of the theory does instead;
# - find the wrong sign in a published $L_G$, and run it to see what it does;
# - show why a game circles where a loss would fall, and what an average of the weights does about it;
# - train a GAN with [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) and read its two scores.
#
# Two published teaching texts on GANs contain errors that these notebooks mend: "the first document" and "the second document" mean them. E1, E2, ... number those errors in the [errata](../../docs/errata.md), Q1, Q2, ... the [interview questions](../../docs/interview.md). You can read on without following either.

# %% [markdown] lang="zh"
# # 1. 对抗博弈
#
# **生成对抗网络**（Generative Adversarial Network，GAN）由两个网络组成：画图的**生成器**（generator） $G$，以及分辨真实图与生成图的分类器，即**判别器**（discriminator） $D$。本篇推导这场博弈的值： $D$ 要它大、 $G$ 要它小的那个数。需要会对数、导数和期望，并且用 Keras 训练过一个小网络（层、批次、Adam）；不需要事先了解 GAN。
#
# 学完本篇，你能够
#
# - 推导最优判别器和博弈的值 $-\log 4 + 2\,JS$，并在已知的密度上逐一验证；
# - 说清楚实践中生成器为什么最小化 $-\log D(G(z))$，并演示理论上的那个损失会怎样；
# - 找出一篇公开文章里 $L_G$ 的符号错误，运行它，看看后果；
# - 说明为什么单个损失会一路下降，双方的博弈却会绕圈，以及对权重求平均有什么用；
# - 用 [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) 训练一个 GAN，并读懂它的两个分数。
#
# 有两篇公开的 GAN 教学文章含有错误，这套笔记本逐一改正：“第一篇文档”和“第二篇文档”指的就是它们。E1、E2……是[勘误](../../docs/errata.zh-CN.md)里这些错误的编号，Q1、Q2……是[面试题](../../docs/interview.zh-CN.md)的编号。不点开也能读下去。

# %%
import inspect
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

from keras_gen import losses
from keras_gen.losses.gan import LossPair
from keras_gen.models import GAN
from keras_gen.networks import mlp_gan
from keras_gen.pictures import gif, grid
from keras_gen.pictures.points import lattice, point_picture

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# Product photos $x$ are draws from a density $p_r$ that nobody can write down. The classical way to imitate it is *maximum likelihood*: take a model with a density $p_g$ and raise $E_{x \sim p_r}[\log p_g(x)]$.
#
# A generator that cannot be inverted makes that impossible. It is a network that turns noise $z$ into an image $G(z)$. Drawing is one forward pass, but $p_g(x)$ would have to count the probability of all $z$ that $G$ maps near to $x$, and the network does not tell that. (Normalising flows do: they are built to be invertible, with as many noise numbers as pixels. With fewer, such as 100 for 784 pixels, the images fill no volume, and there is not even a density $p_g$. What follows is derived where there is one; [tutorial 4](04_losses.ipynb) begins where there is none.)
#
# So the likelihood of *images* is out of reach. The likelihood of *labels* is not: mix real and generated images, hide which is which, and let a classifier $D$ say how probable "real" is. **What does the generator minimise when all that it gets is the gradient of that classifier?**

# %% [markdown] lang="zh"
# ## 问题
#
# 商品图 $x$ 来自一个谁也写不出来的密度 $p_r$。要模仿它，经典的办法是**极大似然**：取一个密度为 $p_g$ 的模型，让 $E_{x \sim p_r}[\log p_g(x)]$ 尽量大。
#
# 换成不可逆的生成器（generator），这条路就走不通了。生成器是一个把噪声 $z$ 变成图像 $G(z)$ 的网络：抽一张图只需一次前向计算，而 $p_g(x)$ 要把所有被 $G$ 映射到 $x$ 附近的 $z$ 的概率都算进来，网络给不出这个数。（标准化流（normalizing flow）给得出来：它特意做成可逆的，噪声与像素一样多。噪声较少时，比如 100 个噪声数对 784 个像素，所有生成图在像素空间里的体积为 0，连密度 $p_g$ 都不存在。下面的推导以密度存在为前提；不存在的情形，[教程 4](04_losses.ipynb) 从那里讲起。）
#
# 所以**图像**的似然算不出来，但**标签**的似然算得出来：把真实图和生成图混在一起，盖住标签，让分类器，也就是判别器（discriminator） $D$，说出“真”的概率。**如果生成器得到的只有这个分类器的梯度，它究竟在最小化什么？**

# %% [markdown] lang="en"
# ## The picture
#
# First the game as a drawing. $D$ gives each image one number, its logit $s$; the probability of "real" is $D = 1 / (1 + e^{-s})$. Solid: what is computed. Dashed: the way back of the two gradients, each of which moves one network. $G$'s comes *through* $D$, which stays as it is meanwhile.

# %% [markdown] lang="zh"
# ## 图示
#
# 先把这场博弈画成框图。 $D$ 给每张图打一个实数分，即 logit（对数几率） $s$；“真”的概率是 $D = 1 / (1 + e^{-s})$。实线是计算的方向；虚线是两个梯度回传的路，每个梯度只更新一个网络。 $G$ 的梯度**穿过** $D$，而 $D$ 此时不动。

# %%
BOXES = {  # name: (x, y, colour)
    "noise $z$": (0.0, 0.0, "white"),
    "$G$": (1.0, 0.0, "tab:orange"),
    "generated $G(z)$": (2.2, 0.0, "white"),
    "real $x$": (2.2, 1.0, "white"),
    "$D$": (3.5, 0.5, "tab:blue"),
    "$L_D$": (4.8, 1.0, "white"),
    "$L_G$": (4.8, 0.0, "white"),
}
ARROWS = [  # from, to, colour, style, bend
    ("noise $z$", "$G$", "k", "-", 0.0),
    ("$G$", "generated $G(z)$", "k", "-", 0.0),
    ("generated $G(z)$", "$D$", "k", "-", 0.0),
    ("real $x$", "$D$", "k", "-", 0.0),
    ("$D$", "$L_D$", "k", "-", 0.0),
    ("$D$", "$L_G$", "k", "-", 0.0),
    ("$L_D$", "$D$", "tab:blue", "--", 0.5),
    ("$L_G$", "$D$", "tab:orange", "--", -0.5),
    ("$D$", "$G$", "tab:orange", "--", -0.3),
]
figure, axes = plt.subplots(figsize=(8, 2.6))
drawn = {}
for name, (left, height, colour) in BOXES.items():
    box = {"boxstyle": "round,pad=0.5", "facecolor": colour, "alpha": 0.5}
    drawn[name] = axes.text(left, height, name, ha="center", va="center", bbox=box)
for start, end, colour, style, bend in ARROWS:
    look = {"arrowstyle": "-|>", "color": colour, "ls": style, "shrinkA": 2, "shrinkB": 2}
    look |= {
        f"patch{side}": drawn[name].get_bbox_patch()
        for side, name in zip("AB", (start, end), strict=True)
    }
    look["connectionstyle"] = f"arc3,rad={bend}"
    axes.annotate("", BOXES[end][:2], BOXES[start][:2], arrowprops=look)
axes.set(xlim=(-0.5, 5.3), ylim=(-1.0, 1.6))
axes.axis("off")
plt.show()

# %% [markdown] lang="en"
# Now the densities. One pixel is enough. Let real "images" be numbers from $p_r = N(1, 0.5^2)$, and let the generator draw from $p_g = N(-1, 0.7^2)$. Where real ones are much denser, the best answer is near 1, where generated ones are much denser it is near 0, and where the curves cross it is exactly 1/2 (the next section has the formula).

# %% [markdown] lang="zh"
# 再看密度。一个像素就够了。设真实“图像”是来自 $p_r = N(1, 0.5^2)$ 的数，生成器画的数来自 $p_g = N(-1, 0.7^2)$。真实图密得多的地方，最佳答案接近 1；生成图密得多的地方，接近 0；两条曲线相交处恰好是 1/2（公式见下一节）。


# %%
def normal(x, mean, deviation):
    """Density of the normal distribution."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


x = np.linspace(-6, 6, 3001)
p_r, p_g = normal(x, 1.0, 0.5), normal(x, -1.0, 0.7)
best = p_r / (p_r + p_g)

figure, axes = plt.subplots(figsize=(7, 3))
axes.fill_between(x, p_r, alpha=0.3, label="$p_r$, real")
axes.fill_between(x, p_g, alpha=0.3, label="$p_g$, generated")
axes.plot(x, best, "k", label="$D^*$")
axes.axhline(0.5, color="k", lw=0.8, ls=":")
axes.set(xlabel="x", ylabel="density, or $D$", xlim=(-4, 4), ylim=(0, 1.05))
axes.legend(loc="upper left")
plt.show()

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **The value.** Let $y = 1$ for a real image, $y = 0$ for a generated one, each half of the time.
#
# $$
# \begin{aligned}
# \ell(D) &= E[\, y \log D(x) + (1 - y) \log(1 - D(x)) \,] && (1) \\
# &= \tfrac12 E_{x \sim p_r}[\log D(x)] + \tfrac12 E_{x \sim p_g}[\log(1 - D(x))] && (2) \\
# V(D, G) = 2\,\ell(D) &= E_{x \sim p_r}[\log D(x)] + E_{z}[\log(1 - D(G(z)))] && (3) \\
# &= \int p_r(x) \log D(x) + p_g(x) \log(1 - D(x)) \, dx && (4)
# \end{aligned}
# $$
#
# (1) is the log-likelihood of a label that is 1 with probability $D(x)$. (2) splits it into the two halves. (3) doubles it, and draws $x \sim p_g$ as $G(z)$: this is the value of the game, $\min_G \max_D V$. (4) writes expectations as an integral; $D$ occurs in it point by point.
#
# **The best discriminator.** For fixed $G$, maximise the integrand for each $x$ by itself:
#
# $$
# \begin{aligned}
# 0 &= \frac{\partial}{\partial D} \left[ p_r \log D + p_g \log(1 - D) \right] = \frac{p_r}{D} - \frac{p_g}{1 - D} && (5) \\
# p_r (1 - D) &= p_g D && (6) \\
# D^\ast(x) &= \frac{p_r(x)}{p_r(x) + p_g(x)} && (7) \\
# s^\ast(x) &= \log \frac{D^\ast}{1 - D^\ast} = \log p_r(x) - \log p_g(x) && (8)
# \end{aligned}
# $$
#
# The second derivative $-p_r / D^2 - p_g / (1 - D)^2$ is negative, so this is the maximum. (8) is its logit: the logarithm of the density ratio.
#
# **What is left for the generator.** Put (7) into (4), with $m = (p_r + p_g) / 2$:
#
# $$
# \begin{aligned}
# V(D^\ast, G) &= E_{p_r}\!\left[\log \frac{p_r}{2m}\right] + E_{p_g}\!\left[\log \frac{p_g}{2m}\right] && (9) \\
# &= -2 \log 2 + KL(p_r \Vert m) + KL(p_g \Vert m) && (10) \\
# &= -\log 4 + 2\, JS(p_r, p_g) && (11)
# \end{aligned}
# $$
#
# Here $KL(p \Vert q) = E_p[\log (p / q)]$ is the Kullback-Leibler divergence, and the Jensen-Shannon divergence $JS$ is the mean of the two in (10). A $KL$ is never negative: the logarithm is concave, so by Jensen's inequality $-KL = E_p[\log (q / p)] \le \log E_p[q / p] \le \log 1 = 0$, with equality only for $p = q$. Hence $JS$ is 0 if the two distributions are equal, and positive otherwise. So the best generator draws from the true distribution, the value is then $-\log 4 = -1.386$, and $D^\ast = 1/2$ everywhere. And a generator that descends $V$ with $D^\ast$ held fixed does move along the slope of $2\, JS$: $V(D^\ast, G)$ depends on $G$ directly and by way of $D^\ast$, but the second part is the slope of $V$ by $D$, which is 0 at the maximum, times the change of $D^\ast$. Only the direct part is left (the envelope theorem).
#
# **The losses.** A network gives a logit $s$, with $D = \sigma(s) = 1 / (1 + e^{-s})$. Since $-\log \sigma(s) = \log(1 + e^{-s}) = \mathrm{softplus}(-s)$ and $-\log(1 - \sigma(s)) = \mathrm{softplus}(s)$, $D$ *minimises* (12), and $G$ *minimises* one of (13) and (14):
#
# $$
# \begin{aligned}
# L_D &= \overline{\mathrm{softplus}(-s_r)} + \overline{\mathrm{softplus}(s_g)} &&&& (12) \\
# L_G^{sat} &= -\,\overline{\mathrm{softplus}(s_g)}, & \partial L / \partial s &= -\sigma(s) && (13) \\
# L_G^{ns} &= \overline{\mathrm{softplus}(-s_g)}, & \partial L / \partial s &= \sigma(s) - 1 && (14)
# \end{aligned}
# $$
#
# where a bar means the average over the batch. (12) is $-V$. (13) is the part of $V$ that depends on $G$, the mean of $\log(1 - D(G(z)))$. It is the *saturating* loss of the theory: since $\mathrm{softplus}' = \sigma$, its slope is $-D$, which dies out (saturates) where $D$ rejects. (14), the *non-saturating* loss $-\log D(G(z))$, has the same goal, to be called real, and another slope.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **博弈的值。** 真实图 $y = 1$，生成图 $y = 0$，各占一半。
#
# $$
# \begin{aligned}
# \ell(D) &= E[\, y \log D(x) + (1 - y) \log(1 - D(x)) \,] && (1) \\
# &= \tfrac12 E_{x \sim p_r}[\log D(x)] + \tfrac12 E_{x \sim p_g}[\log(1 - D(x))] && (2) \\
# V(D, G) = 2\,\ell(D) &= E_{x \sim p_r}[\log D(x)] + E_{z}[\log(1 - D(G(z)))] && (3) \\
# &= \int p_r(x) \log D(x) + p_g(x) \log(1 - D(x)) \, dx && (4)
# \end{aligned}
# $$
#
# (1) 是标签的对数似然：标签以概率 $D(x)$ 取 1。(2) 把它按真假拆成两半。(3) 乘以 2，并把 $x \sim p_g$ 写成 $G(z)$：这就是博弈的值， $\min_G \max_D V$。(4) 把期望写成积分， $D$ 在其中逐点出现。
#
# **最优判别器。** 固定 $G$，对每个 $x$ 单独把被积函数最大化：
#
# $$
# \begin{aligned}
# 0 &= \frac{\partial}{\partial D} \left[ p_r \log D + p_g \log(1 - D) \right] = \frac{p_r}{D} - \frac{p_g}{1 - D} && (5) \\
# p_r (1 - D) &= p_g D && (6) \\
# D^\ast(x) &= \frac{p_r(x)}{p_r(x) + p_g(x)} && (7) \\
# s^\ast(x) &= \log \frac{D^\ast}{1 - D^\ast} = \log p_r(x) - \log p_g(x) && (8)
# \end{aligned}
# $$
#
# 二阶导数 $-p_r / D^2 - p_g / (1 - D)^2$ 为负，所以这是极大值。(8) 是它的 logit（对数几率），也就是密度比的对数。
#
# **生成器在最小化什么。** 把 (7) 代入 (4)，记 $m = (p_r + p_g) / 2$：
#
# $$
# \begin{aligned}
# V(D^\ast, G) &= E_{p_r}\!\left[\log \frac{p_r}{2m}\right] + E_{p_g}\!\left[\log \frac{p_g}{2m}\right] && (9) \\
# &= -2 \log 2 + KL(p_r \Vert m) + KL(p_g \Vert m) && (10) \\
# &= -\log 4 + 2\, JS(p_r, p_g) && (11)
# \end{aligned}
# $$
#
# 这里 $KL(p \Vert q) = E_p[\log (p / q)]$ 是 KL 散度（Kullback-Leibler divergence），JS 散度（Jensen-Shannon divergence） $JS$ 是 (10) 中两项的平均。 $KL$ 从不为负：对数是凹函数，由詹森不等式（Jensen's inequality）， $-KL = E_p[\log (q / p)] \le \log E_p[q / p] \le \log 1 = 0$，仅当 $p = q$ 时取等号。所以 $JS$ 在 $p_g = p_r$ 时为 0，其余情形都大于 0。于是最好的生成器就是真实分布，这时博弈的值是 $-\log 4 = -1.386$，且处处 $D^\ast = 1/2$。而且，固定 $D^\ast$、对 $V$ 做梯度下降的生成器，走的正是 $2\, JS$ 的负梯度方向： $V(D^\ast, G)$ 既直接依赖 $G$，又通过 $D^\ast$ 依赖 $G$；后一部分是 $V$ 对 $D$ 的斜率乘以 $D^\ast$ 的变化，而这个斜率在极大值处为 0，于是只剩直接的那一部分（包络定理，envelope theorem）。
#
# **损失。** 网络输出 logit $s$， $D = \sigma(s) = 1 / (1 + e^{-s})$。由于 $-\log \sigma(s) = \log(1 + e^{-s}) = \mathrm{softplus}(-s)$， $-\log(1 - \sigma(s)) = \mathrm{softplus}(s)$， $D$ **最小化** (12)， $G$ **最小化** (13) 或 (14)：
#
# $$
# \begin{aligned}
# L_D &= \overline{\mathrm{softplus}(-s_r)} + \overline{\mathrm{softplus}(s_g)} &&&& (12) \\
# L_G^{sat} &= -\,\overline{\mathrm{softplus}(s_g)}, & \partial L / \partial s &= -\sigma(s) && (13) \\
# L_G^{ns} &= \overline{\mathrm{softplus}(-s_g)}, & \partial L / \partial s &= \sigma(s) - 1 && (14)
# \end{aligned}
# $$
#
# 横线表示对批次求平均。(12) 就是 $-V$。(13) 是 $V$ 中与 $G$ 有关的部分，即 $\log(1 - D(G(z)))$ 的平均，也就是理论上的**饱和**损失（saturating loss）：由于 $\mathrm{softplus}' = \sigma$，它的斜率是 $-D$，在 $D$ 判为假的地方消失（饱和）。(14) 是**非饱和**损失（non-saturating loss） $-\log D(G(z))$：目标相同，都是让图被判为真，斜率却不同。

# %% [markdown] lang="en"
# ## A number by hand
#
# Suppose there are only two images, a black shoe and a white one. The shop sells equally many of each; the generator draws black ones nine times out of ten.
#
# | | black | white |
# |---|---|---|
# | $p_r$ | 0.5 | 0.5 |
# | $p_g$ | 0.9 | 0.1 |
# | $D^\ast = p_r / (p_r + p_g)$ | 0.5 / 1.4 = 0.357 | 0.5 / 0.6 = 0.833 |
#
# - $V = 0.5 \log 0.357 + 0.5 \log 0.833 + 0.9 \log 0.643 + 0.1 \log 0.167 = -0.515 - 0.091 - 0.398 - 0.179 = -1.183$
# - $JS = (V + \log 4) / 2 = (-1.183 + 1.386) / 2 = 0.102$ nats, the unit that belongs to natural logarithms
#
# And the losses, for one real image with logit $s_r = 2$ and one generated image with $s_g = -1$:
#
# - $L_D = \log(1 + e^{-2}) + \log(1 + e^{-1}) = 0.127 + 0.313 = 0.440$
# - $L_G^{sat} = -\log(1 + e^{-1}) = -0.313$ and $L_G^{ns} = \log(1 + e^{1}) = 1.313$

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 假设世上只有两张图：黑鞋和白鞋。店里各卖一半；生成器十次有九次画黑鞋。
#
# | | 黑 | 白 |
# |---|---|---|
# | $p_r$ | 0.5 | 0.5 |
# | $p_g$ | 0.9 | 0.1 |
# | $D^\ast = p_r / (p_r + p_g)$ | 0.5 / 1.4 = 0.357 | 0.5 / 0.6 = 0.833 |
#
# - $V = 0.5 \log 0.357 + 0.5 \log 0.833 + 0.9 \log 0.643 + 0.1 \log 0.167 = -0.515 - 0.091 - 0.398 - 0.179 = -1.183$
# - $JS = (V + \log 4) / 2 = (-1.183 + 1.386) / 2 = 0.102$ 奈特（nat，自然对数下的单位）
#
# 再算损失：一张真实图的 logit 是 $s_r = 2$，一张生成图的是 $s_g = -1$：
#
# - $L_D = \log(1 + e^{-2}) + \log(1 + e^{-1}) = 0.127 + 0.313 = 0.440$
# - $L_G^{sat} = -\log(1 + e^{-1}) = -0.313$， $L_G^{ns} = \log(1 + e^{1}) = 1.313$

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# They are (12) to (14). `np.logaddexp(0, s)` is $\log(e^0 + e^s)$, the softplus, without overflow. The library's [`keras_gen.losses.minimax_discriminator_loss`](../../keras_gen/losses/gan.py), [`keras_gen.losses.saturating_generator_loss`](../../keras_gen/losses/gan.py) and [`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py) must say the same.

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 就是 (12) 到 (14)。`np.logaddexp(0, s)` 等于 $\log(e^0 + e^s)$，即不会溢出的 softplus。库里的 [`keras_gen.losses.minimax_discriminator_loss`](../../keras_gen/losses/gan.py)、[`keras_gen.losses.saturating_generator_loss`](../../keras_gen/losses/gan.py) 和 [`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py) 必须给出同样的结果。

# %%
real_logits, fake_logits = np.array([[2.0]]), np.array([[-1.0]])

softplus = lambda s: np.logaddexp(0, s)
sigmoid = lambda s: 1 / (1 + np.exp(-s))
d_loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
saturating = -softplus(fake_logits).mean()
non_saturating = softplus(-fake_logits).mean()

assert np.isclose(d_loss, -np.log(sigmoid(2.0)) - np.log(1 - sigmoid(-1.0)))
assert np.isclose(d_loss, losses.minimax_discriminator_loss(real_logits, fake_logits))
assert np.isclose(saturating, losses.saturating_generator_loss(fake_logits))
assert np.isclose(non_saturating, losses.non_saturating_generator_loss(fake_logits))
print(f"L_D {d_loss:.3f}   L_G saturating {saturating:.3f}   non-saturating {non_saturating:.3f}")

# %% [markdown] lang="en"
# The theory can be checked to many digits, because here both densities are known. $V(D^\ast)$ once as the integral (4), once as $-\log 4 + 2\,JS$ by (11), and once as a GAN meets it: minus the library's loss, over samples, with the logits (8).

# %% [markdown] lang="zh"
# 这里两个密度都已知，所以理论可以核对到很多位。 $V(D^\ast)$ 算三遍：按积分 (4)；按 (11) 的 $-\log 4 + 2\,JS$；再像 GAN 那样，在样本上用 (8) 的 logit 计算库里的损失，取负号。


# %%
def integral(values):
    """Sum over the grid x."""
    return values.sum() * (x[1] - x[0])


def js(p, q):
    """Jensen-Shannon divergence of two densities on the grid, in nats."""
    m = (p + q) / 2 + 1e-300
    kl = lambda a: integral(a * np.log((a + 1e-300) / m))
    return (kl(p) + kl(q)) / 2


def best_logit(values):
    """Equation (8) for the two densities of the picture."""
    return np.log(normal(values, 1.0, 0.5)) - np.log(normal(values, -1.0, 0.7))


shoes_r, shoes_g = np.array([0.5, 0.5]), np.array([0.9, 0.1])  # black and white, by hand above
answer = shoes_r / (shoes_r + shoes_g)
of_shoes = (shoes_r * np.log(answer) + shoes_g * np.log(1 - answer)).sum()
assert np.isclose(of_shoes, -1.183, atol=5e-4)
assert np.isclose((of_shoes + np.log(4)) / 2, 0.102, atol=5e-4)

rng = np.random.default_rng(0)
real_x, fake_x = rng.normal(1.0, 0.5, (100_000, 1)), rng.normal(-1.0, 0.7, (100_000, 1))
value = integral(p_r * np.log(best) + p_g * np.log(1 - best))
theory = -np.log(4) + 2 * js(p_r, p_g)
sampled = -float(losses.minimax_discriminator_loss(best_logit(real_x), best_logit(fake_x)))
nothing = -float(losses.minimax_discriminator_loss(np.zeros((4, 1)), np.zeros((4, 1))))

print(f"integral {value:.6f}   -log 4 + 2 JS {theory:.6f}   100,000 samples {sampled:.4f}")
print(f"p_g = p_r, so that s* = 0: {nothing:.6f} = -log 4")
assert np.isclose(value, theory, atol=1e-9) and np.isclose(nothing, -np.log(4))
assert abs(sampled - value) < 0.01

# %% [markdown] lang="en"
# ## Value and slope
#
# A generator never sees a value, only a slope, so look at both. The third curve is an $L_G$ with the wrong sign, as [the second document](../../docs/errata.md) prints it (E27):
#
# $$
# L_G = -\frac{1}{N} \sum_{i=1}^{N} \log(1 - D(G(z_i))) = +\,\overline{\mathrm{softplus}(s_g)}
# $$
#
# It is (13) with the other sign: the minus belongs to $L_D$. Its slope is *positive*, so a generator that descends it lowers its own logits. (The document's own listing trains on (14) instead, without saying so, E28; it calls $L_D$ the loss of *the GAN*, as if both players descended one function, E29; and it reports half of (12), E30.)

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 生成器看不到损失的值，只感受到斜率，所以除了值，还要看斜率。第三条曲线是符号写反了的 $L_G$，[第二篇文档](../../docs/errata.zh-CN.md)就是这样印的（E27）：
#
# $$
# L_G = -\frac{1}{N} \sum_{i=1}^{N} \log(1 - D(G(z_i))) = +\,\overline{\mathrm{softplus}(s_g)}
# $$
#
# 它与 (13) 只差一个符号：负号本该属于 $L_D$。它的斜率为**正**，所以照它下降的生成器会压低自己的 logit。（那篇文档的代码却用 (14) 训练，对此只字未提，见 E28；它还把 $L_D$ 叫作整个 GAN 的损失，好像双方在最小化同一个函数，见 E29；报出的又是 (12) 的一半，见 E30。）


# %%
def printed_generator_loss(fake_logits):
    """L_G as printed in the second document."""
    return -losses.saturating_generator_loss(fake_logits)


CURVES = {
    "saturating": losses.saturating_generator_loss,
    "non-saturating": losses.non_saturating_generator_loss,
    "as printed": printed_generator_loss,
}
s = tf.linspace(-8.0, 8.0, 161)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
for (name, loss), style in zip(CURVES.items(), ("-", "-", "--"), strict=True):
    with tf.GradientTape() as tape:
        tape.watch(s)
        values = tf.map_fn(lambda one, loss=loss: loss(tf.reshape(one, (1, 1))), s)
    slopes = tape.gradient(values, s)
    left.plot(s, values, style, label=name)
    right.plot(s, slopes, style, label=name)
    print(f"{name:15s} slope at s = -5, 0, 5:", slopes.numpy()[[30, 80, 130]].round(4))
left.set(xlabel="logit $s$ of a generated image", title="value of $L_G$")
right.set(xlabel="logit $s$ of a generated image", title="slope $\\partial L_G / \\partial s$")
left.legend()
plt.show()

# %% [markdown] lang="en"
# Negative slope means "raise the logit". On the left $D$ rejects the image, which is the usual case early in training. There the saturating loss has almost no slope, and the non-saturating one its steepest.
#
# ## Where it stands in `train_step`
#
# [`GAN`](../../keras_gen/models/gan.py) plays Algorithm 1 of Goodfellow et al. 2014, its default `update="alternating"`: one step of $D$, then one of $G$ on fresh noise. These are its two halves. `latents` is the noise $z$. You can read past five names: `labels` and `joined` are for conditional GANs (tutorial 10), `penalty_term` is 0 here, `relativistic` belongs to a loss of tutorial 4, and `call_keeping_statistics` is a forward pass that leaves the running statistics of BatchNorm (tutorial 2) alone.

# %% [markdown] lang="zh"
# 斜率为负，意思是“把 logit 抬高”。左侧是 $D$ 把图判为假的区域，训练初期多半如此。饱和损失在那里几乎没有斜率，非饱和损失在那里最陡。
#
# ## 它在 `train_step` 中的位置
#
# [`GAN`](../../keras_gen/models/gan.py) 默认的 `update="alternating"` 执行的就是 Goodfellow 等人 2014 年论文的算法 1： $D$ 走一步，然后 $G$ 用新的噪声走一步。下面是它的两半。`latents` 是噪声 $z$。有五个名字可以先跳过：`labels` 和 `joined` 用于条件 GAN（教程 10），`penalty_term` 在这里为 0，`relativistic` 属于教程 4 的一种损失，`call_keeping_statistics` 是一次前向计算，它不改动批归一化（教程 2）的滑动统计量。

# %%
print(inspect.getsource(GAN.train_discriminator))
print(inspect.getsource(GAN.train_generator))
print(inspect.getsource(GAN.generator_loss))

# %% [markdown] lang="en"
# - `self.loss_pair.discriminator` is (12); `self.loss_pair.generator_loss` is (13) or (14), of the logits that $D$ gives to generated images. The name that `GAN(..., loss=...)` is given picks the pair.
# - A `tf.GradientTape` (the *tape*) records what is computed inside it, to differentiate it afterwards. Each gradient names the variables that it is for: the first tape moves only $D$, the second only $G$. $G$'s gradient runs *through* $D$, by the chain rule $\frac{\partial L}{\partial \theta} = \frac{\partial L}{\partial s} \cdot \frac{\partial s}{\partial x} \cdot \frac{\partial x}{\partial \theta}$, and the curves above are its first factor.
# - The two scores that `fit` reports are means over the batches of an epoch: `real_score` of $D(x)$, `fake_score` of $D(G(z))$, both as $D$ judges before its own step.
# - The runs below play exactly this. `update="simultaneous"` spares a pass through $G$: the same two gradients, but both taken before either player has moved, and with one batch of noise. [Tutorial 2](02_mlp_gan.ipynb) prints it, [tutorial 3](03_dcgan.ipynb) compares the two.

# %% [markdown] lang="zh"
# - `self.loss_pair.discriminator` 是 (12)，`self.loss_pair.generator_loss` 是 (13) 或 (14)，用的是 $D$ 给生成图的 logit。`GAN(..., loss=...)` 里的名字决定用哪一对。
# - 每个梯度都写明了给谁。`tf.GradientTape`（下文简称 tape）记录它内部的运算，供反向传播求导：第一个 tape 的梯度只更新 $D$，第二个的只更新 $G$。 $G$ 的梯度**穿过** $D$，链式法则是 $\frac{\partial L}{\partial \theta} = \frac{\partial L}{\partial s} \cdot \frac{\partial s}{\partial x} \cdot \frac{\partial x}{\partial \theta}$，上面的曲线就是第一个因子。
# - `fit` 报告的两个分数都是一个轮次（epoch）内各批次的平均：`real_score` 是 $D(x)$，`fake_score` 是 $D(G(z))$，都是 $D$ 走自己那一步之前的判断。
# - 下面的训练运行的正是这段代码。`update="simultaneous"` 省去一次穿过 $G$ 的前向：还是这两个梯度，但都在双方更新之前求出，而且用同一批噪声。[教程 2](02_mlp_gan.ipynb) 打印了它的代码，[教程 3](03_dcgan.ipynb) 比较这两种次序。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# Images keep their one pixel, as arrays of shape (B, 1, 1, 1). Take the smallest generator there is: $G(z) = a z + b$ with $z \sim N(0, 1)$. It draws exactly from $N(b, a^2)$, so that $p_g$, $D^\ast$ and $JS$ are known at every moment, and one can see where a loss leads.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 沿用一个像素的图像，形状为 (B, 1, 1, 1)，并取最小的生成器： $G(z) = a z + b$， $z \sim N(0, 1)$。它抽出的数恰好服从 $N(b, a^2)$，所以 $p_g$、 $D^\ast$ 和 $JS$ 任何时刻都是已知的，一个损失把它带向何方，看得清清楚楚。

# %%
real = np.random.default_rng(1).normal(1.0, 0.5, (50_000, 1, 1, 1)).astype("float32")
stream = tf.data.Dataset.from_tensor_slices(real).repeat().batch(256)


def one_pixel_gan(loss, mean=-1.0, deviation=0.7):
    """Return a GAN whose generator draws from N(mean, deviation**2)."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential(
        [keras.Input((1,)), layers.Dense(1), layers.Reshape((1, 1, 1))], name="generator"
    )
    generator.set_weights([np.array([[deviation]]), np.array([mean])])
    discriminator = keras.Sequential(
        [keras.Input((1, 1, 1)), layers.Flatten()]
        + [layers.Dense(32, activation="silu") for _ in range(2)]
        + [layers.Dense(1)],
        name="discriminator",
    )
    gan = GAN(generator, discriminator, latent_dim=1, loss="saturating")
    # In place of the named pair: "as printed" is not among the library's losses.
    gan.loss_pair = LossPair(losses.minimax_discriminator_loss, CURVES[loss])
    return gan


def compile_gan(gan, d_optimizer, g_optimizer):
    """Compile for twenty steps in one call of the graph, which spares Python's time."""
    gan.compile(d_optimizer, g_optimizer, steps_per_execution=20)
    return gan


def play(gan, steps):
    """Train; return G's mean and deviation after every 20 steps, shape (n + 1, 2)."""
    where = lambda: [weight.item() for weight in gan.generator.get_weights()[::-1]]
    path = [where()]
    after = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: path.append(where()))
    options = {"shuffle": False, "verbose": 0, "callbacks": [after]}
    gan.fit(stream, steps_per_epoch=20, epochs=steps // 20, **options)
    mean, deviation = np.transpose(path)
    return np.stack([mean, np.abs(deviation)], axis=1)


def adam(rate):
    """Adam with beta_1 = 0.5; tutorial 3 says why."""
    return keras.optimizers.Adam(rate, beta_1=0.5)


# %% [markdown] lang="en"
# **The wrong sign.** Both runs start at $N(-1, 0.7^2)$ and should arrive at $N(1, 0.5^2)$. They differ in one minus, the one inside: $\mathrm{softplus}(-s)$, which is (14), against $\mathrm{softplus}(+s)$ as printed.

# %% [markdown] lang="zh"
# **符号错误。** 两次训练都从 $N(-1, 0.7^2)$ 出发，都该到达 $N(1, 0.5^2)$。区别只在 softplus 里的一个负号：非饱和是 $\mathrm{softplus}(-s)$，即 (14)；照原文是 $\mathrm{softplus}(+s)$。

# %%
steps = 60 if FAST else 600
figure, axes = plt.subplots(figsize=(7, 3))
for loss, color in (("non-saturating", "C1"), ("as printed", "C2")):
    gan = compile_gan(one_pixel_gan(loss), adam(5e-3), adam(5e-3))
    mean, deviation = play(gan, steps).T
    when = 20 * np.arange(len(mean))
    axes.plot(when, mean, color, label=f"{loss}: mean of $G(z)$")
    axes.fill_between(when, mean - deviation, mean + deviation, color=color, alpha=0.15, lw=0)
    print(
        f"{loss:15s} ends at mean {mean[-1]:.2f}, D(G(z)) {gan.get_metrics_result()['fake_score']:.3f}"
    )
    assert FAST or (abs(mean[-1] - 1) < 0.5 if loss == "non-saturating" else mean[-1] < -1.2)
axes.axhline(1.0, color="k", lw=0.8, ls=":", label="mean of real images")
axes.set(xlabel="step", ylabel="x")
axes.legend(fontsize=8)
plt.show()

# %% [markdown] lang="en"
# With the printed sign the generator walks *away* from the data: every step makes its images easier to reject, until $D(G(z))$ is 0 and the slope $\sigma(s)$ with it. Its loss is then close to 0, the smallest value there is. A program that only watched the loss would call it a success.
#
# The other run moves towards the data. After its 600 steps the mean is 0.73 and still on its way. The band around the curve is the deviation: it shrinks to almost nothing, opens again shortly after step 220, and then has about the width of the data. The map further below shows the same detour, and what is known of its cause.
#
# **Saturation.** The sign mended, (13) still has its weakness. Let $G$ begin far off, at $N(-2, 0.4^2)$, and let $D$ learn alone first (rate 0 for $G$), until it is sure. Then $G$ may move too, with plain gradient descent, while $D$ goes on learning. (Adam divides a gradient by its own size, and would hide what happens.)

# %% [markdown] lang="zh"
# 照印出的符号，生成器会**背离**数据：每一步都让自己的图更容易被识破，直到 $D(G(z))$ 变成 0，斜率 $\sigma(s)$ 也随之变成 0。这时它的损失接近 0，恰好是可能的最小值。只盯着损失的程序会以为大功告成。
#
# 另一次训练在走向数据。600 步之后均值是 0.73，还在路上。曲线两侧的色带是标准差：它一度缩到几乎没有，刚过第 220 步又张开，此后与数据的宽度差不多。后面的地图会再次出现这段弯路，并说明已知的原因。
#
# **饱和。** 符号改对以后，(13) 仍有弱点。让 $G$ 从很远的 $N(-2, 0.4^2)$ 出发，先让 $D$ 单独学习（ $G$ 的学习率为 0），直到它很有把握；然后也让 $G$ 移动，用最普通的梯度下降，而 $D$ 继续学习。（Adam 会把梯度除以它自身的大小，会掩盖真相。）

# %%
slopes = []
figure, axes = plt.subplots(figsize=(7, 3))
for loss, color in (("saturating", "C0"), ("non-saturating", "C1")):
    gan = one_pixel_gan(loss, mean=-2.0, deviation=0.4)
    compile_gan(gan, adam(5e-3), keras.optimizers.SGD(0.0))
    play(gan, 60 if FAST else 400)
    z = tf.random.stateless_normal((1000, 1), seed=(0, 0))
    with tf.GradientTape() as tape:
        loss_value = CURVES[loss](gan.discriminator(gan.generator(z)))
    slopes.append(tape.gradient(loss_value, gan.generator.trainable_variables)[1].numpy().item())
    score = gan.get_metrics_result()["fake_score"]
    print(f"{loss:15s} D(G(z)) {score:.4f}   dL/db {slopes[-1]:.4f}")
    gan.g_optimizer.learning_rate = 0.05
    mean = play(gan, 60 if FAST else 400)[:, 0]
    axes.plot(20 * np.arange(len(mean)), mean, color, marker=".", label=loss)
axes.axhline(1.0, color="k", lw=0.8, ls=":")
axes.set(xlabel="step of G", ylabel="mean of $G(z)$")
axes.legend()
plt.show()
assert FAST or slopes[1] / slopes[0] > 100

# %% [markdown] lang="en"
# The same discriminator, the same images, the same goal; one gradient is hundreds of times the other. The saturating generator hardly moves at first; the other one is there at once, and overshoots, which is the price of a large slope.
#
# **A loss falls, a game circles.** A network that descends a loss comes to rest where the slope is 0. Two players need not come to rest (E35). The smallest game is $V = x y$ ($x$ and $y$ are now a number of each player, no longer an image and its label), where $x$ descends and $y$ ascends with steps of length $\eta$. At $(0, 0)$ neither has anything to gain: that is the equilibrium.
#
# $$
# \begin{aligned}
# x' &= x - \eta y, \qquad y' = y + \eta x && (15) \\
# x'^2 + y'^2 &= (1 + \eta^2)(x^2 + y^2) && (16) \\
# \bar\theta' &= d\, \bar\theta + (1 - d)\, \theta' && (17)
# \end{aligned}
# $$
#
# (15) is one *simultaneous* step. Its direction $(-y, x)$ is at a right angle to $(x, y)$ and so never points inwards; squared and added, the mixed terms cancel, which gives (16): every such step takes the pair farther out. If they take *turns*, $y' = y + \eta x'$. Put in $x = x' + \eta y$: both $x^2 + y^2 - \eta x y$ and $x'^2 + y'^2 - \eta x' y'$ equal $x'^2 + y^2 + \eta x' y$. So this number stays what it is, and the pair goes round an ellipse for ever. (17) is the *exponential moving average* (EMA) of the places $\theta = (x, y)$. Guess first: where does it go?

# %% [markdown] lang="zh"
# 同一个判别器，同样的图，同样的目标，一个梯度却是另一个的几百倍。用饱和损失的生成器起初几乎不动；另一个立刻到位，而且冲过了头，这是斜率大的代价。
#
# **损失会下降，博弈会绕圈。** 一个网络沿损失下降，会停在斜率为 0 的地方；两个玩家却未必停得下来（E35）。最小的博弈是 $V = x y$（这里 $x$、 $y$ 是两个玩家各自的一个数，不再是图像和标签）： $x$ 沿 $V$ 的梯度下降， $y$ 沿 $V$ 的梯度上升，步长都是 $\eta$。在 $(0, 0)$ 处，谁单独改动都得不到好处，这就是均衡点。
#
# $$
# \begin{aligned}
# x' &= x - \eta y, \qquad y' = y + \eta x && (15) \\
# x'^2 + y'^2 &= (1 + \eta^2)(x^2 + y^2) && (16) \\
# \bar\theta' &= d\, \bar\theta + (1 - d)\, \theta' && (17)
# \end{aligned}
# $$
#
# (15) 是**同时**走一步。它的方向 $(-y, x)$ 与 $(x, y)$ 垂直，从不指向里面；平方相加，交叉项抵消，就是 (16)：每一步都离得更远。如果**交替**走， $y' = y + \eta x'$。代入 $x = x' + \eta y$： $x^2 + y^2 - \eta x y$ 与 $x'^2 + y'^2 - \eta x' y'$ 都等于 $x'^2 + y^2 + \eta x' y$。所以这个数保持不变，两者沿着一个椭圆永远绕下去。(17) 是位置 $\theta = (x, y)$ 的**指数滑动平均**（exponential moving average，EMA）。先猜一猜：它会走到哪里？


# %%
def walk(in_turns, rate=0.1, steps=200):
    """Return the places (steps + 1, 2) of a game in which x descends x * y, and y ascends it."""
    place = np.array([1.0, 0.0])
    path = [place]
    for _ in range(steps):
        moved = place[0] - rate * place[1]
        place = np.array([moved, place[1] + rate * (moved if in_turns else place[0])])
        path.append(place)
    return np.array(path)


def moving_average(path, decay=0.98):
    """Return the averages (17) of places (n, 2), with the first place as the first average."""
    averages = [path[0]]
    for place in path[1:]:
        averages.append(decay * averages[-1] + (1 - decay) * place)
    return np.array(averages)


figure, row = plt.subplots(1, 2, figsize=(8, 3.4))
for in_turns, title, axes in zip((False, True), ("simultaneous", "in turns"), row, strict=True):
    path = walk(in_turns)
    average = moving_average(path)
    axes.plot(*path.T, "C0.-", ms=2, lw=0.6, label="the game")
    axes.plot(*average.T, "C1", label="its moving average")
    axes.plot(0, 0, "k*", ms=10)
    axes.set(title=title, xlabel="$x$", ylabel="$y$", aspect="equal")
    ends = np.linalg.norm(path[-1]), np.linalg.norm(average[-1])
    print(f"{title:12s} distance from the equilibrium {ends[0]:.2f}, of the average {ends[1]:.2f}")
    squares = path[:, 0] ** 2 + path[:, 1] ** 2
    if in_turns:
        assert np.allclose(squares - 0.1 * path[:, 0] * path[:, 1], 1)
        assert ends[1] < 0.3 < 0.9 < ends[0]
    else:
        assert np.allclose(squares, (1 + 0.1**2) ** np.arange(201))  # (16)
        assert ends[1] < 0.3 * ends[0]
row[0].legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown] lang="en"
# Left, the spiral outwards; right, the closed curve. In turns, the average comes near the star and stays near it, although the players never arrive. On the left it comes near and is then carried outwards as well, at about a fifth of the game's distance: an average shrinks a circle (with $d = 0.98$ it remembers about 50 steps, and a round of the game takes about $2 \pi / \eta = 63$), and does not mend a game that diverges. This is why [`GAN`](../../keras_gen/models/gan.py) takes turns by default, why it keeps the EMA (17) of $G$'s weights, and why the samples are drawn with those averaged weights. A real game is not this game: the losses of a GAN curve, which may pull inwards ([tutorial 4](04_losses.ipynb) shows how a penalty does).

# %% [markdown] lang="zh"
# 左图是向外的螺线，右图是闭合的曲线。交替更新时，平均走近星号，并留在它附近，而玩家自己从来到不了。左图中，平均先走近，随后也被带向外面，离星号的距离约为玩家的五分之一：平均能缩小圆圈（ $d = 0.98$ 时大约记得 50 步，而博弈绕一圈约需 $2 \pi / \eta = 63$ 步），却治不好发散的博弈。所以 [`GAN`](../../keras_gen/models/gan.py) 默认交替更新，保存 $G$ 的权重的 EMA (17)，并用平均后的权重画样本。真实的博弈与此不同：GAN 的损失有曲率，不像 $x y$ 那样是双线性的，可能把双方往里拉（[教程 4](04_losses.ipynb) 演示惩罚项怎样做到这一点）。

# %% [markdown] lang="en"
# ## The real training
#
# **First $D$ alone.** With $G$ held at $N(-1, 0.7^2)$, the trained network should be the $D^\ast$ of the first picture, and its loss should be $\log 4 - 2\,JS$.

# %% [markdown] lang="zh"
# ## 真正的训练
#
# **先只训练 $D$。** 把 $G$ 固定在 $N(-1, 0.7^2)$，训练出来的网络应当就是第一幅图里的 $D^\ast$，损失应当是 $\log 4 - 2\,JS$。

# %%
gan = compile_gan(one_pixel_gan("non-saturating"), adam(5e-3), keras.optimizers.SGD(0.0))
figure, axes = plt.subplots(figsize=(7, 3))
for steps in (20, 40, 60) if FAST else (20, 80, 700):
    play(gan, steps)
    answer = tf.sigmoid(gan.discriminator(x.reshape(-1, 1, 1, 1).astype("float32")))[:, 0].numpy()
    axes.plot(x, answer, label=f"$D$ after {int(gan.d_optimizer.iterations)} steps")
axes.plot(x, best, "k--", label="$D^*$")
axes.set(xlabel="x", xlim=(-2.5, 2.5))
axes.legend()
plt.show()

gap = np.abs(answer - best)[np.abs(x) < 2.5].max()
logits = gan.discriminator(real), gan.discriminator(gan.generator(tf.random.normal((50_000, 1))))
print(f"largest gap |D - D*| {gap:.3f}")
print(f"loss {float(losses.minimax_discriminator_loss(*logits)):.4f}   theory {-theory:.4f}")
assert FAST or gap < 0.05

# %% [markdown] lang="en"
# What you should see: the curve of $D$ rises towards the real side from the start, and closes in on the dashed one; at the end it is within 0.05 of it where there is data. Its loss is a little above that of the theory, since on average no $D$ does better than $D^\ast$.
#
# **Then the game.** A point of this map is a generator $N(b, a^2)$; the shading is $JS$ to the data, which can be computed for every point. Both losses start at the cross and should end at the star.

# %% [markdown] lang="zh"
# 你应该看到： $D$ 的曲线从一开始就朝真实图那一侧升高，再逼近虚线；在有数据的地方，最后与它相差不到 0.05。它的损失比理论值略高，因为平均起来没有哪个 $D$ 胜过 $D^\ast$。
#
# **再开始博弈。** 这张地图上的每一点是一个生成器 $N(b, a^2)$；底色是它与数据之间的 $JS$，每一点都算得出来。两种损失都从叉号出发，都该到达星号。


# %%
def ideal_path(loss, steps):
    """Return the path (n + 1, 2) of a G whose every step is answered by the best D, (8)."""
    place = tf.Variable([-1.0, 0.7], dtype=tf.float64)  # mean and deviation
    descent, path = adam(2e-3), [place.numpy()]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            mean, deviation = tf.unstack(place)
            log_g = -0.5 * ((x - mean) / deviation) ** 2 - tf.math.log(deviation * root)
            s = tf.stop_gradient(log_r - log_g)  # the best logit, held fixed while G moves
            cost = -tf.math.softplus(s) if loss == "saturating" else tf.math.softplus(-s)
            expected = tf.reduce_sum(tf.exp(log_g) * cost) * (x[1] - x[0])  # over p_g, exact
        descent.apply([tape.gradient(expected, place)], [place])

    for done in range(1, steps + 1):
        step()
        if done % 20 == 0:
            path.append(place.numpy())
    return np.array(path)


root = np.sqrt(2 * np.pi)
log_r = -0.5 * ((x - 1.0) / 0.5) ** 2 - np.log(0.5 * root)
means, deviations = np.linspace(-1.5, 2.0, 50), np.linspace(0.05, 1.6, 50)
divergence = [[js(p_r, normal(x, mean, dev)) for mean in means] for dev in deviations]
figure, axes = plt.subplots(figsize=(7, 3.6))
shades = axes.contourf(means, deviations, divergence, levels=14, cmap="Greys")
figure.colorbar(shades, label="JS, nats")
for loss, color in (("saturating", "C0"), ("non-saturating", "C1")):
    gan = compile_gan(one_pixel_gan(loss), adam(5e-3), adam(2e-3))
    path, ideal = play(gan, 60 if FAST else 3000), ideal_path(loss, 60 if FAST else 3000)
    axes.plot(*path.T, color, marker=".", ms=4, label=loss)
    axes.plot(*ideal.T, color, ls="--", label=f"{loss}, against $D^*$")
    scores = gan.get_metrics_result()
    print(f"{loss:15s} mean {path[-1, 0]:.2f}   deviation {path[-1, 1]:.2f}", end="   ")
    print(f"D(x) {scores['real_score']:.3f}   D(G(z)) {scores['fake_score']:.3f}")
    widths = [f"{line[:, 1].min():.2f} to {line[:, 1].max():.2f}" for line in (path, ideal)]
    print(f"{'':15s} deviation from {widths[0]} on the way, against D* from {widths[1]}")
    assert FAST or np.allclose([path[-1], ideal[-1]], [1.0, 0.5], atol=0.3)
    if loss == "saturating":
        assert FAST or 1.1 < ideal[:, 1].max() < path[:, 1].max() < 1.4
    else:
        assert FAST or path[:, 1].min() < 0.25 < 0.35 < ideal[:, 1].min()
axes.grid(False)
axes.plot(-1, 0.7, "x", color="white", ms=9, mew=2)
axes.plot(1, 0.5, "k*", ms=12)
axes.set(xlabel="mean $b$", ylabel="deviation $|a|$")
axes.legend(loc="upper right")
plt.show()

# %% [markdown] lang="en"
# Both arrive, and both scores end near 1/2, as the theory says. The ways differ. Dashed is where each loss leads if $D$ is at its best, (8), before every step of $G$. The saturating loss follows $JS$: $p_g$ first widens until it reaches the data, and the run keeps close to its dashed line. The non-saturating one shrinks $p_g$ first: against the optimal $D$ its gradient is that of $KL(p_g \Vert p_r) - 2\,JS$. (By (7) $-\log D^\ast = \log(p_g / p_r) - \log(1 - D^\ast)$. With $D^\ast$ held fixed, the mean of the first term over $p_g$ has the gradient of $KL(p_g \Vert p_r)$, that of the second the opposite of (13), hence $-2\,JS$.) This reversed $KL = E_{p_g}[\log (p_g / p_r)]$ is large wherever $G$ draws what does not look real, and pays nothing for what it never draws, however real. That much is theory, and in theory the deviation never falls below 0.38. In the run it falls to 0.15, probably because its $D$ lags behind the optimum and pushes all images the same way; then the run jumps back onto its dashed line. What is lost here is width; one bell has no second mode to lose. (A *mode* is a peak of the density, say one kind of product.) With several, the reversed $KL$ is often given as a cause of *mode collapse*, where a generator draws only some of them. That is disputed: Goodfellow's tutorial of 2016 holds that no particular loss causes it, since GANs with other divergences collapse as well. [Tutorial 9](09_collapse.ipynb) looks closer.
#
# **Two pixels.** Now the networks of this package, [`mlp_gan`](../../keras_gen/networks/mlp_gan.py), on eight kinds of "product" around a circle. Blue dots are real. Orange ones are drawn by the generator with the averaged weights (17). The shading is $D$ of that moment, which plays against $G$ itself; it should fade to 1/2 where the dots are. Where it stays blue, $D$ has lately met more real points than generated ones.

# %% [markdown] lang="zh"
# 两者都到了，两个分数最后都接近 1/2，与理论一致。路线却不同。虚线是假如 $D$ 在 $G$ 的每一步之前都处于最优 (8)，这个损失会走的路。饱和损失跟着 $JS$ 走： $p_g$ 先变宽，直到够着数据，实际训练紧贴自己的虚线。非饱和损失先把 $p_g$ 收窄：面对最优的 $D$，它的梯度是 $KL(p_g \Vert p_r) - 2\,JS$ 的梯度。（由 (7)， $-\log D^\ast = \log(p_g / p_r) - \log(1 - D^\ast)$。固定 $D^\ast$，第一项在 $p_g$ 上的平均，梯度等于 $KL(p_g \Vert p_r)$ 的梯度；第二项与 (13) 反号，梯度等于 $-2\,JS$ 的梯度。）这个反向的 $KL = E_{p_g}[\log (p_g / p_r)]$ 在 $G$ 画出不像真实图的地方很大；而 $G$ 从不画的真实图，再常见也不会使它变大。这些都是理论；按理论，标准差最小只降到 0.38。实际训练却一路降到 0.15，可能是因为它的 $D$ 落后于最优，把所有图往同一边推；随后路线又跳回自己的虚线。这里失去的是宽度；单峰分布只有一个模式，谈不上丢失模式。（**模式**（mode）是密度的一个峰，比如一类商品。）有多个模式时，反向 $KL$ 常被说成模式崩溃（mode collapse）的原因，即生成器只画其中几个。这有争议：Goodfellow 2016 年的教程认为，没有哪一种损失是它的起因，因为用别的散度的 GAN 同样会崩溃。[教程 9](09_collapse.ipynb) 看得更细。
#
# **两个像素。** 现在用本项目的网络 [`mlp_gan`](../../keras_gen/networks/mlp_gan.py)，学习排成一圈的八类“商品”。蓝点是真的。橙点由权重取滑动平均 (17) 的生成器画出。底色是那一刻的 $D$，它的对手是 $G$ 本身；在有点的地方，底色应当逐渐变成 1/2；仍然发蓝的地方， $D$ 最近遇到的真点比生成的点多。


# %%
def ring(n, rng):
    """Draw n points around eight centres on a circle, shape (n, 1, 1, 2)."""
    angle = 2 * np.pi * rng.integers(8, size=n) / 8
    points = 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (points + 0.05 * rng.normal(size=(n, 2))).reshape(n, 1, 1, 2).astype("float32")


keras.utils.set_random_seed(0)
gan = GAN(
    mlp_gan.generator((1, 1, 2), latent_dim=2, width=32),
    mlp_gan.discriminator((1, 1, 2), width=32, dropout=0.0),
    latent_dim=2,
)
compile_gan(gan, adam(1e-3), adam(1e-3))
points = ring(20_000, np.random.default_rng(0))
stream = tf.data.Dataset.from_tensor_slices(points).repeat().batch(256)
side = np.linspace(-1.1, 1.1, 60, dtype="float32")
plane = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 1, 1, 2)

frames = []


def film(*_):
    """Keep a picture of the game: real points grey, generated ones orange, D red to blue."""
    seen = point_picture(
        points[:300], gan.sample(300, seed=1) * 2 - 1, gan.discriminator(lattice())
    )
    frames.append(grid(seen[None]).resize((240, 240)))


filming = keras.callbacks.LambdaCallback(on_epoch_end=film)
figure, row = plt.subplots(1, 4, figsize=(11, 3), sharey=True)
STAGES = ((20, 1),) * 4 if FAST else ((20, 1), (60, 3), (200, 4), (400, 5))  # steps, epochs
for axes, (steps, epochs) in zip(row, STAGES, strict=True):
    options = {"shuffle": False, "verbose": 0, "callbacks": [filming]}
    gan.fit(stream, steps_per_epoch=steps, epochs=epochs, **options)
    answer = tf.sigmoid(gan.discriminator(plane)).numpy().reshape(60, 60)
    shades = axes.contourf(side, side, answer, np.linspace(0, 1, 11), cmap="RdBu", alpha=0.6)
    axes.grid(False)
    axes.plot(*points[:400, 0, 0].T, ".", color="C0", ms=3)
    drawn = 2 * gan.sample(400, seed=1)[:, 0, 0] - 1
    axes.plot(*drawn.T, ".", color="C1", ms=3)
    axes.set(title=f"step {gan.steps_done}", aspect="equal")
figure.colorbar(shades, ax=row, label="$D$", shrink=0.8)
plt.show()

scores = gan.get_metrics_result()
print(f"D(x) {scores['real_score']:.2f}   D(G(z)) {scores['fake_score']:.2f}   (theory: 0.50)")
centres = [[0.7 * np.cos(a), 0.7 * np.sin(a)] for a in np.arange(8) * np.pi / 4]
shares = np.argmin([np.hypot(*(drawn - centre).T) for centre in centres], axis=0)
print("of 400 generated points, nearest to each centre:", np.bincount(shares, minlength=8))
assert FAST or (abs(scores["real_score"] - 0.5) < 0.15 and abs(scores["fake_score"] - 0.5) < 0.15)
assert FAST or np.bincount(shares, minlength=8).min() > 10

# %%
gif(frames, colours=32)

# %% [markdown] lang="en"
# What you should see, from left to right: a streak that has not found the data, a cloud spread among the centres, and then eight groups with bridges of stray dots. At the end $D$ is pale at the centres, where it cannot tell, and red elsewhere: between the centres only generated points lie; in the middle and outside hardly any point of either kind is left, so that (7) does not fix $D$ there. Both mean scores, printed below the pictures, are then near the 0.50 of the theory, and no centre is left out. The moving picture shows the same game; real points are grey here, and the colours of each frame are scaled by the logit of that moment that is farthest from 0, at the end that of the corners, so that the rest looks paler than above. The surface keeps changing, since $D$ answers $G$ itself; the orange points are drawn with the averaged weights.
#
# [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py) plays the same game with 784 pixels. Nothing in the formulas knows how many there are.
#
# ## Exercises
#
# Replace `...`; the cell below each exercise tells whether it is right. The solution is folded up underneath.
#
# **1.** A batch holds real images with the share $\pi$, not one half. What is the best discriminator? `p_r` and `p_g` are the densities at the point.

# %% [markdown] lang="zh"
# 你应该看到，从左到右：一道还没找到数据的条带，一团散在各中心之间的点，然后是八组点，之间还有零星的点连着。最后， $D$ 在中心处颜色很浅，那里它分不出真假；别处是红色：各中心之间只有生成的点，正中和外围则几乎什么点都没有了，(7) 也就管不到那里的 $D$。图下方打印的两个平均分数这时都接近理论的 0.50，也没有一个中心被漏掉。动图是同一场博弈；其中真点是灰色，每一帧的颜色按那一刻绝对值最大的 logit 定标；到最后，绝对值最大的在四角，所以其余部分比上图浅。底色一直在变，因为 $D$ 回应的是 $G$ 本身；橙点由平均后的权重画出。
#
# [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py) 用 784 个像素进行同一场博弈，公式与像素个数无关。
#
# ## 练习
#
# 把 `...` 换成你的答案；每题下面的单元会告诉你对不对，参考答案折叠在再下面。
#
# **1.** 批次里真实图的比例是 $\pi$ 而不是一半。最优判别器是什么？`p_r`、`p_g` 是该点的两个密度。


# %% exercise
def best_with_share(p_r, p_g, share):
    """Return D* where a share of the batch is real."""
    return ...


# %% check
found = best_with_share(p_r=np.array([0.2, 0.5]), p_g=np.array([0.6, 0.5]), share=0.75)
assert found is ... or np.allclose(found, [0.5, 0.75]), f"expected 0.5 and 0.75, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def best_with_share(p_r, p_g, share):
    """Return D* where a share of the batch is real."""
    # (5) becomes share * p_r / D = (1 - share) * p_g / (1 - D)
    return share * p_r / (share * p_r + (1 - share) * p_g)


# %% [markdown] lang="en"
# **2.** `d_loss` is the loss (12) of a discriminator that is nearly optimal. How far apart are the two distributions, in nats of $JS$?

# %% [markdown] lang="zh"
# **2.** `d_loss` 是一个接近最优的判别器的损失 (12)。两个分布相距多远，用 $JS$ 的奈特数回答。


# %% exercise
def js_from_loss(d_loss):
    """Estimate the Jensen-Shannon divergence from D's loss."""
    return ...


# %% check
found = js_from_loss(np.array([0.0, 1.183, np.log(4)]))
right = [0.6931, 0.1016, 0.0]
assert found is ... or np.allclose(found, right, atol=1e-3), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def js_from_loss(d_loss):
    """Estimate the Jensen-Shannon divergence from D's loss."""
    return (np.log(4) - d_loss) / 2  # (11) with V = -d_loss


# %% [markdown] lang="en"
# **3.** The simultaneous `train_step` takes only one gradient at the generated images, that of $L_D$, and multiplies it, image by image, by a factor to get the gradient of $L_G^{ns}$. Which factor, as a function of the logit $s$? (Compare `ONE_BACKWARD_RATIOS` in [`keras_gen.models.gan`](../../keras_gen/models/gan.py) afterwards.)

# %% [markdown] lang="zh"
# **3.** 同时更新的 `train_step` 只在生成图处求一次梯度，即 $L_D$ 的梯度，再逐图乘以一个因子，就得到 $L_G^{ns}$ 的梯度。这个因子作为 logit $s$ 的函数是什么？（做完再对照 [`keras_gen.models.gan`](../../keras_gen/models/gan.py) 里的 `ONE_BACKWARD_RATIOS`。）


# %% exercise
def ratio(s):
    """Return (dL_G / ds) / (dL_D / ds) for the non-saturating loss."""
    return ...


# %% check
found = ratio(np.array([-2.0, 0.0, 2.0]))
right = [-7.389, -1.0, -0.1353]
assert found is ... or np.allclose(found, right, rtol=1e-3), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def ratio(s):
    """Return (dL_G / ds) / (dL_D / ds) for the non-saturating loss."""
    # slopes (14) over (12): (sigma(s) - 1) / sigma(s) = -(1 - sigma(s)) / sigma(s)
    return -np.exp(-s)


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** $D$ is a classifier, and its loss is the cross-entropy of the labels real and generated. Its best answer at $x$ is $p_r / (p_r + p_g)$; with it the value of the game is $-\log 4 + 2\, JS$. So the generator of the *theory* descends the Jensen-Shannon divergence. In practice it descends $-\log D(G(z))$, because the other loss has almost no slope where $D$ rejects; that is another function, with the same goal. If both mean scores are 1/2 *and* $D$'s loss is $\log 4$ ($\log 2 = 0.693$ for each of its two terms), then $D$ says 1/2 of every image and cannot tell the two apart. Neither can a weak $D$, so this alone proves nothing.
#
# | | best answer, or slope | at $D^\ast$ |
# |---|---|---|
# | $D$ | $D^\ast = p_r / (p_r + p_g)$ | $L_D = \log 4 - 2\, JS$ |
# | $G$, saturating | $-\sigma(s)$, nearly 0 where $D$ rejects | its gradient is that of $2\, JS$ |
# | $G$, non-saturating | $\sigma(s) - 1$, nearly $-1$ where $D$ rejects | its gradient is that of $KL(p_g \Vert p_r) - 2\, JS$ |
#
# **Predict, then run.** Let the data of the map have two bells, at $-1$ and at 1. Where will $N(b, a^2)$ end with the saturating loss, and where with the other? Write it down first.
#
# - [Losses](../../keras_gen/losses/gan.py): each with its formula and its source. [Errata](../../docs/errata.md) E27 to E35: what the documents say about this game. [Interview questions](../../docs/interview.md) Q2 to Q5 and Q13 to Q16. [Drag the logit yourself](../../docs/play.md).
# - Goodfellow et al. 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661); Arjovsky and Bottou 2017, [arXiv:1701.04862](https://arxiv.org/abs/1701.04862), on what the non-saturating loss descends; Goodfellow 2016, [arXiv:1701.00160](https://arxiv.org/abs/1701.00160), section 5.1.1 on mode collapse; Fedus et al. 2018, [arXiv:1710.08446](https://arxiv.org/abs/1710.08446), on GANs that learn although no divergence falls at every step.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** $D$ 是分类器，它的损失是“真实”与“生成”这两个标签的交叉熵。它在 $x$ 处的最佳答案是 $p_r / (p_r + p_g)$；此时博弈的值是 $-\log 4 + 2\, JS$。所以**理论上**的生成器在最小化 JS 散度。实践中它最小化的是 $-\log D(G(z))$，因为另一个损失在 $D$ 判为假的地方几乎没有斜率；那是另一个函数，目标相同。如果 $D$ 的两个平均分数都是 1/2，**并且**它的损失是 $\log 4$（两项各 $\log 2 = 0.693$），就说明它对每张图都答 1/2，分不出两者。太弱的 $D$ 也分不出，所以单凭这一点说明不了什么。
#
# | | 最佳答案或斜率 | 在 $D^\ast$ 处 |
# |---|---|---|
# | $D$ | $D^\ast = p_r / (p_r + p_g)$ | $L_D = \log 4 - 2\, JS$ |
# | $G$，饱和 | $-\sigma(s)$，在 $D$ 判为假处接近 0 | 梯度是 $2\, JS$ 的梯度 |
# | $G$，非饱和 | $\sigma(s) - 1$，在 $D$ 判为假处接近 $-1$ | 梯度是 $KL(p_g \Vert p_r) - 2\, JS$ 的梯度 |
#
# **先预测，再运行。** 把地图里的数据换成两个钟形，分别在 $-1$ 和 1。用饱和损失， $N(b, a^2)$ 会停在哪里？换成另一个损失呢？先写下来。
#
# - [损失函数](../../keras_gen/losses/gan.py)：每个都附公式和出处。[勘误](../../docs/errata.zh-CN.md) E27 至 E35：两篇文档怎样描述这场博弈。[面试题](../../docs/interview.zh-CN.md) Q2 至 Q5、Q13 至 Q16。[自己拖动 logit 看看](../../docs/play.zh-CN.md)。
# - Goodfellow et al. 2014，[arXiv:1406.2661](https://arxiv.org/abs/1406.2661)；Arjovsky 与 Bottou 2017，[arXiv:1701.04862](https://arxiv.org/abs/1701.04862)，讨论非饱和损失实际在最小化什么；Goodfellow 2016，[arXiv:1701.00160](https://arxiv.org/abs/1701.00160)，第 5.1.1 节讲模式崩溃；Fedus et al. 2018，[arXiv:1710.08446](https://arxiv.org/abs/1710.08446)：散度并非步步下降，GAN 照样学会。

# %% words
# $p_r$, real => $p_r$，真实
# $p_g$, generated => $p_g$，生成
# L_D {d_loss:.3f}   L_G saturating {saturating:.3f}   non-saturating {non_saturating:.3f} => L_D {d_loss:.3f}   L_G 饱和 {saturating:.3f}   非饱和 {non_saturating:.3f}
# integral {value:.6f}   -log 4 + 2 JS {theory:.6f}   100,000 samples {sampled:.4f} => 积分 {value:.6f}   -log 4 + 2 JS {theory:.6f}   100,000 个样本 {sampled:.4f}
# p_g = p_r, so that s* = 0: {nothing:.6f} = -log 4 => p_g = p_r，于是 s* = 0：{nothing:.6f} = -log 4
# saturating => 饱和
# non-saturating => 非饱和
# as printed => 照原文
# {name:15s} slope at s = -5, 0, 5: => {name:9s} 在 s = -5、0、5 处的斜率：
# logit $s$ of a generated image => 生成图的 logit $s$
# value of $L_G$ => $L_G$ 的值
# slope $\\partial L_G / \\partial s$ => 斜率 $\\partial L_G / \\partial s$
# {loss}: mean of $G(z)$ => {loss}：$G(z)$ 的均值
# {loss:15s} ends at mean {mean[-1]:.2f}, D(G(z)) {gan.get_metrics_result()['fake_score']:.3f} => {loss:15s} 最后的均值 {mean[-1]:.2f}，D(G(z)) {gan.get_metrics_result()['fake_score']:.3f}
# mean of real images => 真实图的均值
# step => 步数
# noise $z$ => 噪声 $z$
# density, or $D$ => 密度，或 $D$
# generated $G(z)$ => 生成图 $G(z)$
# real $x$ => 真实图 $x$
# simultaneous => 同时
# in turns => 交替
# the game => 博弈
# its moving average => 它的滑动平均
# {title:12s} distance from the equilibrium {ends[0]:.2f}, of the average {ends[1]:.2f} => {title:6s} 到均衡点的距离 {ends[0]:.2f}，滑动平均的 {ends[1]:.2f}
# of 400 generated points, nearest to each centre: => 400 个生成的点，离各中心最近的个数：
# step of G => G 的步数
# mean of $G(z)$ => $G(z)$ 的均值
# $D$ after {int(gan.d_optimizer.iterations)} steps => {int(gan.d_optimizer.iterations)} 步之后的 $D$
# largest gap |D - D*| {gap:.3f} => 最大差距 |D - D*| {gap:.3f}
# loss {float(losses.minimax_discriminator_loss(*logits)):.4f}   theory {-theory:.4f} => 损失 {float(losses.minimax_discriminator_loss(*logits)):.4f}   理论值 {-theory:.4f}
# JS, nats => JS（奈特）
# {loss}, against $D^*$ => {loss}，面对 $D^*$
# {loss:15s} mean {path[-1, 0]:.2f}   deviation {path[-1, 1]:.2f} => {loss:9s} 均值 {path[-1, 0]:.2f}   标准差 {path[-1, 1]:.2f}
# {line[:, 1].min():.2f} to {line[:, 1].max():.2f} => {line[:, 1].min():.2f} 至 {line[:, 1].max():.2f}
# {'':15s} deviation from {widths[0]} on the way, against D* from {widths[1]} => {'':9s}    途中标准差 {widths[0]}，面对 D* 时 {widths[1]}
# mean $b$ => 均值 $b$
# deviation $|a|$ => 标准差 $|a|$
# D(x) {scores['real_score']:.2f}   D(G(z)) {scores['fake_score']:.2f}   (theory: 0.50) => D(x) {scores['real_score']:.2f}   D(G(z)) {scores['fake_score']:.2f}   （理论值：0.50）
# step {gan.steps_done} => 第 {gan.steps_done} 步
# expected 0.5 and 0.75, found {found} => 应为 0.5 和 0.75，得到的是 {found}
