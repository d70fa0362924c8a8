"""Tutorial 12, labels, review and differential privacy. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 12. Labelled, reviewed, private
#
# What must hold before generated pictures leave the house: whoever meets one can tell that it was generated, somebody has looked, and no image of the training set shows in them. You need [tutorial 1](01_adversarial_game.ipynb); [tutorial 8](08_to_product.ipynb) helps. This is engineering and no legal advice.
#
# After this notebook you can
#
# - write the labels that the Chinese standard and the EU's AI Act ask for, read them with a parser of your own, and show what they do not survive;
# - say how many pictures must be looked at to hold a defect rate, and why one must not look on until the result pleases;
# - compute Cohen's kappa, and say when it misleads;
# - make a training step private in ten lines, and derive why noise gives an $\varepsilon$;
# - attack a model that knows its images by heart, and read the attack's ROC curve.

# %% [markdown] lang="zh"
# # 12. 带标识、经审核、保隐私
#
# 生成的图片对外发布之前必须做到：遇到它的人看得出是生成的；有人看过；训练集里的任何一张图都不会在其中显露。请先读[教程 1](01_adversarial_game.ipynb)，最好也读过[教程 8](08_to_product.ipynb)。本篇讲工程，不是法律意见。
#
# 学完本篇，你能够
#
# - 写入中国标准和欧盟《人工智能法》所要求的标识，用自己写的解析器读出来，并演示它们经不起什么；
# - 说出要看多少张图才能保证缺陷率，以及为什么不能一直看到满意为止；
# - 计算 Cohen 的 kappa，并说出它何时会误导人；
# - 用十行代码让训练的一步满足差分隐私，并推导噪声为什么能给出 $\varepsilon$；
# - 攻击一个把图背下来的模型，并读懂攻击的 ROC 曲线。

# %%
import hashlib
import inspect
import json
import logging
import math
import os
import shutil
import struct
import tempfile
from pathlib import Path
from xml.dom import minidom

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.optimize import brentq
from scipy.stats import binom, norm

import keras_gen
from keras_gen import data, measures
from keras_gen.evaluation.measure_membership import discriminator_scores
from keras_gen.models import PrivateGAN
from keras_gen.models.accountant import Accountant, library
from keras_gen.models.per_example import clipped_sum
from keras_gen.networks import dcgan
from keras_gen.pages.model_card import model_card
from keras_gen.pictures import grid
from keras_gen.provenance import Marks, Origin, read_marks, save_generated
from keras_gen.provenance.visible import draw_label
from keras_gen.recipes import DCGANRecipe, PrivateGANRecipe
from keras_gen.runs import Run

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# A shop has a generator and wants to show its pictures. Three people ask, and "we are careful" answers none of them:
#
# - *the platform*: is this picture generated? Its program reads the file;
# - *the head of goods*: how many of the pictures are bad? Nobody can look at all of them;
# - *the person whose photo was in the training set*: does the model show it?
#
# **What can be proved to each, and what not?** The [two documents](../../docs/errata.md) advise compliance review, human review and differential privacy (E50, E67, E65), and do none of it.

# %% [markdown] lang="zh"
# ## 问题
#
# 一家店铺有了生成器，想展示它画的图。有三个人来问，“我们很小心”对谁都不是回答：
#
# - *平台*：这张图是生成的吗？它的程序会读这个文件；
# - *商品负责人*：坏图有多少？没有人能把所有的图都看一遍；
# - *照片被拿去训练的人*：模型会不会把它显露出来？
#
# **对每一个人，能证明什么，不能证明什么？** [两篇文档](../../docs/errata.zh-CN.md)建议合规审查、人工审核和差分隐私（E50、E67、E65），却一样也没做。

# %% [markdown] lang="en"
# ## The picture
#
# Twelve draws of the trained DCGAN that comes with the package, each with a label that people see: in Chinese above, in English below. The Chinese standard asks for text that names both AI and generation, with characters of at least 5 % of the shortest side. As it is quoted ([law and ethics](../../docs/compliance.md)), the words have to be Chinese, but for the letters AI.
#
# What you should see: only the upper row meets the standard. The lower one is for readers of English, and lacks what is asked for in China.

# %% [markdown] lang="zh"
# ## 图示
#
# 随包附带的、训练好的 DCGAN 画的十二张图，每张都有人看得见的标识：上一行是中文，下一行是英文。中国标准要求文字同时说明人工智能和生成，字符高度不低于最短边的 5 %。据转引（[法律与伦理](../../docs/compliance.zh-CN.md)），要写的是“人工智能”或“AI”，加上“生成”或“合成”。
#
# 你应该看到：只有上一行符合这一标准；下一行是给英文读者看的，没有中国所要求的文字。

# %%
drawn = np.asarray(keras_gen.load("dcgan").sample(12, seed=1))  # (12, 28, 28, 1) in [0, 1]
large = [grid(image[None], zoom=5) for image in drawn]  # 140 pixels a side
labelled = [draw_label(one, "zh" if i < 6 else "en") for i, one in enumerate(large)]
grid(np.stack([np.asarray(one) for one in labelled])[..., None] / 255, columns=6)

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **Review.** Let a share $p$ of all pictures be defective, and let somebody look at $n$ of them, chosen by lot:
#
# $$
# \begin{aligned}
# P(\text{no defect among } n) &= (1 - p)^n && (1) \\
# (1 - p)^n \le \alpha \; & \Leftrightarrow \; n \ge \frac{\log \alpha}{\log(1 - p)} \approx \frac{-\log \alpha}{p} && (2) \\
# P(\text{at most } c \text{ defects}) &= \sum_{i=0}^{c} \binom{n}{i} p^i (1 - p)^{n - i} && (3)
# \end{aligned}
# $$
#
# (2) turns it round: had the rate been $p$ or more, so clean a result would have had a probability of at most $\alpha$. The approximation is $\log(1 - p) \approx -p$; with $\alpha = 0.05$ the numerator is 3.0, hence the *rule of three*, $n \approx 3 / p$. With $c$ defects allowed, (3) takes the place of (1).
#
# **Two reviewers** agree on the share $p_o$ of the pictures. Had each decided by lot, keeping their own share of every decision $k$, $a_k$ for one and $b_k$ for the other, they would have agreed on the share $p_e$:
#
# $$
# p_e = \sum_k a_k b_k, \qquad \kappa = \frac{p_o - p_e}{1 - p_e} \qquad (4)
# $$
#
# **Privacy.** Let $S$ and $S'$ be data sets of which one, whichever it is, has one image more than the other, and $M$ a training with everything that is computed from it. $M$ is $(\varepsilon, \delta)$-*differentially private* if for all such pairs and all sets $A$ of results
#
# $$
# P(M(S) \in A) \le e^{\varepsilon} P(M(S') \in A) + \delta \qquad (5)
# $$
#
# A training step keeps such a promise if it clips each image's gradient by itself, and adds noise to the sum (Abadi et al. 2016). With $\xi$ standard normal and $B$ the *expected* size of the batch:
#
# $$
# \begin{aligned}
# \bar g_i &= g_i \min(1, C / \lVert g_i \rVert), \qquad \lVert \bar g_i \rVert \le C && (6) \\
# g &= \frac1B \left[ \sum_i \bar g_i + \sigma C \xi \right] && (7)
# \end{aligned}
# $$
#
# What does one image more change? It adds a vector that is at most $C$ long. Across it the noise is the same as before; along it, in units of $C$, two normal distributions are to be told apart, at worst these:
#
# $$
# \begin{aligned}
# \text{without: } u & \sim N(0, \sigma^2), \qquad \text{with: } u \sim N(1, \sigma^2) && (8) \\
# L(u) &= \log \frac{n(u; 1, \sigma)}{n(u; 0, \sigma)} = \frac{u^2 - (u - 1)^2}{2 \sigma^2} = \frac{2u - 1}{2 \sigma^2} && (9) \\
# L & \sim N\!\left( \frac{1}{2 \sigma^2}, \frac{1}{\sigma^2} \right) \; \text{with the image} && (10) \\
# A^\ast &= \{L \gt \varepsilon\} = \left\{ u \gt \tfrac12 + \varepsilon \sigma^2 \right\} && (11) \\
# \delta(\varepsilon) &= P_1(A^\ast) - e^{\varepsilon} P_0(A^\ast) = \Phi\!\left( \frac{1}{2 \sigma} - \varepsilon \sigma \right) - e^{\varepsilon} \, \Phi\!\left( -\frac{1}{2 \sigma} - \varepsilon \sigma \right) && (12)
# \end{aligned}
# $$
#
# $n$ is the normal density, $P_1$ and $P_0$ are with and without the image, $\Phi$ is the normal distribution function. $L$ is what an outcome tells, in favour of "it was in". It has no bound, which is why (5) needs a $\delta$. (11) is the set at which (5) is violated most, since it holds exactly those outcomes that are more than $e^{\varepsilon}$ times as likely with the image; so (12) is the smallest $\delta$ that is true (Balle and Wang 2018).
#
# **Many steps.** What $T$ independent steps tell adds up, and so do means and variances:
#
# $$
# L_T \sim N\!\left( \frac{T}{2 \sigma^2}, \frac{T}{\sigma^2} \right), \qquad \text{the same as one step with } \sigma / \sqrt{T} \qquad (13)
# $$
#
# In practice each image joins a step by a coin of its own, with probability $q = B / N$. The outcome is then a mixture of both distributions of (8), tells far less, and has no such closed form. An *accountant* bounds it; here that is the package `dp-accounting`, and no formula of ours.
#
# **Attack.** Take for $A$ "the attacker says that this image was in". Then (5) is a statement about the rates of right and of false alarms, $t$ and $f$:
#
# $$
# \begin{aligned}
# t &\le e^{\varepsilon} f + \delta, \qquad 1 - f \le e^{\varepsilon} (1 - t) + \delta && (14) \\
# \mathrm{AUC} &= P(s_m \gt s_o) + \tfrac12 P(s_m = s_o) && (15)
# \end{aligned}
# $$
#
# The second half of (14) is for "was not in". All pairs $(f, t)$ of an attack with scores form its *ROC curve*, the area under it is the probability (15) that a member $m$ gets a higher score than another image $o$: 0.5 is guessing, 1 tells everyone.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **审核。** 设全部图片中有缺陷的占 $p$，随机抽出 $n$ 张来看：
#
# $$
# \begin{aligned}
# P(n \text{ 张中没有缺陷}) &= (1 - p)^n && (1) \\
# (1 - p)^n \le \alpha \; & \Leftrightarrow \; n \ge \frac{\log \alpha}{\log(1 - p)} \approx \frac{-\log \alpha}{p} && (2) \\
# P(\text{至多 } c \text{ 张有缺陷}) &= \sum_{i=0}^{c} \binom{n}{i} p^i (1 - p)^{n - i} && (3)
# \end{aligned}
# $$
#
# (2) 把 (1) 反过来：倘若缺陷率是 $p$ 或更高，出现这样干净的结果的概率至多为 $\alpha$。近似用的是 $\log(1 - p) \approx -p$；取 $\alpha = 0.05$，分子是 3.0，这就是*三倍法则*： $n \approx 3 / p$。若允许 $c$ 张有缺陷，就用 (3) 代替 (1)。
#
# **两位审核人**在占比为 $p_o$ 的图上意见一致。如果两人都随机作决定，各按自己作决定 $k$ 的比例 $a_k$ 与 $b_k$，一致率会是 $p_e$：
#
# $$
# p_e = \sum_k a_k b_k, \qquad \kappa = \frac{p_o - p_e}{1 - p_e} \qquad (4)
# $$
#
# **隐私。** 设 $S$ 与 $S'$ 是两个数据集，其中一个（不论哪一个）比另一个多一张图， $M$ 是训练以及由它得出的一切。如果对所有这样的一对、对结果的任何集合 $A$ 都有下式，就说 $M$ 是 $(\varepsilon, \delta)$ *差分隐私*的：
#
# $$
# P(M(S) \in A) \le e^{\varepsilon} P(M(S') \in A) + \delta \qquad (5)
# $$
#
# 训练的一步要守住这样的承诺，就把每张图的梯度单独截断，再给总和加上噪声（Abadi et al. 2016）。 $\xi$ 服从标准正态分布， $B$ 是批大小的*期望*：
#
# $$
# \begin{aligned}
# \bar g_i &= g_i \min(1, C / \lVert g_i \rVert), \qquad \lVert \bar g_i \rVert \le C && (6) \\
# g &= \frac1B \left[ \sum_i \bar g_i + \sigma C \xi \right] && (7)
# \end{aligned}
# $$
#
# 多一张图，会改变什么？它加上一个长度至多为 $C$ 的向量。与它垂直的方向上，噪声和原来一样；沿着它的方向，以 $C$ 为单位，要区分的是两个正态分布，最坏的情形是：
#
# $$
# \begin{aligned}
# \text{不含这张图：} u & \sim N(0, \sigma^2), \qquad \text{含这张图：} u \sim N(1, \sigma^2) && (8) \\
# L(u) &= \log \frac{n(u; 1, \sigma)}{n(u; 0, \sigma)} = \frac{u^2 - (u - 1)^2}{2 \sigma^2} = \frac{2u - 1}{2 \sigma^2} && (9) \\
# L & \sim N\!\left( \frac{1}{2 \sigma^2}, \frac{1}{\sigma^2} \right) \; \text{含这张图} && (10) \\
# A^\ast &= \{L \gt \varepsilon\} = \left\{ u \gt \tfrac12 + \varepsilon \sigma^2 \right\} && (11) \\
# \delta(\varepsilon) &= P_1(A^\ast) - e^{\varepsilon} P_0(A^\ast) = \Phi\!\left( \frac{1}{2 \sigma} - \varepsilon \sigma \right) - e^{\varepsilon} \, \Phi\!\left( -\frac{1}{2 \sigma} - \varepsilon \sigma \right) && (12)
# \end{aligned}
# $$
#
# $n$ 是正态密度， $P_1$ 与 $P_0$ 分别是有这张图和没有这张图时的概率， $\Phi$ 是正态分布函数。 $L$ 是一个结果所透露的、支持“它在里面”的程度。它没有上界，所以 (5) 需要 $\delta$。(11) 是把 (5) 违反得最厉害的集合，因为它装的恰好是有这张图时概率超过 $e^{\varepsilon}$ 倍的那些结果；所以 (12) 是成立的最小的 $\delta$（Balle 与 Wang 2018）。
#
# **许多步。** 相互独立的 $T$ 步所透露的可以相加，均值和方差也相加：
#
# $$
# L_T \sim N\!\left( \frac{T}{2 \sigma^2}, \frac{T}{\sigma^2} \right), \qquad \text{与噪声为 } \sigma / \sqrt{T} \text{ 的一步相同} \qquad (13)
# $$
#
# 实际中，每张图各自掷硬币，以概率 $q = B / N$ 参加一步。结果是 (8) 中两个分布的混合，透露的少得多，却没有这样的封闭公式。要由*记账程序*来给出上界；这里用的是软件包 `dp-accounting`，没有一个公式是我们自己的。
#
# **攻击。** 把 $A$ 取为“攻击者说这张图在里面”。于是 (5) 说的是命中率 $t$ 与误报率 $f$：
#
# $$
# \begin{aligned}
# t &\le e^{\varepsilon} f + \delta, \qquad 1 - f \le e^{\varepsilon} (1 - t) + \delta && (14) \\
# \mathrm{AUC} &= P(s_m \gt s_o) + \tfrac12 P(s_m = s_o) && (15)
# \end{aligned}
# $$
#
# (14) 的后一半对应“不在里面”。攻击者给每张图打分，所有的 $(f, t)$ 构成 *ROC 曲线*；曲线下的面积就是概率 (15)：成员 $m$ 的分数高于另一张图 $o$。0.5 等于瞎猜，1 则个个认得出来。

# %% [markdown] lang="en"
# ## A number by hand
#
# **How many?** At $p = 0.05$, $0.95^{58} = 0.0510$ and $0.95^{59} = 0.0485$: 59 pictures without a defect are enough for 95 % confidence, 58 are not. With one defect allowed, $0.95^{93} + 93 \cdot 0.05 \cdot 0.95^{92} = 0.0085 + 0.0415 = 0.0500$, just below $\alpha$: 93.
#
# **Kappa.** Of 50 pictures both approve 20 and both reject 15; one approves 5 more, the other 10 more. So $p_o = 35 / 50 = 0.7$; the first approves 25 of 50, the second 30, $p_e = 0.5 \cdot 0.6 + 0.5 \cdot 0.4 = 0.5$, and $\kappa = 0.2 / 0.5 = 0.4$.
#
# **A private step.** Two images have the gradients $(3, 4)$ and $(0.3, -0.4)$, with norms 5 and 0.5. With $C = 1$ the first becomes $(0.6, 0.8)$, the second stays. Their sum is $(0.9, 0.4)$, and with $\sigma = 1$ each entry gets noise of deviation 1: the larger signal is smaller than the noise. Only a large batch helps, since the noise does not grow with it.
#
# **Delta.** One step, $\sigma = 1$, $\varepsilon = 1$: $\Phi(-0.5) - e \, \Phi(-1.5) = 0.3085 - 2.7183 \cdot 0.0668 = 0.127$. So (5) would allow outcomes that occur with a probability of one in eight with the image and never without it, which is no promise. (Outcomes more than $e^\varepsilon$ times as likely with the image are more frequent still: $P_1(A^\ast) = 0.3085$.) With $\sigma = 5$ it is $\Phi(-4.9) - e \, \Phi(-5.1) = 1.8 \cdot 10^{-8}$.
#
# **An attack.** Members have the scores 0.9, 0.4, 0.6, other images 0.5 and 0.1. Of the 6 pairs the member wins 5: $\mathrm{AUC} = 0.833$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# **多少张？** $p = 0.05$ 时， $0.95^{58} = 0.0510$， $0.95^{59} = 0.0485$：59 张没有缺陷就足以有 95 % 的置信度，58 张不够。允许一个缺陷时， $0.95^{93} + 93 \cdot 0.05 \cdot 0.95^{92} = 0.0085 + 0.0415 = 0.0500$，刚好低于 $\alpha$：93 张。
#
# **Kappa。** 50 张图，两人都通过 20 张，都驳回 15 张；一人另外通过 5 张，另一人另外通过 10 张。所以 $p_o = 35 / 50 = 0.7$；第一人通过 50 张中的 25 张，第二人 30 张， $p_e = 0.5 \cdot 0.6 + 0.5 \cdot 0.4 = 0.5$， $\kappa = 0.2 / 0.5 = 0.4$。
#
# **隐私的一步。** 两张图的梯度是 $(3, 4)$ 与 $(0.3, -0.4)$，范数为 5 和 0.5。取 $C = 1$，前者变成 $(0.6, 0.8)$，后者不变。总和是 $(0.9, 0.4)$； $\sigma = 1$ 时每个分量加上标准差为 1 的噪声：连较大的信号也比噪声小。只有大批次有用，因为噪声不随批次变大。
#
# **Delta。** 一步， $\sigma = 1$， $\varepsilon = 1$： $\Phi(-0.5) - e \, \Phi(-1.5) = 0.3085 - 2.7183 \cdot 0.0668 = 0.127$。也就是说，(5) 允许某些结果在有这张图时以八分之一的概率出现，而没有这张图时从不出现，等于没有承诺。（概率超过 $e^\varepsilon$ 倍的那些结果更常见： $P_1(A^\ast) = 0.3085$。）取 $\sigma = 5$，则是 $\Phi(-4.9) - e \, \Phi(-5.1) = 1.8 \cdot 10^{-8}$。
#
# **攻击。** 成员的分数是 0.9、0.4、0.6，其他图的分数是 0.5 和 0.1。6 对之中成员赢了 5 对： $\mathrm{AUC} = 0.833$。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# The same numbers, each beside the library's: [`keras_gen.measures.sampling_plan`](../../keras_gen/measures/acceptance.py), [`keras_gen.measures.cohen_kappa`](../../keras_gen/measures/agreement.py), [`keras_gen.models.per_example.clipped_sum`](../../keras_gen/models/per_example.py) and [`keras_gen.measures.membership_attack`](../../keras_gen/measures/membership.py).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 同样的数，逐个与库核对：[`keras_gen.measures.sampling_plan`](../../keras_gen/measures/acceptance.py)、[`keras_gen.measures.cohen_kappa`](../../keras_gen/measures/agreement.py)、[`keras_gen.models.per_example.clipped_sum`](../../keras_gen/models/per_example.py) 和 [`keras_gen.measures.membership_attack`](../../keras_gen/measures/membership.py)。


# %%
def first_n(rate, alpha, defects=0):
    """(3): the first n at which so few defects are at most as likely as alpha."""
    n = defects + 1
    while binom.cdf(defects, n, rate) > alpha:
        n += 1
    return n


def kappa(first, second):
    """(4) of two lists of decisions."""
    first, second = np.array(first), np.array(second)
    chance = sum(np.mean(first == k) * np.mean(second == k) for k in set(first) | set(second))
    return (np.mean(first == second) - chance) / (1 - chance)


def delta_of(epsilon, sigma):
    """(12)."""
    a, b = 1 / (2 * sigma), epsilon * sigma
    return norm.cdf(a - b) - np.exp(epsilon) * norm.cdf(-a - b)


plan = [first_n(0.05, 0.05), first_n(0.05, 0.05, defects=1)]
one, two = "A" * 25 + "R" * 25, "A" * 20 + "R" * 5 + "A" * 10 + "R" * 15
gradients = np.array([[3.0, 4.0], [0.3, -0.4]])
norms = np.linalg.norm(gradients, axis=1, keepdims=True)
clipped = np.sum(gradients * np.minimum(1, 1 / norms), axis=0)  # (6), C = 1
members, others = np.array([0.9, 0.4, 0.6]), np.array([0.5, 0.1])
area = np.mean(members[:, None] > others) + 0.5 * np.mean(members[:, None] == others)  # (15)

print("pictures to look at", plan, f"  kappa {kappa(list(one), list(two)):.2f}", end="   ")
print(f"clipped sum {clipped.round(3)}   AUC {area:.3f}")
print(f"delta at epsilon 1: {delta_of(1, 1):.3f} for sigma 1, {delta_of(1, 5):.1e} for sigma 5")
assert plan == [measures.sampling_plan(0.05), measures.sampling_plan(0.05, defects=1)] == [59, 93]
assert np.isclose(kappa(list(one), list(two)), measures.cohen_kappa(one, two).kappa)
assert np.allclose(clipped, clipped_sum([tf.constant(gradients)], 1.0)[0])
assert np.isclose(area, measures.membership_attack(members, others).area)
assert abs(delta_of(1, 1) - 0.127) < 5e-4 and abs(delta_of(1, 5) - 1.75e-8) < 1e-10

# %% [markdown] lang="en"
# **A label, written and read.** Every picture of the package leaves by one door, [`keras_gen.provenance.save_generated`](../../keras_gen/provenance/door.py). Where a visible label is asked for, as here, it is drawn into the picture first. Then a packet of XMP is written beside the pixels, and changes none of them. Two readers ask for different words: the Chinese standard GB 45438-2025 for a property `AIGC` that holds JSON, IPTC's vocabulary, which fits article 50 of the AI Act, for a `DigitalSourceType`. Below, a reader that knows nothing of the package: the chunks of PNG by hand, XML by Python's own `minidom`, and the digest of the pixels computed anew.

# %% [markdown] lang="zh"
# **标识，写入再读出。** 包里的图都从同一扇门出去，即 [`keras_gen.provenance.save_generated`](../../keras_gen/provenance/door.py)。如果要看得见的标识（这里就要），就先把它画进图里；然后在像素旁边写入一段 XMP，这一步一个像素也不改。两种读者要看不同的词：中国标准 GB 45438-2025 要的是属性 `AIGC`，内容是 JSON；IPTC 的词表要的是 `DigitalSourceType`，它适合《人工智能法》第 50 条。下面的读者对这个包一无所知：PNG 的数据块自己拆，XML 用 Python 自带的 `minidom`，像素的摘要重新计算。

# %%
workplace = tempfile.TemporaryDirectory()  # removed when the notebook is closed
folder = Path(workplace.name)
origin = Origin(model="dcgan", run_id="tutorial", seed=1)
save_generated(folder / "shop.png", large[0], origin, Marks(visible="zh", producer="a shop"))


def xmp_of(path):
    """Return the packet of XMP of a PNG file, cut out by the specification of PNG, or None."""
    content, at = Path(path).read_bytes(), 8
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        keyword, _, rest = content[at + 8 : at + 8 + size].partition(b"\0")
        if kind == b"iTXt" and keyword == b"XML:com.adobe.xmp":
            return rest[2:].split(b"\0", 2)[2]  # behind two flags, a language and a translation
        at += 12 + size
    return None


def read(packet, space, name):
    """Return the text of a property of XMP."""
    (element,) = minidom.parseString(packet).getElementsByTagNameNS(space, name)
    return "".join(node.data for node in element.childNodes)


packet = xmp_of(folder / "shop.png")
aigc = json.loads(read(packet, "http://www.tc260.org.cn/ns/AIGC/1.0/", "AIGC"))
source = read(packet, "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType")
for name, text in aigc.items():
    print(f"{name:18s} {text}")
print("DigitalSourceType ", source)

picture = Image.open(folder / "shop.png")
sized = f"{picture.width}x{picture.height}:".encode()
digest = hashlib.sha256(sized + picture.convert("RGBA").tobytes()).hexdigest()
assert aigc["Label"] == "1" and aigc["ContentProducer"] == "a shop"
assert aigc["ReservedCode1"] == f"sha256:{digest}" and source.endswith("/trainedAlgorithmicMedia")
assert read_marks(folder / "shop.png").faults == ()  # what `keras-gen inspect` says

# %% [markdown] lang="en"
# `Label` "1" means generated; the `ContentProducer` answers for the picture; the number names model, run and seed, so that a complaint can be traced; `ReservedCode1` is the producer's own field against changes, and holds a digest of the pixels here.
#
# ## Value and slope
#
# From the left: (1) over $n$, whose logarithm is a line of slope $\log(1 - p)$; both densities of (8) with what an outcome tells, (9), a line of slope $1 / \sigma^2$; the $\delta$ of (12); and the region that (14) leaves to an attacker.

# %% [markdown] lang="zh"
# `Label` 为 "1" 表示生成；`ContentProducer` 是对图片负责的提供者；编号写明模型、运行和种子，遇到投诉可以查到；`ReservedCode1` 是提供者自己用来防改动的字段，这里存放像素的摘要。
#
# ## 值与斜率
#
# 从左到右：(1) 随 $n$ 的变化，取对数是斜率为 $\log(1 - p)$ 的直线；(8) 的两个密度，以及结果所透露的 (9)，斜率为 $1 / \sigma^2$ 的直线；(12) 的 $\delta$；(14) 留给攻击者的区域。

# %%
figure, axes = plt.subplots(1, 4, figsize=(14, 3.2))
n = np.arange(400)
for p in (0.1, 0.05, 0.01):
    axes[0].semilogy(n, (1 - p) ** n, label=f"p = {p:.0%}")
axes[0].axhline(0.05, color="k", ls=":")
axes[0].set(xlabel="$n$, pictures looked at", title="P(no defect)", ylim=(1e-3, 1))
axes[0].legend(fontsize=8)

u = np.linspace(-3, 4, 141)
axes[1].plot(u, norm.pdf(u), label="without the image")
axes[1].plot(u, norm.pdf(u, 1), label="with the image")
told = {sigma: (2 * u - 1) / (2 * sigma**2) for sigma in (1, 2)}
for sigma, line in told.items():
    axes[1].plot(u, line, "k-" if sigma == 1 else "k--", lw=1, label=rf"$L$, $\sigma = {sigma}$")
axes[1].set(xlabel="$u$", title=r"two densities, $\sigma = 1$", ylim=(-1, 1))
axes[1].legend(fontsize=7)
assert np.allclose(np.gradient(told[2], u), 1 / 2**2)
assert np.allclose(told[1], norm.logpdf(u, 1) - norm.logpdf(u))

epsilons = np.linspace(0, 5, 101)
for sigma in (1, 2, 5):
    axes[2].semilogy(epsilons, delta_of(epsilons, sigma), label=rf"$\sigma = {sigma}$")
axes[2].set(xlabel=r"$\varepsilon$", title=r"$\delta(\varepsilon)$, one step", ylim=(1e-9, 1))
axes[2].legend(fontsize=8)


def best_attack(f, epsilon, delta=0.0):
    """(14): the highest rate of right alarms at a rate of false ones."""
    upper = 1 - np.exp(-epsilon) * (1 - f - delta)
    return np.minimum(np.exp(epsilon) * f + delta, upper).clip(0, 1)


f = np.linspace(0, 1, 1001)
for epsilon in (0, 1, 3):
    axes[3].plot(f, best_attack(f, epsilon), label=rf"$\varepsilon = {epsilon}$")
axes[3].set(xlabel="false alarms $f$", ylabel="right alarms $t$", title="no attack is above this")
axes[3].legend(fontsize=8)
plt.show()
assert abs(np.mean(best_attack(f, 1)) - 0.731) < 0.002  # its area, see exercise 3

# %% [markdown] lang="en"
# Each further picture without a defect takes the same *share* off the doubt, so halving the defect rate that one can exclude doubles the work. Noise works by flattening $L$: with twice the $\sigma$ the same outcome $u$ tells a quarter. Outcomes spread twice as far, however, so that the deviation of $L$, $1 / \sigma$ by (10), only halves. And an $\varepsilon$ of 3 already leaves an attacker nearly everything; what holds in practice is then luck and not promise.
#
# ## Where it stands in `train_step`
#
# Only $D$ sees real images, so only $D$'s step is made private. $G$ is trained by what $D$ has become; whatever is computed from a private result is private, at no cost, and so are the samples. This is $D$'s step in [`keras_gen.models.PrivateGAN`](../../keras_gen/models/private_gan.py):

# %% [markdown] lang="zh"
# 每多看一张没有缺陷的图，疑问减少的*比例*都一样，所以要把能排除的缺陷率减半，工作量就要加倍。噪声的作用是把 $L$ 压平： $\sigma$ 加倍，同一个结果 $u$ 透露的只剩四分之一。不过结果的分布也宽了一倍，所以按 (10)， $L$ 的标准差 $1 / \sigma$ 只减半。而 $\varepsilon$ 到 3 就几乎把一切都留给了攻击者；那时实际上守得住，靠的是运气，不是承诺。
#
# ## 它在 `train_step` 中的位置
#
# 只有 $D$ 看得到真图，所以只需让 $D$ 的那一步满足差分隐私。 $G$ 由训练之后的 $D$ 来训练；凡是由满足差分隐私的结果算出来的，也都满足差分隐私，不另花预算，样本也是如此。下面是 [`keras_gen.models.PrivateGAN`](../../keras_gen/models/private_gan.py) 中 $D$ 的一步：

# %%
print(inspect.getsource(PrivateGAN.train_discriminator))

# %% [markdown] lang="en"
# The method works out the gradients of all images in one pass; there are no cleverer formulas in it than (6) and (7). The same step in ten lines, with a tape for each image, beside a twin that takes the library's. **Predict, then run:** six real images with $C = 0.5$. If one of them is left out, by how much can the sum change at most?

# %% [markdown] lang="zh"
# 这个方法一遍就算出所有图的梯度；里面没有比 (6) 与 (7) 更深的公式。下面用十行写出同样的一步，每张图一条梯度带，旁边是用库走这一步的另一个相同模型。**先预测，再运行**：六张真图， $C = 0.5$。去掉其中一张，总和至多会改变多少？


# %%
def small_private():
    """Return a small private GAN; two of them are twins."""
    keras.utils.set_random_seed(0)
    networks = dcgan.generator(width=4), dcgan.discriminator(width=4)
    numbers = {"examples": 10_000, "batch_size": 8, "clip_norm": 0.5, "noise_multiplier": 1.0}
    model = PrivateGAN(*networks, 100, **numbers, seed=0)
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0), jit_compile=False)
    return model


train = data.load("fashion_mnist_10k")  # images (10000, 28, 28, 1) uint8
test = data.load("fashion_mnist_10k", split="test")
by_hand, by_step = small_private(), small_private()
D, C, B = by_hand.discriminator, 0.5, 8
real = data.uint8_to_symmetric(train.images[:6])  # six images joined, where eight are expected
fake = by_hand.generator(by_hand.draw_latents(B), training=True)
parts, lengths = [], []
for image, sign in [(x, -1) for x in real] + [(x, 1) for x in fake]:
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.math.softplus(sign * D(image[None])))  # of this image alone
    gradient = tape.gradient(loss, D.trainable_variables)
    lengths.append(float(tf.linalg.global_norm(gradient)))
    parts.append([part * min(1.0, C / lengths[-1]) for part in gradient])  # (6)
total = [tf.add_n(part) for part in zip(*parts, strict=True)]
noisy = [(part + by_hand.draw_noise(part)) / B for part in total]  # (7)
by_hand.d_optimizer.apply(noisy, D.trainable_variables)

by_step.train_discriminator(real)
pairs = zip(D.get_weights(), by_step.discriminator.get_weights(), strict=True)
apart = max(np.abs(mine - theirs).max() for mine, theirs in pairs)
print(
    f"weights by hand and by the library: {apart:.0e} apart; noise alone moves them by {C / B:.1e}"
)
assert apart < 1e-3  # convolutions on a GPU may round to 10 bits (TF32)

moved = [float(tf.linalg.global_norm(part)) for part in parts[:6]]
figure, axes = plt.subplots(figsize=(5.5, 2.6))
axes.bar(np.arange(6) - 0.2, lengths[:6], 0.4, label="norm of the gradient")
axes.bar(np.arange(6) + 0.2, moved, 0.4, label="what it adds to the sum")
axes.axhline(C, color="k", ls=":", label="$C$")
axes.set(xlabel="real image", xticks=range(6))
axes.legend(fontsize=8)
plt.show()
print(f"one image moves the sum by at most {max(moved):.3f}; the noise in each entry is {C:.1f}")
assert max(moved) <= C + 1e-5

# %% [markdown] lang="en"
# At most $C$, whatever the image shows; without the clip a single odd image could move it by any amount, and no noise would be enough. The sum is divided by 8 although six came: the size of the batch depends on who is in the data, and would tell.
#
# **Counting.** With $q = 1$, every image in every step, (12) and (13) are exact. The accountant knows more cases and gives an upper bound. **Predict, then run:** 1,000 steps with $\sigma = 1$. Roughly what $\varepsilon$ do you expect if every image takes part in every step, and what if one in two hundred does?

# %% [markdown] lang="zh"
# 至多 $C$，不管图上是什么；不截断的话，一张古怪的图就能让它任意改变，多大的噪声都不够。来了六张，却除以 8：批次的大小取决于数据里有谁，本身就会泄露。
#
# **记账。** $q = 1$ 时，每张图参加每一步，(12) 与 (13) 是精确的。记账程序会算更多的情形，给出上界。**先预测，再运行**：1,000 步， $\sigma = 1$。若每张图每步都参加， $\varepsilon$ 大约是多少？若每步只有二百分之一的图参加呢？


# %%
def exact_epsilon(sigma, steps, delta=1e-5):
    """Solve (12) for epsilon, after steps on all images: sigma / sqrt(steps) by (13)."""
    gap = lambda epsilon: delta_of(epsilon, sigma / math.sqrt(steps)) - delta
    return brentq(gap, 0, 200)


logging.getLogger("absl").setLevel(logging.ERROR)  # the accountant names orders it leaves out
try:
    library()
    counted = True
except ValueError as reason:  # dp-accounting is in the extra `privacy`
    counted = False
    print(reason)

for sigma, steps in ((5, 10), (20, 100), (50, 1000)):
    exact = exact_epsilon(sigma, steps)
    print(f"q = 1, sigma {sigma:2d}, {steps:5,d} steps: epsilon {exact:.3f} exactly", end="")
    if counted:
        bound = Accountant(1.0, sigma, 1e-5).epsilon(steps)
        print(f", accountant {bound:.3f}", end="")
        assert exact <= bound < 1.25 * exact
    print()

spent = {}
for q in (1.0, 0.1, 0.005) if counted else ():
    spent[q] = Accountant(q, 1.0, 1e-5).epsilon(1000)
    print(f"sigma 1, 1,000 steps, q = {q:5.3f}: epsilon {spent[q]:7.2f}")
assert not counted or spent[0.005] < 2 < 500 < spent[1.0]

stored = Path("../../docs/privacy.json")  # written by benchmarks/privacy.py; there in a clone
for row in json.loads(stored.read_text("utf-8")) if stored.is_file() and not counted else ():
    if "epsilon" in row:  # 4 steps of D for each of G
        print(f"{stored.name}: q = 128 / 60,000, sigma {row['noise']:.2f}, ", end="")
        print(f"{4 * row['steps']:,} steps: epsilon {row['epsilon']:g}")

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# **Labels that are lost.** The marked file is copied, saved again by Pillow as PNG, saved as JPEG by somebody who takes the packet along, and cropped in the same way. What will `keras-gen inspect` find fault with?

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# **丢失的标识。** 把带标识的文件原样复制、用 Pillow 另存为 PNG、连同 XMP 一起存成 JPEG、同样带着 XMP 裁剪。`keras-gen inspect` 会在哪里挑出毛病？

# %%
shutil.copy(folder / "shop.png", folder / "copied.png")
picture.save(folder / "saved again.png")
picture.save(folder / "as JPEG.jpg", quality=75, xmp=packet)
picture.crop((14, 0, 140, 126)).save(folder / "cropped.jpg", quality=75, xmp=packet)
BRIEFLY = {
    "no label TC260:AIGC": "no label",
    "other pixels than those that were marked": "other pixels",
}
figure, axes = plt.subplots(1, 4, figsize=(12, 3))
found, names = {}, ("copied.png", "saved again.png", "as JPEG.jpg", "cropped.jpg")
for name, panel in zip(names, axes, strict=True):
    found[name] = read_marks(folder / name).faults
    panel.imshow(np.asarray(Image.open(folder / name)), cmap="gray", vmin=0, vmax=255)
    said = BRIEFLY[found[name][0]] if found[name] else "no fault"
    panel.set_title(f"{name}\n{said}", fontsize=8)
    panel.axis("off")
    print(f"{name:16s} {'; '.join(found[name]) or 'no fault'}")
plt.show()
assert found["copied.png"] == () and "no label TC260:AIGC" in found["saved again.png"]
for name in names[2:]:
    assert found[name] == ("other pixels than those that were marked",)

# %% [markdown] lang="en"
# A plain copy keeps everything. Saved again by a program that does not know of the packet, the file has lost it, and no program can tell that it ever had one; only the visible label is left. With the packet taken along, the label is still there, and the digest says that these are no longer the pixels that were marked; the crop has taken the visible label away as well. So the label goes on last, and is read back from the file that customers get. Against somebody who wants it gone neither label helps; a watermark was tried for that and is not in the package ([law and ethics](../../docs/compliance.md) has the figures).
#
# **A review that goes on until it pleases.** The plan says: 59 pictures without a defect. Somebody finds one among the 59, remembers that 93 with one defect would do as well, and looks at 34 more; if a second one turns up, 124 with two would do. The defect rate is 5 %, too high. How often is it accepted?

# %% [markdown] lang="zh"
# 原样复制什么都不丢。由不认识 XMP 的程序另存一次，给程序看的标识就没了，程序也看不出曾经有过；只剩下看得见的那个。把 XMP 一起带上，标识还在，但摘要说明这已不是当初加标识的那些像素；裁剪还把看得见的标识一并裁掉了。所以标识要最后加，再从顾客真正拿到的文件里读回来。遇上存心要去掉它的人，两种标识都不管用；为此试过一种水印，没有收进包里（数字见[法律与伦理](../../docs/compliance.zh-CN.md)）。
#
# **一直看到满意为止的审核。** 计划是：看 59 张，没有缺陷。有人在 59 张里发现一个，想起 93 张允许一个缺陷也行，就再看 34 张；若又发现一个，那就看 124 张，允许两个。实际缺陷率是 5 %，太高了。它有多大机会被接受？

# %%
rng = np.random.default_rng(0)
plans = {n: c for c, n in enumerate(measures.sampling_plan(0.05, defects=c) for c in range(6))}
looks = rng.random((200_000, max(plans))) < 0.05  # True is a defect
seen = np.cumsum(looks, axis=1, dtype="int16")
honest = np.mean(seen[:, 58] == 0)
passed = np.zeros(len(looks), bool)
for n, allowed in plans.items():
    passed |= seen[:, n - 1] <= allowed
    print(f"up to {n:3d} pictures, {allowed} allowed: accepted {np.mean(passed):.1%}")
print(f"with the plan as it was: {honest:.1%}")
assert abs(honest - 0.95**59) < 0.002  # (1)
by_two = 0.95**59 + 59 * 0.05 * 0.95**58 * 0.95**34  # no defect, or one and then none in 34
assert abs(np.mean((seen[:, 58] == 0) | (seen[:, 92] <= 1)) - by_two) < 0.002
assert np.mean(passed) > 0.1

print("kappa where both reject 3 different ones of 96:", end=" ")
nearly = measures.cohen_kappa("A" * 93 + "R" * 3, "R" * 3 + "A" * 93)
print(f"agreed {nearly.observed:.1%}, kappa {nearly.kappa:.3f}")
assert nearly.observed > 0.93 and nearly.kappa < 0

# %% [markdown] lang="en"
# Each plan by itself keeps its 5 %; the choice among them afterwards does not. And kappa, beside it: two reviewers agree on 90 of 96 pictures and have a kappa below 0, since they agree on no *rejection*, and two people who each reject 3 of 96 by lot would agree as often. So it says that on defects they agree no better than by chance. But three rejections each are few: a single one in common would have made it 0.31. Where rejections are rare, kappa hangs on one or two pictures, and misleads if it is read alone.
#
# **A model that knows its images by heart.** The recipe [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py) without its penalty, with half the width of $G$, in batches of 32 (its own are of 16), on 250 images. The attacker has the whole model, and calls an image a member if $D$ takes it for real (Hayes et al. 2019). The others are 2,000 test images, of the same kind and never seen. **Predict, then run:** is the area under the curve 0.5 at the beginning? And at the end?

# %% [markdown] lang="zh"
# 每个计划单独看都守住 5 %，事后在其中挑选就守不住了。再看 kappa：两位审核人在 96 张中有 90 张意见一致，kappa 却低于 0，因为他们没有一张*驳回*是一致的，而两个人若各自随机驳回 3 张，一致率也同样高。它说明，在缺陷上两人的一致不比碰运气强。但每人只驳回 3 张，太少了：只要有一张相同，kappa 就是 0.31。驳回的图很少时，kappa 全看一两张图，单独看它会误导人。
#
# **把图背下来的模型。** 配方 [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py) 去掉惩罚项， $G$ 的宽度减半，每批 32 张（配方本来是 16 张），只用 250 张图训练。攻击者手里有整个模型： $D$ 认为是真的，他就说这张图是成员（Hayes et al. 2019）。其他的图是 2,000 张测试图，同类，但从未见过。**先预测，再运行**：开始时曲线下的面积是 0.5 吗？结束时呢？

# %%
few = train.take(np.arange(250))
SMALL = {"batch_size": 32, "generator_width": 16, "seed": 0}
moments = (2, 4) if FAST else (250, 500, 1000, 2000)
by_heart = DCGANRecipe(steps=moments[-1], penalty="none", **SMALL).build()


def scores_of(model):
    """Return what D says of the members and of the others: (250,) and (2000,) logits."""
    score = discriminator_scores(model)
    return score(few), score(test)


def attack(model):
    """Return the area under the ROC curve of the attack by D, and its interval."""
    return measures.membership_attack(*scores_of(model))


def go_on(model, stream, steps):
    """Train a model further on a stream of batches."""
    model.make_train_function()
    for _ in range(steps):
        model.train_function(stream)


stream = iter(data.batches(few.images, SMALL["batch_size"], seed=0))
areas, done = {0: attack(by_heart)}, 0
for moment in moments:
    go_on(by_heart, stream, moment - done)
    areas[moment], done = attack(by_heart), moment
for moment, found in areas.items():
    low, high = found.interval
    print(f"{moment:5d} steps: AUC {found.area:.3f} ({low:.3f} to {high:.3f})")
assert FAST or areas[moments[-1]].interval.low > 0.7
assert areas[0].interval.low < 0.5 < areas[0].interval.high

# %% [markdown] lang="en"
# The samples hardly show this. $D$ is trained to tell *these* images from others, and once it can no longer do so by what they have in common, it does so by each of them. An attacker who has samples only does worse; [the page on privacy](../../docs/privacy.md) has both, and the same network on all 60,000 images, where there is too much to learn by heart.
#
# ## The real training
#
# The same 250 images, networks and batch, under [`keras_gen.recipes.PrivateGANRecipe`](../../keras_gen/recipes/private_gan.py). Each image joins a batch with $q = 32 / 250$. That is a large share, so the noise must be large, too. **Predict, then run:** what will the attack find? And what will the samples look like?

# %% [markdown] lang="zh"
# 从样本上几乎看不出这件事。训练 $D$ 就是让它把*这些*图与别的区分开；等到共同点不够用了，它就逐张去记。只有样本的攻击者成绩要差；两种攻击，以及同样的网络在全部 60,000 张图上的结果，都在[差分隐私](../../docs/privacy.zh-CN.md)那一页：图太多，背不下来。
#
# ## 真正的训练
#
# 同样的 250 张图、同样的网络和批大小，用 [`keras_gen.recipes.PrivateGANRecipe`](../../keras_gen/recipes/private_gan.py) 训练。每张图以 $q = 32 / 250$ 进入批次。这个比例很大，所以噪声也得大。**先预测，再运行**：攻击会发现什么？样本会是什么样？

# %%
STEPS = 4 if FAST else 500
recipe = PrivateGANRecipe(
    steps=STEPS, discriminator_steps=1, discriminator_width=32, noise_multiplier=4.0, **SMALL
).for_data(few)
private = recipe.build()
go_on(private, iter(recipe.batches(few, 0)), STEPS)
found = attack(private)
low, high = found.interval
print(f"private, {STEPS} steps: AUC {found.area:.3f} ({low:.3f} to {high:.3f})", end="; ")
epsilon = private.spending()["epsilon"] if counted else None
print(f"epsilon {epsilon:.2f}" if counted else "epsilon not counted")
assert FAST or low < 0.56
assert epsilon is None or 0 < epsilon < 8

judge, _ = measures.load_judges("fashion_net", (28, 28, 1))
real_features, _ = judge(test.images)
distances = []
for name, model in (("by heart", by_heart), ("private", private)):
    images = data.unit_to_uint8(model.sample(200 if FAST else 1000, seed=1))
    distances.append(measures.frechet_distance(real_features, judge(images)[0]))
    print(f"Frechet distance to the test images, {name}: {distances[-1]:.1f}")
assert FAST or distances[1] > 1.5 * distances[0]


def roc(model):
    """Return the rates of false and of right alarms over all thresholds."""
    members, others = scores_of(model)
    thresholds = np.sort(np.concatenate([members, others]))[::-1]
    return [np.mean(scores[:, None] >= thresholds, axis=0) for scores in (others, members)]


figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), width_ratios=(1.1, 1, 1))
for name, model in (("by heart", by_heart), ("private", private)):
    axes[0].plot(*roc(model), label=name)
if counted:
    axes[0].plot(f, best_attack(f, epsilon, 1e-5), "k--", lw=1, label="no attack is above this")
axes[0].plot([0, 1], [0, 1], "k:", lw=1, label="guessing")
axes[0].set(xlabel="false alarms $f$", ylabel="right alarms $t$", title="ROC of the attack by D")
axes[0].legend(fontsize=8)
for panel, model, name in zip(axes[1:], (by_heart, private), ("by heart", "private"), strict=True):
    panel.imshow(grid(np.asarray(model.sample(32, seed=1)), 8), cmap="gray", vmin=0, vmax=255)
    panel.set_title(f"samples, {name}")
    panel.axis("off")
plt.show()

# %% [markdown] lang="en"
# The attack finds nothing, but the samples are speckle, the same in every field: $G$ has learnt hardly anything. (The Fréchet distance compares what a garment classifier sees in samples and in test images; smaller is nearer. It is not even twice that of the other model: look at the pictures.) Besides, this run had 500 steps and the other one 2,000, and after 500 steps the attack found little there either (printed above). So the failed attack is no evidence yet; how much is due to the noise, to the clipping, to players that move in turn instead of at once, or to fewer steps, is not separated here. So much noise is needed because 250 images are few: the share $q = B / N$ is large. It falls with the size of the data set, and with it the noise that an $\varepsilon$ needs. On 60,000 images the price is another one; [its table](../../docs/privacy.md#what-it-costs) sets four budgets side by side. And a failed attack proves nothing by itself, as this one would also fail against a model that was hardly trained; the curve that counts is the dashed one, which holds against every attacker of the private model. (Of that model only: the one that learnt by heart has no $\varepsilon$, and on the right its curve runs above the dashed one. On the left it is hardly better than guessing: to find nine members in ten, the attacker has to accuse about a third of the other images as well.) Here it lies high, like that of $\varepsilon = 3$ above: with so few images even this noise buys little promise. It holds only as long as nobody can guess the seed: whoever has it can compute the noise and subtract it. The seed of this notebook is 0 and stands in its code, so strictly not even this little is promised here; a model that is given away needs a secret one, drawn at random.
#
# **What the next person is told.** A model that goes out goes with its card. It is written from the run's own records, in both languages, names its weaknesses, and repeats the duty to label. Here it is for the package's DCGAN, shortened:

# %% [markdown] lang="zh"
# 攻击什么也没发现，但样本只是一片斑点，每一格都一样： $G$ 几乎什么也没学到。（弗雷歇距离比较服装分类器在样本与测试图里看到的特征，越小越接近；这里还不到背下来的那个模型的两倍，可见不能只看数，要看图。）再者，这次训练只有 500 步，前面那个模型有 2,000 步，而它在 500 步时，攻击同样没发现多少（见上面打印的数）。所以攻击失败还算不上证据；差别有多少来自噪声，多少来自截断、双方轮流而不是同时走步，多少来自步数，这里没有分开。之所以需要这么大的噪声，是因为 250 张图太少，比例 $q = B / N$ 太大。它随数据集变大而下降，达到某个 $\varepsilon$ 所需的噪声也随之下降。60,000 张图时的代价就不同了；[那里的表](../../docs/privacy.zh-CN.md#代价)把四种预算放在一起。另外，攻击失败本身什么也不证明，换成一个几乎没训练过的模型，它同样会失败；算数的是那条虚线，它对攻击这个隐私模型的任何人都成立。（只对这个模型成立：背下来的模型没有 $\varepsilon$，它的曲线在右边高过了虚线。在左边，它比瞎猜好不了多少：要找出九成的成员，攻击者得把大约三分之一的其他图也误认作成员。）这里虚线很高，与上面 $\varepsilon = 3$ 的曲线差不多：图这么少，这么大的噪声也换不来多少承诺。前提是没有人猜得到种子：知道种子的人可以算出噪声再减掉。本篇的种子是 0，就写在代码里，所以严格说来，这里连这点承诺也没有；要交给别人的模型，种子必须随机抽取，并且保密。
#
# **告诉下一个人什么。** 对外提供的模型要附上它的模型卡片。卡片由运行自己的记录写成，中英文各一份，写明弱点，并重申标识义务。下面是随包附带的 DCGAN 的卡片，有删节：

# %%
shown = "en | Data | Known weaknesses | Use | Label"  # its language, and the sections
language, *titles = shown.split(" | ")
card = model_card(Run.open("dcgan"), language)
sections = dict(part.split("\n", 1) for part in card.split("\n## ")[1:])
for title in titles:
    print(f"## {title}\n{sections[title].strip()}\n")
assert "2e487a6c89124f78" in sections[titles[0]] and "2026-08-02" in sections[titles[-1]]

# %% [markdown] lang="en"
# The answers to the three of the beginning. The platform gets a statement that its program can read, and nothing that would hold against somebody who removes it. The head of goods gets a bound on the defect rate, with its confidence, for the defects that these reviewers see. The person in the training set gets a bound on the odds, for every attacker, if the training was private; otherwise an attack that failed, which is less.
#
# On the command line:
#
# - `keras-gen generate dcgan --n 59 --visible-label zh`, then `keras-gen inspect FILE`;
# - `keras-gen review dcgan --n 59`, then `keras-gen review-results FILE`;
# - `keras-gen train private_gan --target-epsilon 10` (a weak promise: $e^{10}$ is about 22,000), then `keras-gen evaluate RUN`, which attacks it and renews its card.
#
# ## Exercises
#
# **1.** How many pictures without a defect hold the rate below $p$ with confidence $1 - \alpha$? Exactly, by (2).

# %% [markdown] lang="zh"
# 现在可以回答开头的三个人了。平台得到一份程序读得懂的声明，但挡不住有意去掉它的人。商品负责人得到缺陷率的上界及其置信度，只限于这些审核人看得出来的缺陷。训练集里的那个人，如果训练满足差分隐私，得到的是概率之比的上界，对任何攻击者都成立；否则只得到一次失败的攻击，那要弱得多。
#
# 命令行的做法：
#
# - `keras-gen generate dcgan --n 59 --visible-label zh`，然后 `keras-gen inspect FILE`；
# - `keras-gen review dcgan --n 59`，然后 `keras-gen review-results FILE`；
# - `keras-gen train private_gan --target-epsilon 10`（这是很弱的承诺： $e^{10}$ 约为 22,000），然后 `keras-gen evaluate RUN`，它会攻击模型，并更新卡片。
#
# ## 练习
#
# **1.** 要以置信度 $1 - \alpha$ 保证缺陷率低于 $p$，需要看多少张没有缺陷的图？按 (2) 精确计算。


# %% exercise
def pictures_needed(p, alpha):
    """Return the least n for which n pictures without a defect are enough."""
    return ...


# %% check
found = [pictures_needed(p, alpha) for p, alpha in ((0.05, 0.05), (0.01, 0.05), (0.05, 0.01))]
assert ... in found or found == [59, 299, 90], f"expected [59, 299, 90], found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def pictures_needed(p, alpha):
    """Return the least n for which n pictures without a defect are enough."""
    # with alpha = 0.05 the rule of three, 3 / p, asks for one more
    return math.ceil(math.log(alpha) / math.log(1 - p))


# %% [markdown] lang="en"
# **2.** The heart of the private step, without its noise: clip each gradient by itself by (6), sum, and divide by the expected size of the batch.

# %% [markdown] lang="zh"
# **2.** 隐私的一步的核心，先不加噪声：按 (6) 逐个截断梯度，求和，再除以批大小的期望。


# %% exercise
def clipped_mean(gradients, clip_norm, batch_size):
    """Return the clipped and summed gradients (n, D) over the expected size, (D,)."""
    return ...


# %% check
found = clipped_mean(np.array([[3.0, 4.0], [0.3, -0.4]]), clip_norm=1.0, batch_size=4)
assert found is ... or np.allclose(found, [0.225, 0.1]), f"expected [0.225, 0.1], found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def clipped_mean(gradients, clip_norm, batch_size):
    """Return the clipped and summed gradients (n, D) over the expected size, (D,)."""
    # clipping the sum instead would let one image push the others aside
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    return (gradients * np.minimum(1, clip_norm / norms)).sum(axis=0) / batch_size


# %% [markdown] lang="en"
# **3.** The region that (14) allows for $\delta = 0$ is bounded by two straight lines that meet on the diagonal $t = 1 - f$. What is the area below them, the largest AUC that $\varepsilon$ leaves to any attacker?

# %% [markdown] lang="zh"
# **3.** $\delta = 0$ 时，(14) 的区域以两条直线为界，它们在对角线 $t = 1 - f$ 上相交。它们下方的面积，也就是 $\varepsilon$ 留给任何攻击者的最大 AUC，是多少？


# %% exercise
def largest_auc(epsilon):
    """Return the area below min(e^epsilon f, 1 - e^-epsilon (1 - f)) for f from 0 to 1."""
    return ...


# %% check
found = [largest_auc(epsilon) for epsilon in (0.0, 1.0, 3.0)]
right = [0.5, 0.7311, 0.9526]
assert ... in found or np.allclose(found, right, atol=1e-3), f"expected {right}, found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def largest_auc(epsilon):
    """Return the area below min(e^epsilon f, 1 - e^-epsilon (1 - f)) for f from 0 to 1."""
    # the lines meet at f = 1 / (1 + e^epsilon); a triangle and a trapezium add up to 1 - f
    return 1 / (1 + np.exp(-epsilon))


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A label is a statement beside the pixels. A program can read it, a digest in it tells whether the pixels were changed, and a plain re-save loses it. I may claim a defect rate below $p$ after so many pictures without a defect that this would be improbable at $p$, if their number was fixed before anybody looked. Differential privacy bounds the odds: through one image, what anybody concludes changes by a factor of at most $e^\varepsilon$, up to a small $\delta$. A training step keeps this promise by clipping each image's gradient and adding noise to the sum. The steps add up, drawing only some of the images makes each step cheaper, and a small data set makes it dearer. An attack that fails proves nothing; a bound holds against all attacks.
#
# | statement | it rests on | it fails when |
# |---|---|---|
# | "this picture was generated" | a label beside the pixels, and their digest | a program saves the file without the label |
# | "fewer than 5 % are bad" | 59 pictures without a defect, their number fixed before | somebody keeps looking until the result pleases |
# | "two reviewers agree" | $\kappa$, beside the share on which they agree | rejections are rare |
# | "no image shows in the model" | clipping, noise, and an accountant's $\varepsilon$ | $\varepsilon$ is large, the seed is known, or a failed attack is taken for a proof |
#
# - [Labels](../../keras_gen/provenance/door.py) and [who reads them](../../keras_gen/provenance/reading.py), [review](../../docs/review.md), [differential privacy](../../docs/privacy.md), [law and ethics](../../docs/compliance.md), [signatures](../../docs/security.md); [interview questions](../../docs/interview.md) Q68 to Q71, Q87 and Q99.
# - Hanley and Lippman-Hand 1983, JAMA 249(13), for the rule of three; Cohen 1960, Educational and Psychological Measurement 20(1).
# - Abadi et al. 2016, [arXiv:1607.00133](https://arxiv.org/abs/1607.00133), DP-SGD; Balle and Wang 2018, [arXiv:1805.06530](https://arxiv.org/abs/1805.06530), the exact (12); Mironov, Talwar and Zhang 2019, [arXiv:1908.10530](https://arxiv.org/abs/1908.10530), sampling; Kairouz, Oh and Viswanath 2015, [arXiv:1311.0776](https://arxiv.org/abs/1311.0776), the region (14); Hayes et al. 2019, [arXiv:1705.07663](https://arxiv.org/abs/1705.07663), attacks on GANs; Mitchell et al. 2019, [arXiv:1810.03993](https://arxiv.org/abs/1810.03993), model cards.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 标识是像素旁边的一份声明：程序读得出来，其中的摘要能发现像素被改动，而普通的另存就会把它丢掉。看了足够多的图都没有缺陷，就能说缺陷率低于 $p$，因为缺陷率若是 $p$，这样的结果不大可能出现；前提是张数在看之前就定好了。差分隐私限制的是概率之比：任何人由模型得出的结论，因一张图而改变的倍数至多是 $e^\varepsilon$，例外不超过很小的 $\delta$。训练的一步靠截断每张图的梯度、给总和加噪声来守住这个承诺。各步的代价相加；每步只抽一部分图，代价就小；数据集小，代价就大。攻击失败什么也不证明，上界则对所有攻击都成立。
#
# | 说法 | 依据 | 何时不成立 |
# |---|---|---|
# | “这张图是生成的” | 像素旁边的标识，以及像素的摘要 | 有程序另存时丢掉了标识 |
# | “缺陷率低于 5 %” | 59 张没有缺陷，而且张数事先定好 | 有人一直看到满意为止 |
# | “两位审核人意见一致” | $\kappa$，与一致率放在一起看 | 驳回的图很少 |
# | “模型里看不出任何一张图” | 截断、噪声，以及记账程序给出的 $\varepsilon$ | $\varepsilon$ 很大，种子泄露，或者把失败的攻击当成证明 |
#
# - [标识](../../keras_gen/provenance/door.py)与[读标识的一方](../../keras_gen/provenance/reading.py)、[审核](../../docs/review.zh-CN.md)、[差分隐私](../../docs/privacy.zh-CN.md)、[法律与伦理](../../docs/compliance.zh-CN.md)、[签名](../../docs/security.zh-CN.md)；[面试题](../../docs/interview.zh-CN.md) Q68 至 Q71、Q87、Q99。
# - Hanley 与 Lippman-Hand 1983，JAMA 249(13)，三倍法则；Cohen 1960，Educational and Psychological Measurement 20(1)。
# - Abadi et al. 2016，[arXiv:1607.00133](https://arxiv.org/abs/1607.00133)，DP-SGD；Balle 与 Wang 2018，[arXiv:1805.06530](https://arxiv.org/abs/1805.06530)，精确的 (12)；Mironov、Talwar 与 Zhang 2019，[arXiv:1908.10530](https://arxiv.org/abs/1908.10530)，抽样；Kairouz、Oh 与 Viswanath 2015，[arXiv:1311.0776](https://arxiv.org/abs/1311.0776)，区域 (14)；Hayes et al. 2019，[arXiv:1705.07663](https://arxiv.org/abs/1705.07663)，对 GAN 的攻击；Mitchell et al. 2019，[arXiv:1810.03993](https://arxiv.org/abs/1810.03993)，模型卡片。

# %% words
# en | Data | Known weaknesses | Use | Label => zh | 数据 | 已知的不足 | 用途 | 标识
# pictures to look at => 要看的图数
# kappa {kappa(list(one), list(two)):.2f} => kappa {kappa(list(one), list(two)):.2f}
# clipped sum {clipped.round(3)}   AUC {area:.3f} => 截断后的和 {clipped.round(3)}   AUC {area:.3f}
# delta at epsilon 1: {delta_of(1, 1):.3f} for sigma 1, {delta_of(1, 5):.1e} for sigma 5 => epsilon 为 1 时的 delta：sigma 1 时 {delta_of(1, 1):.3f}，sigma 5 时 {delta_of(1, 5):.1e}
# $n$, pictures looked at => $n$，看过的图数
# P(no defect) => P（没有缺陷）
# without the image => 没有这张图
# with the image => 有这张图
# two densities, $\sigma = 1$ => 两个密度，$\sigma = 1$
# $\delta(\varepsilon)$, one step => $\delta(\varepsilon)$，一步
# false alarms $f$ => 误报 $f$
# right alarms $t$ => 命中 $t$
# no attack is above this => 任何攻击都不高于此线
# weights by hand and by the library: {apart:.0e} apart; noise alone moves them by {C / B:.1e} => 手算与库的权重：相差 {apart:.0e}；单是噪声就移动 {C / B:.1e}
# norm of the gradient => 梯度的范数
# what it adds to the sum => 它给总和加上的
# real image => 真实图
# one image moves the sum by at most {max(moved):.3f}; the noise in each entry is {C:.1f} => 一张图最多把总和移动 {max(moved):.3f}；每个分量里的噪声是 {C:.1f}
# q = 1, sigma {sigma:2d}, {steps:5,d} steps: epsilon {exact:.3f} exactly => q = 1，sigma {sigma:2d}，{steps:5,d} 步：epsilon 精确值 {exact:.3f}
# , accountant {bound:.3f} => ，记账程序 {bound:.3f}
# sigma 1, 1,000 steps, q = {q:5.3f}: epsilon {spent[q]:7.2f} => sigma 1，1,000 步，q = {q:5.3f}：epsilon {spent[q]:7.2f}
# {stored.name}: q = 128 / 60,000, sigma {row['noise']:.2f}, => {stored.name}：q = 128 / 60,000，sigma {row['noise']:.2f}，
# {4 * row['steps']:,} steps: epsilon {row['epsilon']:g} => {4 * row['steps']:,} 步：epsilon {row['epsilon']:g}
# no fault => 没有问题
# {name:16s} {'; '.join(found[name]) or 'no fault'} => {name:16s} {'; '.join(found[name]) or 'no fault'}
# up to {n:3d} pictures, {allowed} allowed: accepted {np.mean(passed):.1%} => 最多 {n:3d} 张，允许 {allowed} 个缺陷：放行 {np.mean(passed):.1%}
# with the plan as it was: {honest:.1%} => 按原来的方案：{honest:.1%}
# kappa where both reject 3 different ones of 96: => 两人各否决 96 张里不同的 3 张时的 kappa：
# agreed {nearly.observed:.1%}, kappa {nearly.kappa:.3f} => 一致 {nearly.observed:.1%}，kappa {nearly.kappa:.3f}
# {moment:5d} steps: AUC {found.area:.3f} ({low:.3f} to {high:.3f}) => {moment:5d} 步：AUC {found.area:.3f}（{low:.3f} 至 {high:.3f}）
# private, {STEPS} steps: AUC {found.area:.3f} ({low:.3f} to {high:.3f}) => 差分隐私，{STEPS} 步：AUC {found.area:.3f}（{low:.3f} 至 {high:.3f}）
# epsilon not counted => epsilon 没有计算
# by heart => 背下来的
# private => 差分隐私
# Frechet distance to the test images, {name}: {distances[-1]:.1f} => 到测试图的弗雷歇距离，{name}：{distances[-1]:.1f}
# guessing => 瞎猜
# ROC of the attack by D => 用 D 攻击的 ROC
# samples, {name} => 样本，{name}
# expected [59, 299, 90], found {found} => 应为 [59, 299, 90]，得到的是 {found}
# expected [0.225, 0.1], found {found} => 应为 [0.225, 0.1]，得到的是 {found}
# no label => 没有标识
# other pixels => 像素已变
