"""Tutorial 8, from notebook to product. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 8. From notebook to product
#
# A notebook ends when its pictures look good. A product begins there: other number formats, other machines, power cuts, files that are loaded by programs which know nothing of training, and readers who have a right to know what they see. You need [tutorial 1](01_adversarial_game.ipynb); [tutorial 2](02_mlp_gan.ipynb) helps.
#
# After this notebook you can
#
# - say which digits bfloat16 and float16 keep, and which numbers of a training must stay float32;
# - share a batch among devices so that the step is that of one device, and find three mistakes that raise no error;
# - list everything that a training step depends on, kill a run and go on bit for bit;
# - export a generator, compare the copy, label its pictures, and show what a label does not survive.

# %% [markdown] lang="zh"
# # 8. 从笔记本到产品
#
# 图好看了，笔记本就写完了，产品却才刚开始：换一种数的格式，换几台设备，会停电，文件要由对训练一无所知的程序加载，看图的人还有权知道自己看到的是什么。请先读[教程 1](01_adversarial_game.ipynb)，最好也读过[教程 2](02_mlp_gan.ipynb)。
#
# 学完本篇，你能够
#
# - 说出 bfloat16 和 float16 保留了哪些位，训练中哪些数必须留在 float32；
# - 把一个批次分给几台设备，使这一步与一台设备的相同，并找出三个从不报错的错误；
# - 列出一步训练所依赖的全部东西，杀掉一次训练，再逐位相同地继续；
# - 导出生成器，核对导出的文件，给它的图加标识，并演示标识经不起什么。

# %%
import contextlib
import dataclasses
import inspect
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from itertools import cycle, pairwise
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from keras_gen import data, files, measures
from keras_gen.models import GAN
from keras_gen.models.base import NetworkModel
from keras_gen.networks import dcgan
from keras_gen.pictures import grid
from keras_gen.provenance import Marks, read_marks, save_generated
from keras_gen.recipes import DCGANRecipe
from keras_gen.runs import Run, generate, resume, train, training

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# Two devices are needed below. TensorFlow can split one CPU into two *logical devices*, if it is told so before it starts. GPUs are hidden, because this notebook compares bits, and on a CPU the same seed gives the same bits.

# %% [markdown] lang="zh"
# 下面要用到两台设备。TensorFlow 可以把一个 CPU 分成两个**逻辑设备**（logical device），但必须在它启动之前说明。GPU 藏起来不用，因为本篇要逐位比较，而在 CPU 上同一个种子给出同样的位。

# %%
tf.get_logger().setLevel("ERROR")  # it would say that there is no NCCL between CPUs
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # also for the process that is started further down
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
one = tf.distribute.get_strategy()
two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
print("replicas:", one.num_replicas_in_sync, "and", two.num_replicas_in_sync)

# %% [markdown] lang="en"
# ## The question
#
# The notebook's pictures are good. **What must be true before a shop may use it every night?** Not "it ran once", but statements that a program can check:
#
# - *Precision.* With half as many bits the losses and the pictures are as before.
# - *Devices.* Two devices do what one would have done, BatchNorm included.
# - *Interruption.* A run that is killed and resumed ends with the weights of one that was not.
# - *The copy.* The exported file draws what the model drew.
# - *The label.* Whoever meets a picture, person or program, can tell that it was generated.
#
# One of the [two documents](../../docs/errata.md) answers the question how generation is made efficient with a list of which half is about training (E48), and neither mentions the duty to label (E50), which may be younger than they are.

# %% [markdown] lang="zh"
# ## 问题
#
# 笔记本里的图很好。**要满足什么条件，一家店铺才可以每晚都用它？** 不是“跑通过一次”，而是程序能够检验的陈述：
#
# - **精度。** 位数减半，损失和图与从前一样。
# - **设备。** 两台设备做的，就是一台设备会做的，包括批归一化。
# - **中断。** 被杀掉又继续的训练，最后的权重与没有中断的相同。
# - **导出。** 导出的文件画出来的，就是模型画出来的。
# - **标识。** 无论是人还是程序，遇到一张图都能知道它是生成的。
#
# 问到怎样提高生成的效率，[两篇文档](../../docs/errata.zh-CN.md)之一列出的办法，却有一半讲的是训练（E48）；两篇都没有提到标识的义务（E50），也许规定出台时文章已经写好。

# %% [markdown] lang="en"
# ## The picture
#
# What the shop gets: a page of products, with a mark that people see, all from one run folder. The run is the package's DCGAN by [`keras_gen.runs.train`](../../keras_gen/runs/training.py), with half its usual width and a tenth of its usual steps. A copy of the folder as it was early on is kept: it is the yardstick for the run that will be killed. Not everything below is a garment; which pictures go out is decided by a review (Q73), not here.
#
# What you should see: 24 products in three rows, and one mark at the lower right. It is in Chinese in both editions of this notebook. The Chinese standard, as it is quoted ([Q69](../../docs/interview.md)), asks for Chinese words; the package's English mark, `AI-generated`, does not meet it.

# %% [markdown] lang="zh"
# ## 图示
#
# 店铺拿到的东西：一页商品，带有人看得见的标识，全部出自一个运行文件夹。训练的是本项目的 DCGAN，由 [`keras_gen.runs.train`](../../keras_gen/runs/training.py) 完成，宽度为平常的一半，步数为十分之一。训练早期的文件夹另存一份，作为后面那次被杀掉的训练的准绳。下面并非张张都像衣服；哪些能发布由审核决定（Q73），不在本篇。
#
# 你应该看到：三行共 24 件商品，右下角有一个标识。本篇的英文版里，标识也是中文的：据转引（[Q69](../../docs/interview.zh-CN.md)），中国标准要求的是中文文字；本项目的英文标识 `AI-generated` 不符合这一标准。

# %%
SHORT, STEPS = (12, 18) if FAST else (250, 1500)
NARROW = {"generator_width": 16, "discriminator_width": 16}
recipe = DCGANRecipe(steps=SHORT, save_every=6 if FAST else 100, seed=0, **NARROW)
workplace = tempfile.TemporaryDirectory()  # removed when the notebook is closed
folder = Path(workplace.name)


def quietly(function, *args, **options):
    """Call a function without its progress bar."""
    with contextlib.redirect_stderr(io.StringIO()):
        return function(*args, **options)


def last(name):
    """Return the step of the last checkpoint of a run."""
    return Run.open(folder / name).checkpoints[-1][0]


quietly(train, "dcgan", recipe, folder / "short")
shutil.copytree(folder / "short", folder / "whole")
quietly(resume, folder / "whole", steps=STEPS)
short, model = Run.open(folder / "short").load_model(), Run.open(folder / "whole").load_model()
products = model.sample(24, seed=1)  # (24, 28, 28, 1) in [0, 1]
sheet, origin = grid(products, columns=8, zoom=3), Run.open(folder / "whole").origin
save_generated(folder / "products.png", sheet, origin, Marks(visible="zh"))
Image.open(folder / "products.png")

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# (Letters that several notebooks share are in the [notation](../../docs/notation.md).)
#
# **Rounding.** A floating-point number with $p$ significant bits, the hidden one counted, is $x = \pm m \cdot 2^e$ with $1 \le m \lt 2$ and $p - 1$ bits behind the point of $m$:
#
# $$
# \begin{aligned}
# \text{spacing in } [2^e, 2^{e+1}) &= 2^{e - (p - 1)} && (1) \\
# |\mathrm{round}(x) - x| &\le \tfrac12 \cdot 2^{e - (p - 1)} = 2^{e - p} && (2) \\
# \frac{|\mathrm{round}(x) - x|}{|x|} &\le 2^{-p} && (3) \\
# \mathrm{round}(x + d) &= x \quad \text{if } 0 \le d \lt 2^{e - p} && (4)
# \end{aligned}
# $$
#
# (3) divides (2) by $|x| \ge 2^e$. (4) is for a positive $x$ that is representable: less than half a spacing is lost *wholly*. The last exponent decides where the range ends:
#
# | | $p$ | spacing at 1 | largest number |
# |---|---|---|---|
# | float32 | 24 | $2^{-23}$ | $3.4 \cdot 10^{38}$ |
# | bfloat16 | 8 | $2^{-7} = 0.0078$ | $3.4 \cdot 10^{38}$ |
# | float16 | 11 | $2^{-10} = 0.00098$ | 65504 |
#
# So a running total in bfloat16 stops by (4) once its terms are below half a spacing, and a squared activation leaves float16 from 256 on. Losses, logits, Gram matrices, moving averages, optimizers and the weights themselves stay float32; what convolutions multiply may be bfloat16.
#
# **Devices.** A batch of $B$ images is cut into $R$ equal parts, one for each *replica*, a copy of the model on a device. With $\ell_i$ the loss of image $i$:
#
# $$
# \begin{aligned}
# g &= \nabla \frac1B \sum_{i=1}^{B} \ell_i && (5) \\
# g_r &= \nabla \frac{R}{B} \sum_{i \in r} \ell_i && (6) \\
# \sum_{r=1}^{R} g_r &= R\, g && (7) \\
# \sum_{r=1}^{R} \frac{g_r}{R} &= g && (8)
# \end{aligned}
# $$
#
# (5) is wanted. (6) is what a mean over its own part gives each replica. The optimizer *sums* over replicas, so that without care it gets (7), $R$ times too much. (8) mends it: each replica hands over its share.
#
# **Interruption.** A step is a function. With $\theta$ all weights, $x_t$ the batch and $s$ everything else that the step reads or moves:
#
# $$
# \begin{aligned}
# (\theta_{t+1}, s_{t+1}) &= f(\theta_t, s_t, x_t) && (9) \\
# s &= (\text{moments and count of each optimizer, average of } G \text{, random states}) && (10) \\
# x_t &= x(\text{seed}, t) && (11) \\
# m_1 &= (1 - \beta_1)\, g, \quad v_1 = (1 - \beta_2)\, g^2, \quad \Delta\theta = -\eta \, \frac{m_1 / (1 - \beta_1)}{\sqrt{v_1 / (1 - \beta_2)}} = -\eta\, \mathrm{sign}(g) && (12)
# \end{aligned}
# $$
#
# If $(\theta_t, s_t)$ and $x_t$ are equal bit for bit, so are all later ones, by induction on (9). Leave one part out, and the run is another run. (12) says how bad it can be, for Adam that has lost its moments and its count of steps, and so begins anew (but for its tiny $\varepsilon$): every weight takes a full step of size $\eta$, the learning rate, however small its gradient. ($m_1$ and $v_1$ are the moments after one step, running means of the gradient and of its square, $\beta_1$ and $\beta_2$ how much of them is kept from step to step; this $m$ is not the one of the rounding.)
#
# **Fewer bits in the file.** Weights rounded to multiples of a step $\Delta$ err by $u$, nearly uniform in $[-\Delta / 2, \Delta / 2]$:
#
# $$
# \begin{aligned}
# E[u^2] &= \frac1\Delta \int_{-\Delta/2}^{\Delta/2} u^2 \, du = \frac{\Delta^2}{12} && (13)
# \end{aligned}
# $$

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# （各篇共用的字母见[记号表](../../docs/notation.zh-CN.md)。）
#
# **舍入。** 有效位为 $p$ 位（算上隐含的一位）的浮点数写成 $x = \pm m \cdot 2^e$， $1 \le m \lt 2$， $m$ 的小数点后有 $p - 1$ 位：
#
# $$
# \begin{aligned}
# [2^e, 2^{e+1}) \text{ 内的间距} &= 2^{e - (p - 1)} && (1) \\
# |\mathrm{round}(x) - x| &\le \tfrac12 \cdot 2^{e - (p - 1)} = 2^{e - p} && (2) \\
# \frac{|\mathrm{round}(x) - x|}{|x|} &\le 2^{-p} && (3) \\
# \mathrm{round}(x + d) &= x \quad \text{若 } 0 \le d \lt 2^{e - p} && (4)
# \end{aligned}
# $$
#
# (3) 是 (2) 除以 $|x| \ge 2^e$。(4) 中的 $x$ 是可以表示的正数：不到半个间距的增量会**全部**丢掉。范围到哪里为止，由最大的指数决定：
#
# | | $p$ | 1 处的间距 | 最大的数 |
# |---|---|---|---|
# | float32 | 24 | $2^{-23}$ | $3.4 \cdot 10^{38}$ |
# | bfloat16 | 8 | $2^{-7} = 0.0078$ | $3.4 \cdot 10^{38}$ |
# | float16 | 11 | $2^{-10} = 0.00098$ | 65504 |
#
# 所以，用 bfloat16 累加，每一项小于半个间距时，按 (4) 总和就不再增长；float16 的激活到了 256，平方就超出范围。损失、logit、格拉姆矩阵（Gram matrix）、滑动平均、优化器和权重本身都留在 float32；卷积里相乘的数可以用 bfloat16。
#
# **设备。** 把 $B$ 张图的批次切成相等的 $R$ 份，每个**副本**（replica，即一台设备上的一份模型）一份。记第 $i$ 张图的损失为 $\ell_i$：
#
# $$
# \begin{aligned}
# g &= \nabla \frac1B \sum_{i=1}^{B} \ell_i && (5) \\
# g_r &= \nabla \frac{R}{B} \sum_{i \in r} \ell_i && (6) \\
# \sum_{r=1}^{R} g_r &= R\, g && (7) \\
# \sum_{r=1}^{R} \frac{g_r}{R} &= g && (8)
# \end{aligned}
# $$
#
# 想要的是 (5)。每个副本在自己那一份上求平均，得到的是 (6)。优化器对副本**求和**，稍不留心就成了 (7)，是应有的 $R$ 倍。(8) 是改正：每个副本只交出自己的一份。
#
# **中断。** 一步训练就是一个函数。记 $\theta$ 为全部权重， $x_t$ 为这一批数据， $s$ 为这一步读取或改动的其余一切：
#
# $$
# \begin{aligned}
# (\theta_{t+1}, s_{t+1}) &= f(\theta_t, s_t, x_t) && (9) \\
# s &= (\text{各优化器的矩与步数，} G \text{ 的滑动平均，随机状态}) && (10) \\
# x_t &= x(\text{种子}, t) && (11) \\
# m_1 &= (1 - \beta_1)\, g, \quad v_1 = (1 - \beta_2)\, g^2, \quad \Delta\theta = -\eta \, \frac{m_1 / (1 - \beta_1)}{\sqrt{v_1 / (1 - \beta_2)}} = -\eta\, \mathrm{sign}(g) && (12)
# \end{aligned}
# $$
#
# 只要 $(\theta_t, s_t)$ 和 $x_t$ 逐位相等，由 (9) 归纳，以后的全部逐位相等。漏掉一样，就成了另一次训练。(12) 说明后果可以有多糟（略去很小的 $\varepsilon$）：Adam 丢了矩和步数，从头开始，每个权重都会走大小为 $\eta$（学习率）的整整一步，不管它的梯度有多小。（ $m_1$ 与 $v_1$ 是走了一步之后的矩，即梯度及其平方的滑动平均， $\beta_1$ 与 $\beta_2$ 是每一步保留多少；这里的 $m$ 不是舍入里的那个 $m$。）
#
# **文件里少用几位。** 把权重舍入到步长 $\Delta$ 的整数倍，误差 $u$ 在 $[-\Delta / 2, \Delta / 2]$ 内近似均匀分布：
#
# $$
# \begin{aligned}
# E[u^2] &= \frac1\Delta \int_{-\Delta/2}^{\Delta/2} u^2 \, du = \frac{\Delta^2}{12} && (13)
# \end{aligned}
# $$

# %% [markdown] lang="en"
# ## A number by hand
#
# - **256 + 1 in bfloat16.** $256 = 2^8$, so by (1) the spacing is $2^{8 - 7} = 2$. The sum 257 lies half way between 256 and 258; ties go to the number whose last bit is 0, which is 256. So $256 + 1 = 256$, and a running total of ones ends there.
# - **In float16** the spacing at 256 is $2^{8 - 10} = 0.25$, and 257 is exact. But $256^2 = 65536 \gt 65504$ is infinite.
# - **Two replicas.** Four images have the gradients 1, 3 and 5, 7. The replicas' means are 2 and 6. Their sum is 8; the mean of all four is 4. Half of each, $1 + 3 = 4$, is right.
# - **Adam without its moments**, $\eta = 0.001$: by (12) the first step is 0.001 for $g = 10$, and 0.001 for $g = 0.01$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# - **bfloat16 的 256 + 1。** $256 = 2^8$，按 (1)，间距是 $2^{8 - 7} = 2$。和 257 恰好在 256 与 258 正中；这时取末位为 0 的那个，即 256。所以 $256 + 1 = 256$，把许多个 1 逐个累加，就停在这里。
# - **float16** 在 256 处的间距是 $2^{8 - 10} = 0.25$，257 是准确的。但 $256^2 = 65536 \gt 65504$，成了无穷大。
# - **两个副本。** 四张图的梯度是 1、3 和 5、7。两个副本的平均是 2 和 6，加起来是 8，而四个数的平均是 4。各取一半， $1 + 3 = 4$，才对。
# - **丢了矩的 Adam**， $\eta = 0.001$：按 (12)， $g = 10$ 时第一步是 0.001， $g = 0.01$ 时也是 0.001。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# A bfloat16 is the upper half of a float32. Rounding to nearest, ties to even, is an addition to the lower half that carries or does not. It must agree with TensorFlow's cast in every bit. TensorFlow's sum of a bfloat16 tensor comes out right (784 below), because it is not rounded after every term; a total that is *kept* in bfloat16 from step to step is, and stops (256).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# bfloat16 就是 float32 的高半部分。舍入到最近的数、恰在正中时取偶，只是给低半部分加一个数，看它进不进位。结果必须与 TensorFlow 的类型转换逐位相同。TensorFlow 对 bfloat16 张量求和，结果是对的（下面的 784），因为它不是每加一项就舍入一次；一步一步**存**在 bfloat16 里的总和却是这样，于是停住（256）。


# %%
def to_bfloat16(x):
    """Round float32 numbers to the nearest bfloat16, returned as float32."""
    bits = np.asarray(x, "float32").view("uint32")
    last = (bits >> 16) & 1  # the last bit that stays
    return ((bits + 0x7FFF + last) & 0xFFFF0000).astype("uint32").view("float32")


rng = np.random.default_rng(0)
numbers = (rng.normal(size=100_000) * 10.0 ** rng.uniform(-30, 30, 100_000)).astype("float32")
assert np.array_equal(to_bfloat16(numbers), tf.cast(tf.cast(numbers, "bfloat16"), "float32"))
assert to_bfloat16(256 + 1) == 256 and to_bfloat16(256 + 3) == 260  # ties, both to even
assert np.float16(256) + np.float16(1) == 257 and np.isinf(tf.constant(256.0, tf.float16) ** 2)

ones = tf.ones(784, tf.bfloat16)
print("784 ones in bfloat16: one sum", float(tf.reduce_sum(ones)), end="   ")
print("a running total", float(tf.cumsum(ones)[-1]))

weight = keras.Variable([1.0, 1.0])
keras.optimizers.Adam(0.001).apply([tf.constant([10.0, 0.01])], [weight])
print("Adam's first step for gradients 10 and 0.01:", (weight.numpy() - 1).round(5))
assert np.allclose(weight.numpy() - 1, -0.001, rtol=1e-3)

# %% [markdown] lang="en"
# Now (5) to (8) with the library. The pair is the smallest there is: $x = \tanh(w z)$ and $s = v x$. A step of gradient descent at rate 1 must change $v$ by minus its gradient over all four images, however many devices share them.

# %% [markdown] lang="zh"
# 再用库来检验 (5) 到 (8)。用最小的一对网络： $x = \tanh(w z)$， $s = v x$。学习率为 1 的一步梯度下降，必须使 $v$ 的改动等于它在全部四张图上的梯度的相反数，不管几台设备来分。


# %%
def tiny_gan(strategy, kind=GAN, optimizer=keras.optimizers.SGD, rate=1.0):
    """One noise number, one weight w = 0.5, one pixel, one weight v = 2."""
    with strategy.scope():
        z, x = keras.Input((1,)), keras.Input((1, 1, 1))
        g = layers.Reshape((1, 1, 1))(layers.Dense(1, "tanh", use_bias=False)(z))
        d = layers.Dense(1, use_bias=False)(layers.Flatten()(x))
        gan = kind(keras.Model(z, g), keras.Model(x, d), latent_dim=1, seed=0)
        gan.generator.set_weights([np.array([[0.5]])])
        gan.discriminator.set_weights([np.array([[2.0]])])
        gan.compile(optimizer(rate), optimizer(rate))
    return gan


def change_of_v(gan):
    """Train one step on the four real pixels; return what it added to v."""
    gan.fit(real.reshape(4, 1, 1, 1), batch_size=4, shuffle=False, verbose=0)
    return gan.discriminator.get_weights()[0].item() - 2.0


def sigmoid(s):
    """Return 1 / (1 + exp(-s))."""
    return 1 / (1 + np.exp(-s))


def gradient_of_v(real, z):
    """Return dL_D / dv of softplus(-v x) + softplus(v x'), mean over the batch."""
    fake = np.tanh(0.5 * z)
    return np.mean(-sigmoid(-2 * real) * real) + np.mean(sigmoid(2 * fake) * fake)


real = np.array([0.1, 0.4, -0.2, 0.9], "float32")
twin = tiny_gan(two)  # it draws, on each replica, the noise that another with its seed will draw
z = np.stack([part.numpy() for part in two.run(twin.draw_latents, args=(2,)).values])  # (2, 2, 1)
g_0, g_1 = gradient_of_v(real[:2], z[0, :, 0]), gradient_of_v(real[2:], z[1, :, 0])
g = gradient_of_v(real, z.ravel())
print(f"NumPy: replicas {g_0:.6f} and {g_1:.6f}, half of their sum {(g_0 + g_1) / 2:.6f}")

single = tiny_gan(one)
single.draw_latents = lambda batch_size: tf.constant(z.reshape(4, 1))  # the noise of both
by_two, by_one = change_of_v(tiny_gan(two)), change_of_v(single)
print(f"NumPy, whole batch {-g:.6f}   two devices {by_two:.6f}   one device {by_one:.6f}")
assert np.isclose((g_0 + g_1) / 2, g) and np.allclose([by_two, by_one], -g, rtol=1e-5)

# %% [markdown] lang="en"
# ## Value and slope
#
# Left: the relative error of rounding by magnitude, with the bounds (3) as dashed lines. bfloat16 is coarse everywhere alike. float16 is finer in the middle; beyond 65504 it is infinite, and small numbers lose digit after digit. Middle: near 1 a rounded number is a staircase. Its slope is 0 on a tread, so a change that stays on the tread is no change. (The colours are those of the left panel; below 1 the spacing is half as large, by (1).) Right: what this does to a weight. It descends $\frac12 (w - 2)^2$ from 1 at a rate of 0.001, rounded after each step.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 左：各种大小的数舍入的相对误差，虚线是 (3) 给出的界。bfloat16 处处一样粗。float16 在中段更细；超过 65504 就是无穷大，小的数则一位一位地丢。中：在 1 附近，舍入后的数是一段台阶；台阶面上斜率为 0，没有走出台阶面的改动等于没有改动。（颜色同左图；按 (1)，1 以下的间距小一半。）右：一个权重会因此怎样。它从 1 出发，以学习率 0.001 下降 $\frac12 (w - 2)^2$，每走一步就舍入一次。


# %%
def to_float16(x):
    """Round to float16, returned as float32; too large numbers become infinite."""
    with np.errstate(over="ignore"):
        return np.asarray(x).astype("float16").astype("float32")


FORMATS = {"bfloat16": (to_bfloat16, 8), "float16": (to_float16, 11), "float32": (np.float32, 24)}
exact = 10 ** rng.uniform(-9, 7, 6000)  # float64
change = np.linspace(-0.01, 0.02, 1201)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 3.2))
ends = {}
for color, (name, (rounded, bits)) in zip(("C1", "C0", "C2"), FORMATS.items(), strict=True):
    left.plot(exact, np.abs(rounded(exact) - exact) / exact, ",", color=color)
    left.axhline(2.0**-bits, color=color, lw=1, ls="--", label=name)
    middle.plot(change, rounded(1 + change) - 1, color, lw=1 if bits == 24 else 1.8)
    w = np.float32(1)
    path = [w := rounded(w - np.float32(0.001) * (w - 2)) for _ in range(4000)]
    right.plot(path, color, label=name)
    ends[name] = round(float(w), 3)
