// Sliders over latents with a live picture, and the walk between two noises.

(() => {
  const { add, say, slider, choice, panel, noise, engine } = Play;
  const CLASSES = say(
    "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
    "T 恤,裤子,套头衫,连衣裙,外套,凉鞋,衬衫,运动鞋,包,短靴",
  ).split(",");

  function canvas(parent, words) {
    const made = add(parent, "canvas", { width: 28, height: 28 });
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", words);
    return made;
  }

  const button = (parent, words, onclick) => add(parent, "button", { type: "button", onclick }, words);

  function sliders(id, name) {
    const model = Play.models[name];
    const [shown, controls] = panel(id);
    const picture = canvas(shown, say("Picture of these latents", "这些隐变量的图像"));
    let start = noise(model.latents);
    const draw = engine.live(async () => {
      const labels = kind && Float32Array.from({ length: model.classes }, (_, i) => +(i == kind.value));
      engine.paint(picture, await engine.images(name, picture.latents(), labels));
    });
    const kind = model.classes ? choice(controls, say("Class", "类别"), { ...CLASSES }, draw) : null;
    const moves = model.directions.map((_, i) =>
      slider(controls, `${say("Direction", "方向")} ${i + 1}`, [-6, 6, 0.1, 0], draw));
    picture.latents = () => start.map((value, j) =>
      moves.reduce((sum, move, i) => sum + move.valueAsNumber * model.directions[i][j], value));
    const bar = add(controls, "p");
    button(bar, say("New noise", "新噪声"), () => ((start = noise(model.latents)), draw()));
    button(bar, say("Sliders to 0", "滑块归零"), () => moves.forEach((move) => move.move(0)));
    draw();
  }

  // Spherical interpolation: every step is as long as a normal vector usually is.
  function slerp(a, b, t) {
    const dot = (u, v) => u.reduce((sum, value, i) => sum + value * v[i], 0);
    const angle = Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    const [from, to] = [Math.sin((1 - t) * angle), Math.sin(t * angle)].map((x) => x / Math.sin(angle));
    return a.map((value, i) => from * value + to * b[i]);
  }

  function walk(id, name) {
    const { latents } = Play.models[name];
    const [shown, controls] = panel(id);
    shown.classList.add("three");
    const [first, between, second] = [say("First noise", "第一个噪声"), say("Between", "中间"),
      say("Second noise", "第二个噪声")].map((words) => canvas(shown, words));
    const ends = [noise(latents), noise(latents)];
    between.latents = () => slerp(...ends, place.valueAsNumber);
    const draw = engine.live(async () =>
      engine.paint(between, await engine.images(name, between.latents())));
    const place = slider(controls, say("Way", "路程"), [0, 1, 0.01, 0.5], draw);
    first.latents = () => ends[0];
    second.latents = () => ends[1];
    const end = async (i) => {
      ends[i] = noise(latents);
      engine.paint([first, second][i], await engine.images(name, ends[i]));
      draw();
    };
    const bar = add(controls, "p");
    button(bar, say("New first", "换第一个"), () => end(0));
    button(bar, say("New second", "换第二个"), () => end(1));
    end(0).then(() => end(1));
  }

  const state = document.getElementById("play-state");
  state.textContent = say("The models are loading.", "模型正在载入。");
  engine.start().then(
    () => {
      state.remove();
      sliders("play-dcgan", "dcgan");
      walk("play-walk", "dcgan");
      sliders("play-conditional", "conditional_gan");
      sliders("play-vae", "vae");
    },
    (error) => (state.textContent = say(
      `Runtime or models are missing (${error.message}): run scripts/build_play.py, then build the site again. What follows further down needs neither.`,
      `缺少运行时或模型（${error.message}）：先运行 scripts/build_play.py，再重新构建网站。下面的损失部分不需要它们。`)),
  );
})();