left.set(title="relative error of rounding", xlabel="x", xscale="log", yscale="log")
left.set(ylim=(1e-9, 3))
middle.set(title="round(1 + d) - 1", xlabel="d")
right.set(title="a weight that should go to 2", xlabel="steps")
middle.set(xticks=[-0.01, 0, 0.01, 0.02])
left.legend(fontsize=7, loc=(0.62, 0.22))
right.legend(fontsize=8)
plt.show()
print("the weight after 4,000 steps:", ends)
assert to_bfloat16(1 + 0.001) == 1  # by (4): 0.001 is below 2^-8 = 0.0039

# %% [markdown] lang="en"
# In bfloat16 the weight never leaves 1. In float16 it runs ahead of float32 at first, since an update of more than half a spacing counts as a whole one, and it stops where the update $0.001\,(2 - w)$ falls below $2^{-11}$, at $w = 1.51$. In float32 it arrives at 1.98 and goes on. Hence *mixed* precision: weights, moments and averages are float32, and a bfloat16 copy is made for the multiplications of each step.
#
# ## Where it stands in `train_step`

# %% [markdown] lang="zh"
# 用 bfloat16，权重始终没有离开 1。用 float16，它起初跑在 float32 前面，因为超过半个间距的更新都按整个间距算；更新 $0.001\,(2 - w)$ 小于 $2^{-11}$ 时就停住，停在 $w = 1.51$。用 float32，它到了 1.98，还在往前走。所以要用**混合**精度（mixed precision）：权重、矩、平均值是 float32，每一步只为乘法临时做一份 bfloat16 的拷贝。
#
# ## 它在 `train_step` 中的位置


# %%
def lines(part, word):
    """Print the lines of a part of the library that hold a word."""
    found = [line.strip() for line in inspect.getsource(part).splitlines() if word in line]
    assert found, word
    print(f"{part.__module__}.{part.__qualname__}:", *found, sep="\n    ", end="\n\n")


print(inspect.getsource(GAN.draw_latents))
print(inspect.getsource(NetworkModel.descend))
lines(dcgan.draw, 'dtype="float32"')
lines(dcgan.discriminator, 'dtype="float32"')
lines(NetworkModel.save_own_variables, "seed_state")
lines(training.fit, "devices.stream(")
print(inspect.getsource(files.replacing))

# %% [markdown] lang="en"
# - `draw_latents` draws the noise of the whole batch on every device, the same, and each takes rows of its own: so a run sees the same noise on one device and on several ([replicas.py](../../keras_gen/layers/replicas.py)).
# - `descend` is (8). The metrics see the loss undivided.
# - Under `mixed_bfloat16` the pixels and the logits are float32 all the same, and with them every loss. A sigmoid in bfloat16 would cut off the slope where $D$ is sure (E18).
# - [`keras_gen.models.GAN.compile`](../../keras_gen/models/gan.py) refuses `mixed_float16`: its range would need a loss scale, one for each player (Q55). Such a scale $S$ multiplies the loss, so that small gradients do not vanish, and divides the gradients afterwards; a step in which one of them is infinite is left out, and $S$ is halved.
# - The random states are saved with the model, since Keras leaves them out of its files; both optimizers are built in `compile`, so that theirs are saved too: (10).
# - `data.batches` is (11): batch $t$ is a function of seed and $t$, and resuming passes `start`. There is no position to save.
# - [`keras_gen.files.replacing`](../../keras_gen/files.py) writes under another name, waits until the bytes are on the disk, renames, and waits for the folder: a checkpoint is whole, or it is not there. Against a process that is killed the renaming alone would do. After a power cut it would not: the new name could be on the disk, and the bytes not yet.

# %% [markdown] lang="zh"
# - `draw_latents` 在每台设备上抽出整个批次的噪声，各台抽到的相同，每台只取自己的那几行：所以一台设备和几台设备看到的噪声是一样的（[replicas.py](../../keras_gen/layers/replicas.py)）。
# - `descend` 就是 (8)。指标里的损失没有被除过。
# - 即使在 `mixed_bfloat16` 下，像素和 logit 仍是 float32，所有损失也就都是。如果 sigmoid 用 bfloat16， $D$ 有把握的地方斜率就断了（E18）。
# - [`keras_gen.models.GAN.compile`](../../keras_gen/models/gan.py) 拒绝 `mixed_float16`：它的范围小，双方各要一个损失缩放系数（Q55）。这样的系数 $S$ 先乘在损失上，让小梯度不至于消失，事后再从梯度里除掉；某一步有梯度变成无穷大，就跳过这一步，并把 $S$ 减半。
# - 随机状态与模型一起保存，因为 Keras 的文件不含它们；两个优化器都在 `compile` 里建好，它们的状态才会一并保存：这就是 (10)。
# - `data.batches` 就是 (11)：第 $t$ 批是种子与 $t$ 的函数，继续训练时传入 `start`。没有什么“位置”要保存。
# - [`keras_gen.files.replacing`](../../keras_gen/files.py) 先写到另一个名字，等字节落到磁盘上，再改名，最后等文件夹也落盘：检查点（checkpoint）要么完整，要么不存在。只防进程被杀，光改名就够了；停电则不然：新名字可能已经在磁盘上，字节却还没有。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# **The division is forgotten.** The tiny pair again, on two devices, with gradient descent and with Adam.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# **忘了除以副本数。** 还是那对小网络，放在两台设备上，分别用梯度下降和 Adam。


# %%
class Undivided(GAN):
    """Hands over the replicas' gradients as they are."""

    def descend(self, optimizer, gradients, variables):
        """Take one step, with the sum of the replicas' gradients."""
        optimizer.apply(gradients, variables)


for optimizer, rate, factor in ((keras.optimizers.SGD, 1.0, 2), (keras.optimizers.Adam, 1e-3, 1)):
    wrong, good = (change_of_v(tiny_gan(two, kind, optimizer, rate)) for kind in (Undivided, GAN))
    print(
        f"{optimizer.__name__:5s} step {wrong:.6f} instead of {good:.6f}: factor {wrong / good:.3f}"
    )
    assert np.isclose(wrong / good, factor, atol=1e-3)

# %% [markdown] lang="en"
# Twice the step with two devices, eight times with eight. Adam divides by the size of the gradient and hides it, which is how such a mistake lives for years: until somebody clips gradients or takes another optimizer.
#
# **The same noise on each replica.** `keras.random` with one seed draws the same numbers on both devices. Rows 1 and 2: what a generator then draws on replica 0 and on replica 1. Rows 3 and 4: the same with the library.

# %% [markdown] lang="zh"
# 两台设备，步子是两倍；八台就是八倍。Adam 会除以梯度的大小，把它掩盖起来，这种错误就这样活了好多年：直到有人截断梯度，或者换一个优化器。
#
# **每个副本抽到同样的噪声。** `keras.random` 用同一个种子，在两台设备上抽到同样的数。第 1、2 行：这样一来，生成器在副本 0 和副本 1 上画出的图。第 3、4 行：换成本项目的库。


# %%
class SameNoise(GAN):
    """Draws noise as if there were one device."""

    def draw_latents(self, batch_size):
        """Draw noise (B, L) as if this replica were the only one."""
        return keras.random.normal((batch_size, self.latent_dim), seed=self.seed_generator)


rows = []
for kind in (SameNoise, GAN):
    with two.scope():
        gan = kind(dcgan.generator(width=4), dcgan.discriminator(width=4), 100, seed=0)
    noise = [part.numpy() for part in two.run(gan.draw_latents, args=(16,)).values]  # 2 x (16, 100)
    print(
        f"{kind.__name__:9s} largest difference of the two noises {np.abs(noise[0] - noise[1]).max():.2f}"
    )
    rows += [np.array(model.ema_generator(part)) for part in noise]
assert np.array_equal(rows[0], rows[1]) and not np.allclose(rows[2], rows[3])
grid(np.clip((np.concatenate(rows) + 1) / 2, 0, 1), columns=16, zoom=2)

# %% [markdown] lang="en"
# Half of the generated images are copies of the other half. Nothing fails; of generated images the batch only holds half as many as it says, while the real ones all differ. (The finished generator of this notebook drew these rows, so that one can see what the noise does.) The draws of a VAE, the masks of dropout and the points of a penalty are dealt out in the same way.
#
# **BatchNorm sees its own share only.** (5) to (8) need a loss that is a sum over images. With BatchNorm it is not: each replica takes the statistics of its own images. One step of a DCGAN on 16 images, from the same start and with the same noise, on two devices and on one; then with `synchronized=True`, where the replicas share their statistics.

# %% [markdown] lang="zh"
# 生成的图里，一半是另一半的复制品。没有任何报错，只是生成图的实际张数只有名义上的一半；真实图倒是各不相同。（这几行是本篇训练好的生成器画的，好让人看出噪声的作用。）变分自编码器（VAE）的噪声、dropout 的掩码和惩罚项取的点，也都这样分给各副本。
#
# **批归一化只看见自己那一份。** (5) 到 (8) 要求损失是对图像的求和，批归一化（BatchNorm）却不是：每个副本用自己那些图的统计量。拿 16 张图，让一个 DCGAN 从同样的起点、用同样的噪声走一步，先在两台设备上，再在一台上；然后设 `synchronized=True`，让各副本共用统计量。

# %%
few = data.uint8_to_symmetric(data.load("fashion_mnist_10k").images[:16]).numpy()


def change_of_g(strategy, synchronized=False, noise=None):
    """Train a small DCGAN one step; return what it added to G's weights."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        gan = GAN(dcgan.generator(width=4), dcgan.discriminator(width=4, dropout=0.0), 100, seed=0)
        for layer in gan.generator.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.synchronized = synchronized
        gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    if noise is not None:
        draws = cycle(noise)
        gan.draw_latents = lambda batch_size: tf.constant(next(draws))
    before = [w.numpy() for w in gan.generator.trainable_variables]
    gan.fit(few, batch_size=16, shuffle=False, verbose=0)
    pairs = zip(gan.generator.trainable_variables, before, strict=True)
    return np.concatenate([(w.numpy() - old).ravel() for w, old in pairs])


with two.scope():
    twin = GAN(dcgan.generator(width=4), dcgan.discriminator(width=4), 100, seed=0)
noise = []  # of D's step and of G's
for _ in range(2):
    parts = two.run(twin.draw_latents, args=(8,)).values
    noise.append(np.concatenate([part.numpy() for part in parts]))  # (16, 100)
alone = change_of_g(one, noise=noise)
for synchronized in (False, True):
    apart = np.linalg.norm(change_of_g(two, synchronized) - alone) / np.linalg.norm(alone)
    print(
        f"synchronized={synchronized!s:5s}  step of two devices less that of one: {apart:.1e} of it"
    )
    assert apart < 1e-4 if synchronized else apart > 0.05

# %% [markdown] lang="en"
# A third mistake that raises no error: with BatchNorm, a recipe on two devices is another recipe. Synchronised it is the same again, at the price of a message between the devices in each such layer.
#
# **A part of the state is lost.** The run left a checkpoint a hundred steps before its end. From there these steps are done once more with all of (10) and (11), and four times without one part. The curves show how far the pictures of fixed noise are from those of the run that lost nothing. What you should see: two curves are high at once, those of the optimizers and of the average; the other two begin at 0 and climb.

# %% [markdown] lang="zh"
# 第三种不会报错的错误：有了批归一化，两台设备上的配方就是另一个配方。同步之后又成了同一个，代价是每个这样的层里设备之间都要通信一次。
#
# **丢了一部分状态。** 这次训练在结束前一百步留下了检查点。从那里出发，把这一百步重做一次，(10) 与 (11) 一样不少；再重做四次，每次少一样。曲线是：用固定的噪声画图，与什么都没丢的那次相差多少。你应该看到：优化器和平均这两条一开始就高，另外两条从 0 开始往上爬。


# %%
images = data.load("fashion_mnist_10k").images
start, path = Run.open(folder / "whole").checkpoints[0]
rerun, new = recipe.build(), recipe.build()


def forget(part):
    """Set one part of the state to that of a new model; return the step at which data go on."""
    if part == "optimizers":
        for name in ("d_optimizer", "g_optimizer"):
            known, fresh = (getattr(gan, name).variables for gan in (rerun, new))
            for variable, value in zip(known, fresh, strict=True):
                variable.assign(value)
    elif part == "random state":
        rerun.seed_generator.state.assign(new.seed_generator.state)
    elif part == "average of G":
        rerun.ema_generator.set_weights(rerun.generator.get_weights())
    return 0 if part == "position in the data" else start


left = STEPS - start
WHEN = [0, 1, *range(max(2, left // 10), left + 1, max(2, left // 10))]


def go_on(part):
    """Do the last steps without one part; return the size of D's first step, and pictures."""
    rerun.load_weights(path)  # all of (10)
    at, before, pictures = forget(part), rerun.discriminator.get_weights(), []
    for done, until in pairwise(WHEN):
        stream = data.batches(images, recipe.batch_size, recipe.seed, at + done)
        with warnings.catch_warnings():  # of streams that begin anew, as one does here on purpose
            warnings.simplefilter("ignore", UserWarning)
            rerun.fit(stream, steps_per_epoch=until - done, epochs=1, shuffle=False, verbose=0)
        pictures.append(rerun.sample(64, seed=1))
        if until == 1:
            pairs = zip(rerun.discriminator.get_weights(), before, strict=True)
            moved = np.median(np.concatenate([np.abs(a - b).ravel() for a, b in pairs]))
    return moved, np.stack(pictures)


def state(gan):
    """Return all that a step reads or moves, but the batch: equation (10), and the weights."""
    optimizers = [*gan.d_optimizer.variables, *gan.g_optimizer.variables]
    return [v.numpy() for v in (*gan.weights, gan.seed_generator.state, *optimizers)]


def same(a, b):
    """Tell whether two models agree in every bit of their states."""
    return all(np.array_equal(x, y) for x, y in zip(state(a), state(b), strict=True))


step, yardstick = go_on("nothing")
print("nothing lost: every bit that of the run without a pause:", same(rerun, model))
print(f"{'':28s} D's first step, median of its weights {step:.6f}")
assert same(rerun, model)

figure, axes = plt.subplots(figsize=(7.5, 3.2))
for part in ("optimizers", "random state", "position in the data", "average of G"):
    step, drawn = go_on(part)
    apart = 255 * np.abs(drawn - yardstick).mean(axis=(1, 2, 3, 4))
    axes.plot(WHEN[1:], apart, marker=".", label=f"lost: {part}")
    print(f"lost: {part:22s} D's first step {step:.6f}", end="   ")
    print(f"grey levels apart: at once {apart[0]:5.2f}, at the end {apart[-1]:5.2f}")
    assert FAST or part != "optimizers" or abs(step / 0.001 - 1) < 0.1  # (12)
    assert FAST or (apart[0] > 5) == (part in ("optimizers", "average of G"))
axes.axhline(0, color="k", label="nothing lost")
axes.set(xlabel="steps after the checkpoint", ylabel="difference, grey levels")
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown] lang="en"
# With nothing lost, every bit is that of the run without a pause. Without the optimizers $D$'s first step has the size of the learning rate, 0.001, as (12) says; and since they also count the steps, the average of $G$ takes itself for a beginner and forgets what it had. The lost average is another average at once. The random state and the data go wrong quietly: $D$'s first step is nearly as before, and the pictures drift away slowly. The noise of the run's beginning is drawn again, or its first images come once more than their turn; nothing reports it.
#
# **The copy is not the model.** Two exports that run and are wrong. The first one exports $G$ as it was trained: BatchNorm takes its statistics from whatever comes in together, so a picture depends on its neighbours. The second one draws its noise inside: handy, and after every restart of the server the same products come again.

# %% [markdown] lang="zh"
# 什么都没丢时，每一位都与没有停过的训练相同。丢了优化器的状态， $D$ 的第一步就有学习率 0.001 那么大，正如 (12) 所说；步数也由它们记着，于是 $G$ 的平均以为训练才开始，把原有的忘掉。丢了平均，立刻就是另一个平均。随机状态和数据位置错得悄无声息： $D$ 的第一步与原来差不多，画出的图也只是慢慢偏离。训练开头的噪声又抽了一遍，或者开头的那些图又多看了一遍，却没有任何提示。
#
# **导出的不是原来的模型。** 两种能运行却错误的导出。第一种把 $G$ 按训练时的样子导出：批归一化（BatchNorm）的统计量取自一起进来的那些图，于是一张图取决于它的邻居。第二种在内部抽噪声：很方便，但服务器每次重启，出来的又是同一批商品。


# %%
def exported(training):
    """Export G in training mode or not; return the copy, loaded."""
    archive, name = keras.export.ExportArchive(), str(folder / f"training-{training}")
    archive.track(model.generator)
    signature = [tf.TensorSpec((None, 100))]
    archive.add_endpoint("serve", lambda z: model.generator(z, training=training), signature)
    archive.write_out(name, verbose=False)
    return tf.saved_model.load(name)


class Night(tf.Module):
    """A generator with its noise inside."""

    def __init__(self):
        super().__init__()
        self.generator = model.ema_generator
        self.random = tf.random.Generator.from_seed(0)

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)])
    def serve(self, n):
        """Return n images (n, 28, 28, 1)."""
        return self.generator(self.random.normal((n, 100)), training=False)


z = tf.random.stateless_normal((16, 100), seed=(0, 0))
for mode in (True, False):
    copy = exported(training=mode)
    apart = 127.5 * np.abs(copy.serve(z)[:1] - copy.serve(z[:1])).mean()
    print(f"training={mode}: one picture, alone and among 16, {apart:.2f} grey levels apart")
assert apart < 0.01

tf.saved_model.save(Night(), str(folder / "night"))
servers = [tf.saved_model.load(str(folder / "night")) for _ in range(2)]  # started twice
nights = [server.serve(4).numpy() for server in servers]
print("noise inside: the second night's products are the first's:", np.array_equal(*nights))
assert np.array_equal(*nights)

# %% [markdown] lang="en"
# **The label is lost.** A visible mark is made of pixels. A label for programs is a piece of text beside the pixels: a packet of XMP with the property `TC260:AIGC`, which the Chinese standard asks for, and IPTC's `DigitalSourceType`. [`save_generated`](../../keras_gen/provenance/door.py) writes both, and the hash of the pixels with them. What becomes of them on the way to a customer? What you should see: the title of each picture says what the check finds, and only the first is in order.

# %% [markdown] lang="zh"
# **标识丢了。** 看得见的标识由像素组成。给程序看的标识是像素旁边的一段文字：一个 XMP 数据包，里面有中国标准所要求的属性 `TC260:AIGC`，以及 IPTC 的 `DigitalSourceType`。[`save_generated`](../../keras_gen/provenance/door.py) 两种标识都写，还写下像素的哈希值。送到顾客面前的路上，它们会怎样？你应该看到：每张图的标题写着核对的结果，只有第一张没有问题。


# %%
enlarged = grid(products[:1], zoom=7)  # 196 x 196 pixels
way = {
    "as written": folder / "written.png",
    "saved again": folder / "again.png",
    "as JPEG, quality 20": folder / "again.jpg",
    "cropped": folder / "cropped.png",
    "painted over": folder / "painted.png",
}
save_generated(way["as written"], enlarged, origin, Marks(visible="zh"))
with Image.open(way["as written"]) as picture:  # as any program on the way does
    picture.save(way["saved again"])
    picture.save(way["as JPEG, quality 20"], quality=20)
    picture.crop((20, 0, 176, 156)).save(way["cropped"])
    packet = PngInfo()
    packet.add_itxt("XML:com.adobe.xmp", picture.info["xmp"].decode())
    picture.paste(255, (0, 0, 60, 60))
    picture.save(way["painted over"], pnginfo=packet)  # by somebody who keeps the text

BRIEFLY = {
    "no label TC260:AIGC": "no label",
    "other pixels than those that were marked": "other pixels",
}
figure, row = plt.subplots(1, len(way), figsize=(11, 2.6))
for (name, file), axes in zip(way.items(), row, strict=True):
    reading = read_marks(file)
    axes.imshow(np.asarray(Image.open(file)), cmap="gray", vmin=0, vmax=255)
    found = BRIEFLY[reading.faults[0]] if reading.faults else "in order"
    axes.set_title(f"{name}\n{found}", fontsize=8)
    axes.axis("off")
    assert (not reading.faults) == (name == "as written")
plt.show()
for line in read_marks(way["as written"]).lines:
    print("{:26s} {}".format(*line))

# %% [markdown] lang="en"
# Three ordinary ways of saving lose the text; the visible mark outlives all but the crop. In the last picture the text is still there, but the pixels are others, and the hash tells. Neither mark holds against somebody who wants it gone. So both are put on, last, behind every resize and encoding, and read back from the file that customers get.
#
# ## The real training
#
# **Killed and resumed.** The first 250 steps again, in a process of its own, by the command line. It is killed without warning some time after a third of its steps, and [`keras_gen.runs.resume`](../../keras_gen/runs/training.py) goes on from the last checkpoint.

# %% [markdown] lang="zh"
# 三种常见的保存方式都丢了文字；看得见的标识只怕裁剪。最后一张的文字还在，像素却已不是原来的，哈希值看得出来。遇上存心要去掉它们的人，两样都不管用。所以两样都要加，放在所有缩放和编码之后，最后才加，并从顾客真正拿到的文件里读回来核对。
#
# ## 真正的训练
#
# **杀掉，再继续。** 再做一遍最初的 250 步，用命令行，放在另一个进程里。过了三分之一的步数之后，不打招呼就把它杀掉，再由 [`keras_gen.runs.resume`](../../keras_gen/runs/training.py) 从最后一个检查点继续。

# %%
command = [sys.executable, "-m", "keras_gen", "train", "dcgan", "--run-dir", str(folder / "killed")]
command += ["--steps", str(SHORT), "--save-every", str(max(1, SHORT // 10))]
command += ["--generator-width", "16", "--discriminator-width", "16"]
process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while not list(folder.glob("killed/checkpoints/step-*")) or last("killed") < SHORT // 3:
    assert process.poll() is None, "the run has ended by itself"
    time.sleep(0.05)
process.kill()
process.wait()
print("killed; the last whole checkpoint is of step", last("killed"))

quietly(resume, folder / "killed")
resumed = Run.open(folder / "killed").load_model()
print("weights, average, optimizers, random state equal in every bit:", same(resumed, short))
assert same(resumed, short) and np.array_equal(resumed.sample(8), short.sample(8))

# %% [markdown] lang="en"
# **Half the bits.** The first 250 steps once more with `precision="mixed_bfloat16"`. What a network must keep for the way back are the outputs of its layers: their bytes are counted from the shapes. Time is the least of several turns, the two precisions one after the other; on a CPU the answer depends on whether it multiplies bfloat16 in hardware, and on how busy it is, so trust your own figure. What you should see: in both panels the dashed curve lies nearly on the solid one. On an NVIDIA H100 this project measured [no gain](../../docs/results.md) for the recipe's own width at its batch of 16, where starting the kernels takes the time, and 0.8 of the time at a batch of 256 and four times the width; for style transfer at 1024 pixels, with the JAX backend of Keras, [6.6 ms instead of 10.8](../../docs/style.md).

# %% [markdown] lang="zh"
# **位数减半。** 最初的 250 步再做一遍，`precision="mixed_bfloat16"`。网络为了反向传播必须留着各层的输出：它们的字节数由形状算出。时间是轮流测几回，取最小值；在 CPU 上，结果取决于它有没有 bfloat16 乘法的硬件，也取决于它当时有多忙，所以请相信你自己测到的数。你应该看到：两幅图里，虚线几乎都压在实线上。在 NVIDIA H100 上，本项目测得：配方自己的宽度、批大小为 16 时[没有更快](../../docs/results.zh-CN.md)，时间都花在启动核函数上；批大小 256、宽度四倍时为原来的 0.8；1024 像素的风格迁移，用 Keras 的 JAX 后端，[10.8 毫秒变为 6.6 毫秒](../../docs/style.zh-CN.md)。


# %%
def activation_bytes(network, batch_size):
    """Return the bytes of all layers' outputs."""
    outputs = [layer.output for layer in network.layers]
    return sum(batch_size * math.prod(o.shape[1:]) * tf.as_dtype(o.dtype).size for o in outputs)


def seconds_a_step(models, turns=1 if FAST else 2, steps=2 if FAST else 10):
    """Return the least seconds of a training step of each model, in turns."""
    least = [np.inf] * len(models)
    same = tf.constant(data.uint8_to_symmetric(images[: recipe.batch_size]))  # (16, 28, 28, 1)
    stream = tf.data.Dataset.from_tensors(same).repeat()
    for _ in range(turns + 1):  # the first one traces
        for i, gan in enumerate(models):
            begin = time.perf_counter()
            gan.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
            least[i] = min(least[i], (time.perf_counter() - begin) / steps)
    return least


half = dataclasses.replace(recipe, precision="mixed_bfloat16")
quietly(train, "dcgan", half, folder / "half")
half_model = Run.open(folder / "half").load_model()
assert {w.dtype for w in half_model.generator.trainable_weights} == {"float32"}

LOSSES, late = ("d_loss", "g_loss"), []
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True)
for name, label, style in (("short", "float32", "-"), ("half", "mixed_bfloat16", "--")):
    rows = Run.open(folder / name).read_metrics()
    late.append([np.mean([r[column] for r in rows[len(rows) // 2 :]]) for column in LOSSES])
    for column, panel in zip(LOSSES, axes, strict=True):
        panel.plot([r["step"] for r in rows], [r[column] for r in rows], style, label=label)
        panel.set(xlabel="steps", title=column, ylim=(0, 3))
        panel.legend()
plt.show()
for label, means in zip(("float32", "mixed_bfloat16"), late, strict=True):
    print("{:14s} losses of the second half: D {:.2f}, G {:.2f}".format(label, *means))
assert FAST or np.allclose(*late, atol=0.2)

features = measures.load_features("fashion_net", (28, 28, 1))
enough = 200 if FAST else 2000
held_out = features(data.load("fashion_mnist_10k", split="test").images[:enough])[0]
distances = []
for label, gan in (("float32", short), ("mixed_bfloat16", half_model)):
    drawn = data.unit_to_uint8(gan.sample(enough, seed=3))
    distance = measures.frechet_distance(held_out, features(drawn)[0])
    distances.append(distance)
    stored = sum(activation_bytes(n, 16) for n in (gan.generator, gan.discriminator))
    print(
        f"{label:14s} FD {distance:5.2f}   outputs of all layers, batch of 16: {stored / 1e6:.2f} MB"
    )
assert FAST or max(distances) < 1.5 * min(distances)
full_time, half_time = seconds_a_step([rerun, half.build()])
print(f"milliseconds a step {1e3 * full_time:.1f} and {1e3 * half_time:.1f}", end="")
print(f", ratio {half_time / full_time:.2f}")

# %% [markdown] lang="en"
# After so few steps both draw sketches. The losses are close, the distances to held-out images (Fréchet distance, [measured](../../docs/measures.md) in the features of a garment classifier) too, as far as one run each can say (Q49). The runs are not the same run: a game amplifies every rounding. The same noise, two rows in float32, then two in mixed_bfloat16:

# %% [markdown] lang="zh"
# 步数这么少，两者画的都还是草图。损失接近；与留出图的距离（弗雷歇距离，Fréchet distance，[测于](../../docs/measures.zh-CN.md)一个服装分类器的特征）也接近，各只训练一次，也只能说到这里（Q49）。但两者不是同一次训练：博弈会放大每一次舍入。同样的噪声，先是两行 float32，再是两行 mixed_bfloat16：

# %%
grid(np.concatenate([gan.sample(32, seed=2) for gan in (short, half_model)]), columns=16, zoom=2)

# %% [markdown] lang="en"
# **The copy.** A nightly program needs the averaged generator and nothing else: no $D$, no optimizers, no noise inside, no training mode. `export` writes such a SavedModel. It is loaded and compared before anybody relies on it. And what would 8 bits do? Each kernel is rounded to multiples of $\Delta = \max |w| / 127$, which the file could store as one byte a weight; (13) says what to expect.

# %% [markdown] lang="zh"
# **导出。** 每晚运行的程序只需要滑动平均的生成器：不要 $D$，不要优化器，内部不抽噪声，也不要训练模式。`export` 写出的就是这样一个 SavedModel。在有人依赖它之前，先加载，再比较。若只用 8 位呢？把每一层的核（kernel）舍入到 $\Delta = \max |w| / 127$ 的整数倍，存成文件时一个权重只要一个字节；(13) 说明误差该有多大。

# %%
model.ema_generator.export(str(folder / "export"), verbose=False)
copy = tf.saved_model.load(str(folder / "export"))
z = keras.random.normal((64, 100), seed=1)
gap = float(np.abs(copy.serve(z) - model.ema_generator(z)).max())
print(f"export, loaded again: largest difference of a pixel in [-1, 1] {gap:.1e}")
assert gap < 1e-5

small = keras.models.clone_model(model.ema_generator)
kernels, ratios = [], []
for w in model.ema_generator.get_weights():
    if w.ndim > 1:
        delta = np.abs(w).max() / 127
        rounded = np.round(w / delta) * delta
        ratios.append(np.mean((rounded - w) ** 2) / (delta**2 / 12))
        w = rounded
    kernels.append(w)
small.set_weights(kernels)
# To [0, 1] by hand here; what `keras-gen export` writes has it inside, and gives bytes.
full_pictures, small_pictures = ((np.array(g(z)) + 1) / 2 for g in (model.ema_generator, small))
decibels = measures.psnr(small_pictures, full_pictures)
count = sum(w.size for w in kernels)
print("squared error of each kernel, in units of (13):", np.round(ratios, 2))
print(
    f"{count:,} weights: {4 * count / 1e6:.1f} MB in float32, {2 * count / 1e6:.1f} in 16 bits",
    end="",
)
print(
    f", {count / 1e6:.1f} in 8; PSNR of the pictures {decibels.min():.1f} to {decibels.max():.1f} dB"
)
assert FAST or np.allclose(ratios, 1, atol=0.1)

# %% [markdown] lang="en"
# The PSNR says by how many decibels the mean squared error lies below the square of the full scale: 47 dB are an error of about one grey level of 255, 59 dB of a third of one. This is an estimate of what 8 bits cost in quality. A real int8 file also computes in 8 bits: `keras-gen export RUN --format litert --int8` writes one, and [the page on export](../../docs/export.md#fewer-bits) has its measured size, distance and speed.
#
# **The label.** One night: 64 products, each in a file of its own with both marks, and every file read back. The mark names the run and the seed, the run's `generated.jsonl` says how many were drawn that night, since the noise of number 17 is only promised within the same 64, and `recipe.json` keeps data, seed and versions. So the night can be drawn again, and number 17 in it is recognised by its pixels' hash, which its mark repeats. This is how a picture can be traced, and withdrawn, as long as it keeps its mark. (Where the run folder lies has to be written down elsewhere.)

# %% [markdown] lang="zh"
# 峰值信噪比（PSNR）说的是均方误差比满量程的平方低多少分贝：47 dB 相当于 255 级灰度里约一级的误差，59 dB 约三分之一级。这只是估计 8 位会损失多少质量。真正的 int8 文件连计算也用 8 位：`keras-gen export RUN --format litert --int8` 就写出这样一个文件，[导出一页](../../docs/export.zh-CN.md#更少的位数)有测得的大小、距离和速度。
#
# **标识。** 一个晚上：64 件商品，每件一个文件，两种标识都有，再把每个文件读回来。标识写着是哪次运行、哪个种子；运行文件夹里的 `generated.jsonl` 记着那一晚共画了多少张，因为只有在同样的 64 张里，第 17 号的噪声才保证相同；`recipe.json` 存着数据、种子和版本。于是可以把那一晚重画一遍，再凭标识里的像素哈希值认出第 17 号：只要标识还在，任何一张图都能这样查到，也能撤下。（运行文件夹放在哪里，要另行记下。）

# %%
generate(folder / "whole", n=64, seed=1, out=folder / "tonight", marks=Marks(visible="zh"))
written = sorted((folder / "tonight").iterdir())
assert len(written) == 64 and not any(read_marks(file).faults for file in written)
night = json.loads((folder / "whole" / "generated.jsonl").read_text("utf-8").splitlines()[-1])
print({key: night[key] for key in ("n", "seed", "marks")})
for line in read_marks(written[17]).lines:
    print("{:26s} {}".format(*line))

generate(folder / "whole", night["n"], night["seed"], folder / "later", marks=Marks(visible="zh"))
lost = read_marks(written[17]).lines[0]  # its number ends in the first digits of the pixels' hash
(same_hash,) = [f.name for f in sorted((folder / "later").iterdir()) if lost in read_marks(f).lines]
print("drawn again by the run: the picture with this hash is", same_hash)
assert same_hash == written[17].name
known = json.loads((folder / "whole" / "recipe.json").read_text("utf-8"))
print("data, sha256:", known["data"]["sha256"][:16], "...  versions:", known["versions"])
grid(np.stack([np.asarray(Image.open(f).convert("L"))[..., None] / 255 for f in written[:16]]))

# %% [markdown] lang="en"
# **What the law asks for**, as [interview question](../../docs/interview.md) Q69 has it; which texts were read in full, and which in quotations, stands under [law and ethics](../../docs/compliance.md#sources):
#
# - *China*, since 1 September 2025 (the [Measures for labelling AI-generated content](https://www.cac.gov.cn/2025-03/14/c_1743654684782215.htm), and the mandatory standard GB 45438-2025, whose text was not checked): a visible label, as text whose height is at least 5 % of the shortest side and which names both that it is AI and that it was generated or synthesised, and an implicit one in the metadata of the file, the XMP property `TC260:AIGC` with its JSON. The platform that spreads the picture has duties of its own: it reads that mark, tells people, and adds its own entry.
# - *EU*, since 2 August 2026 (Article 50(2) of the [AI Act](https://eur-lex.europa.eu/eli/reg/2024/1689/oj)): providers mark output in a machine-readable way, effective and robust as far as feasible. Several sources give systems that were on the market before a transition until 2 December 2026; the amendment itself was not checked. In practice this means IPTC's `DigitalSourceType` and signed provenance such as C2PA.
#
# The package writes both marks, the visible one in either language, with a font that has its characters; of the two only the Chinese one has the words that the Chinese standard asks for ([what the package does and what stays your duty](../../docs/compliance.md)). What it cannot do is make them stay. That is engineering, no legal advice. Nor does a label make a picture true: nobody sells these garments, and a GAN that takes noise alone cannot draw a certain product (E44).
#
# ## Exercises
#
# **1.** The next number. For positive numbers that bfloat16 can represent, return the next larger one, by (1).

# %% [markdown] lang="zh"
# **法律要求什么**，按[面试题](../../docs/interview.zh-CN.md) Q69 所写；哪些文本读过全文、哪些只读过引文，见[法律与伦理](../../docs/compliance.zh-CN.md#来源)：
#
# - **中国**，自 2025 年 9 月 1 日起（[《人工智能生成合成内容标识办法》](https://www.cac.gov.cn/2025-03/14/c_1743654684782215.htm)和强制性国家标准 GB 45438-2025，后者的原文未核对）：要有显式标识，文字高度不低于最短边的 5 %，并且既说明是人工智能（AI），又说明是生成或合成；还要有文件元数据里的隐式标识，即 XMP 属性 `TC260:AIGC` 及其 JSON。传播图片的平台另有义务：读取这个标识，提示用户，并添加自己的记录。
# - **欧盟**，自 2026 年 8 月 2 日起（[《人工智能法》](https://eur-lex.europa.eu/eli/reg/2024/1689/oj)第 50 条第 2 款）：提供者以机器可读的方式标记输出，在可行的范围内有效、可靠。多个来源称，此前已上市的系统有过渡期，到 2026 年 12 月 2 日为止；修正案原文未核对。实际做法是 IPTC 的 `DigitalSourceType`，以及 C2PA 之类带签名的来源记录。
#
# 本项目两种标识都写，看得见的那种中英文任选，自带有这些字的字体；两种里只有中文的写着中国标准所要求的文字（[项目做了什么，哪些仍是你的义务](../../docs/compliance.zh-CN.md)）。它做不到的，是让标识去不掉。以上是工程说明，不是法律意见。加了标识，图也不会因此变得真实：这些衣服并不是谁家在卖的商品；只接收噪声的 GAN，画不出指定的某一件商品（E44）。
#
# ## 练习
#
# **1.** 下一个数。对 bfloat16 能表示的正数，按 (1) 返回比它大的下一个数。


# %% exercise
def next_bfloat16(x):
    """Return the next larger bfloat16 of each positive one, as floats."""
    return ...


# %% check
found = next_bfloat16(np.array([1.0, 1.5, 256.0, 0.15625, 255.0]))
right = [1.0078125, 1.5078125, 258.0, 0.1572265625, 256.0]
assert found is ... or np.allclose(found, right, rtol=1e-6), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def next_bfloat16(x):
    """Return the next larger bfloat16 of each positive one, as floats."""
    return x + 2.0 ** (np.floor(np.log2(x)) - 7)  # the spacing depends on the exponent alone


# %% [markdown] lang="en"
# **2.** An uneven batch. At the end of an epoch the replicas get parts of different `sizes`, and each computes the mean gradient of its part. By which factor must each multiply it, so that the sum over the replicas is the mean over all images?

# %% [markdown] lang="zh"
# **2.** 分得不均的批次。一轮的末尾，各副本分到的张数不同，为 `sizes`，各自算出自己那一份的平均梯度。每个副本要乘以多大的因子，加起来才是全部图像的平均？


# %% exercise
def shares(sizes):
    """Return one factor a replica, for parts of sizes (R,)."""
    return ...


# %% check
found = shares(np.array([16, 16, 8]))
right = [0.4, 0.4, 0.2]
assert found is ... or np.allclose(found, right), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def shares(sizes):
    """Return one factor a replica, for parts of sizes (R,)."""
    return sizes / np.sum(sizes)  # for equal parts this is 1 / R, as in (8)


# %% [markdown] lang="en"
# **3.** Where the label sits. A PNG is a signature of 8 bytes, then chunks: 4 bytes with the length of the data (big end first), 4 letters that name the kind, the data, 4 bytes of checksum. Given the `png` as bytes and the place `at` where a chunk begins, return its kind and the place where the next one begins. (A program that keeps only `IHDR`, `IDAT` and `IEND` has kept the picture and lost the label.)

# %% [markdown] lang="zh"
# **3.** 标识放在哪里。PNG 文件先是 8 字节的签名，然后是一个个数据块：4 字节的数据长度（高位在前），4 个字母的种类，数据，4 字节的校验和。给定字节串 `png` 和某一块的起点 `at`，返回它的种类和下一块的起点。（只保留 `IHDR`、`IDAT` 和 `IEND` 的程序，保住了图，丢掉了标识。）


# %% exercise
def chunk(png, at):
    """Return the kind of the chunk at a place, as bytes, and the place of the next chunk."""
    return ...


# %% check
file, info = io.BytesIO(), PngInfo()
info.add_text("AIGC", "IDAT, says the label")
Image.new("L", (8, 8)).save(file, "PNG", pnginfo=info)
found, at = [chunk(file.getvalue(), 8)], 8
while found[0] is not ... and at < len(file.getvalue()) and len(found) < 9:
    kind, at = chunk(file.getvalue(), at)
    found.append(kind)
right = [(b"IHDR", 33), b"IHDR", b"tEXt", b"IDAT", b"IEND"]
assert found[0] is ... or found == right, f"expected {right}, found {found}"
print("not yet" if found[0] is ... else "right ✓")


# %% solution
def chunk(png, at):
    """Return the kind of the chunk at a place, as bytes, and the place of the next chunk."""
    return png[at + 4 : at + 8], at + 12 + int.from_bytes(png[at : at + 4], "big")


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A program is ready for every night when statements about it can be checked. Weights, moments, averages and losses stay float32; what is multiplied may be bfloat16. Two devices do what one would do if each hands over its share of the gradient, draws noise of its own and shares BatchNorm's statistics. A run can be killed if a checkpoint holds everything that a step reads, random states included. What is exported is the averaged generator in inference mode, and it is compared before anybody relies on it. Marks for people and for programs are put on last and read back from the file that customers get.
#
# | statement | what was checked |
# |---|---|
# | precision | FD and losses of one run each are close; float16 is refused |
# | devices | one step equals NumPy's; BatchNorm only when synchronised |
# | interruption | killed and resumed, every bit is equal; a power cut was not tried |
# | the copy | loaded again, no pixel differs by $10^{-5}$; 8 bits are an estimate |
# | the label | 64 of 64 read back; lost by saving again and by JPEG |
#
# **Predict, then run.** Crop the marked picture by 8 pixels on each side and save it as PNG with its packet, as the last picture above was: which of the two marks is left, and would the check above notice? Write it down first.
#
# - [Training and resuming](../../keras_gen/runs/training.py), [run folders](../../keras_gen/runs/run.py), [generation](../../keras_gen/runs/generation.py), [the GAN's step](../../keras_gen/models/gan.py); [interview questions](../../docs/interview.md) Q51 to Q61 on engineering, Q65 to Q74 on shops and compliance; [errata](../../docs/errata.md).
# - `keras-gen train dcgan --data fashion_mnist --precision mixed_bfloat16` is the full run, `--resume` goes on with it.
# - What this notebook leaves out: [several devices and machines](../../docs/devices.md); [export](../../docs/export.md) to ONNX and LiteRT, with the scaling inside and bytes coming out, and a SavedModel's signature `serving_default`, by which other programs call it; [a server](../../docs/serving.md), which also paints customers' photos in a trained style; and [production](../../docs/production.md): XLA, several steps a call, the gate before a release, what to watch, and the way back.
# - Micikevicius et al. 2018, [arXiv:1710.03740](https://arxiv.org/abs/1710.03740), for mixed precision with float16 and loss scaling; Kingma and Ba 2015, [arXiv:1412.6980](https://arxiv.org/abs/1412.6980), for the moments in (12).

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 关于一个程序的陈述能够检验，它才能每晚运行。权重、矩、平均值和损失留在 float32，相乘的数可以用 bfloat16。两台设备要做得与一台相同，每台就得只交出自己那一份梯度，各抽各的噪声，并共用批归一化的统计量。检查点存下一步所读取的一切，包括随机状态，训练就不怕被杀掉。导出的是滑动平均的生成器，用推理模式，有人依赖它之前先比较。给人看的和给程序看的标识最后才加，并从顾客拿到的文件里读回来核对。
#
# | 陈述 | 检验了什么 |
# |---|---|
# | 精度 | 各训练一次，FD 与损失接近；float16 被拒绝 |
# | 设备 | 一步与 NumPy 相等；有批归一化时必须同步 |
# | 中断 | 杀掉再继续，每一位都相等；没有试过停电 |
# | 导出 | 重新加载，像素相差不到 $10^{-5}$；8 位只是估计 |
# | 标识 | 64 张里读回 64 张；再次保存和 JPEG 都会丢掉 |
#
# **先预测，再运行。** 把加了标识的图四边各裁去 8 个像素，像上面最后一张那样连同数据包存成 PNG：两种标识还剩哪一种，上面的核对会发现吗？先写下来。
#
# - [训练与继续](../../keras_gen/runs/training.py)、[运行文件夹](../../keras_gen/runs/run.py)、[生成](../../keras_gen/runs/generation.py)、[GAN 的一步](../../keras_gen/models/gan.py)；[面试题](../../docs/interview.zh-CN.md) Q51 至 Q61 讲工程，Q65 至 Q74 讲店铺与合规；[勘误](../../docs/errata.zh-CN.md)。
# - 完整的训练是 `keras-gen train dcgan --data fashion_mnist --precision mixed_bfloat16`，用 `--resume` 继续。
# - 本篇没有讲的：[多台设备与多台机器](../../docs/devices.zh-CN.md)；[导出](../../docs/export.zh-CN.md)为 ONNX 与 LiteRT，缩放写在文件里，出来的就是字节，还有 SavedModel 供其他程序调用的签名 `serving_default`；[服务器](../../docs/serving.zh-CN.md)，也能把顾客的照片画成训练过的风格；以及[生产](../../docs/production.zh-CN.md)：XLA、一次调用走多步、发布前的关卡、要监控什么、怎样退回。
# - Micikevicius et al. 2018，[arXiv:1710.03740](https://arxiv.org/abs/1710.03740)，float16 的混合精度与损失缩放；Kingma 与 Ba 2015，[arXiv:1412.6980](https://arxiv.org/abs/1412.6980)，(12) 中的矩。

# %% words
# replicas: => 副本数：
# and => 和
# 784 ones in bfloat16: one sum => bfloat16 的 784 个 1：一次求和
# a running total => 逐个累加
# Adam's first step for gradients 10 and 0.01: => 梯度为 10 和 0.01 时 Adam 的第一步：
# NumPy: replicas {g_0:.6f} and {g_1:.6f}, half of their sum {(g_0 + g_1) / 2:.6f} => NumPy：两个副本 {g_0:.6f} 和 {g_1:.6f}，和的一半 {(g_0 + g_1) / 2:.6f}
# NumPy, whole batch {-g:.6f}   two devices {by_two:.6f}   one device {by_one:.6f} => NumPy，整个批次 {-g:.6f}   两个设备 {by_two:.6f}   一个设备 {by_one:.6f}
# relative error of rounding => 舍入的相对误差
# a weight that should go to 2 => 本该走到 2 的权重
# steps => 步数
# {optimizer.__name__:5s} step {wrong:.6f} instead of {good:.6f}: factor {wrong / good:.3f} => {optimizer.__name__:5s} 一步 {wrong:.6f}，应为 {good:.6f}：倍数 {wrong / good:.3f}
# {kind.__name__:9s} largest difference of the two noises {np.abs(noise[0] - noise[1]).max():.2f} => {kind.__name__:9s} 两份噪声的最大差 {np.abs(noise[0] - noise[1]).max():.2f}
# synchronized={synchronized!s:5s}  step of two devices less that of one: {apart:.1e} of it => synchronized={synchronized!s:5s}  两个设备的一步减去一个设备的：占其 {apart:.1e}
# nothing lost: every bit that of the run without a pause: => 什么都没丢：每一位都与没有中断的运行相同：
# {'':28s} D's first step, median of its weights {step:.6f} => {'':28s} D 的第一步，各权重的中位数 {step:.6f}
# optimizers => 优化器
# random state => 随机状态
# position in the data => 数据中的位置
# average of G => G 的平均
# lost: {part:22s} D's first step {step:.6f} => 丢了：{part:15s} D 的第一步 {step:.6f}
# grey levels apart: at once {apart[0]:5.2f}, at the end {apart[-1]:5.2f} => 相差的灰度级：马上 {apart[0]:5.2f}，最后 {apart[-1]:5.2f}
# lost: {part} => 丢了：{part}
# nothing lost => 什么都没丢
# the weight after 4,000 steps: => 4,000 步之后的权重：
# {:14s} losses of the second half: D {:.2f}, G {:.2f} => {:14s} 后一半的损失：D {:.2f}，G {:.2f}
# nothing => 什么都没
# steps after the checkpoint => 检查点之后的步数
# difference, grey levels => 差，灰度级
# training={mode}: one picture, alone and among 16, {apart:.2f} grey levels apart => training={mode}：同一张图，单独与在 16 张之中，相差 {apart:.2f} 个灰度级
# noise inside: the second night's products are the first's: => 内部抽噪声：第二夜的商品就是第一夜的：
# as written => 写出时的样子
# saved again => 另存一次
# as JPEG, quality 20 => 存成 JPEG，质量 20
# cropped => 裁剪
# painted over => 涂抹
# in order => 没有问题
# the run has ended by itself => 运行自己结束了
# killed; the last whole checkpoint is of step => 已杀掉；最后一个完整检查点的步数
# weights, average, optimizers, random state equal in every bit: => 权重、平均、优化器、随机状态每一位都相同：
# {label:14s} FD {distance:5.2f}   outputs of all layers, batch of 16: {stored / 1e6:.2f} MB => {label:14s} FD {distance:5.2f}   各层输出之和，批次 16 张：{stored / 1e6:.2f} MB
# milliseconds a step {1e3 * full_time:.1f} and {1e3 * half_time:.1f} => 每步毫秒数 {1e3 * full_time:.1f} 和 {1e3 * half_time:.1f}
# , ratio {half_time / full_time:.2f} => ，比值 {half_time / full_time:.2f}
# export, loaded again: largest difference of a pixel in [-1, 1] {gap:.1e} => 导出后重新读入：像素（[-1, 1]）的最大差 {gap:.1e}
# squared error of each kernel, in units of (13): => 每一层核的平方误差，以 (13) 为单位：
# {count:,} weights: {4 * count / 1e6:.1f} MB in float32, {2 * count / 1e6:.1f} in 16 bits => {count:,} 个权重：float32 为 {4 * count / 1e6:.1f} MB，16 位 {2 * count / 1e6:.1f}
# , {count / 1e6:.1f} in 8; PSNR of the pictures {decibels.min():.1f} to {decibels.max():.1f} dB => ，8 位 {count / 1e6:.1f}；图的 PSNR {decibels.min():.1f} 至 {decibels.max():.1f} dB
# drawn again by the run: the picture with this hash is => 由该运行重新画出：哈希相同的图是
# data, sha256: => 数据，sha256：
# ...  versions: => ...  版本：
# no label => 没有标识
# other pixels => 像素已变
