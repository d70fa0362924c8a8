// The Gram matrix of a picture and of the same picture in shuffled blocks.

(() => {
  const { add, say, slider, choice, panel } = Play;
  const SIDE = 64;
  const PATTERNS = {
    stripes: (x, y) => (Math.floor((x + y) / 8) % 2 ? [0.9, 0.55, 0.15] : [0.1, 0.25, 0.55]),
    dots: (x, y) => (Math.hypot((x % 16) - 8, (y % 16) - 8) < 5 ? [0.8, 0.2, 0.25] : [0.95, 0.9, 0.75]),
    sky: (x, y) => [0.2 + y / 90, 0.45 + y / 160, 0.95 - y / 120],
  };
  const CHANNELS = ["R", "G", "B", "∂x", "∂y"];

  const [shown, controls] = panel("play-gram");
  shown.classList.add("two");
  const columns = [say("Picture", "图像"), say("Shuffled", "打乱后")].map((words) => {
    const column = add(shown, "figure", {});
    const canvas = add(column, "canvas", { width: SIDE, height: SIDE });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words);
    add(column, "figcaption", {}, words);
    const table = add(column, "table", { className: "docutils figures gram" });
    return { canvas, table };
  });
  const pattern = choice(controls, say("Pattern", "图案"), {
    stripes: say("stripes", "条纹"), dots: say("dots", "圆点"), sky: say("gradient", "渐变") }, draw);
  const power = slider(controls, say("Side of a block, 2ⁿ pixels", "块的边长，2ⁿ 像素"), [0, 6, 1, 0], draw);
  const told = add(controls, "p", { className: "told", id: "gram-told" });

  // Fisher-Yates with a fixed generator: the same shuffle each time.
  function order(n) {
    const places = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1, seed = 7; i > 0; i--) {
      seed = (seed * 48271) % 2147483647;
      const j = seed % (i + 1);
      [places[i], places[j]] = [places[j], places[i]];
    }
    return places;
  }

  function shuffled(picture, block) {
    const across = SIDE / block;
    const places = order(across * across);
    return (x, y) => {
      const from = places[Math.floor(y / block) * across + Math.floor(x / block)];
      return picture((from % across) * block + (x % block), Math.floor(from / across) * block + (y % block));
    };
  }

  // Colours, and the brightness' differences from the pixel to the right and the one below.
  function features(picture) {
    const bright = (x, y) => picture(x % SIDE, y % SIDE).reduce((a, b) => a + b) / 3;
    return Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      return [...picture(x, y), bright(x + 1, y) - bright(x, y), bright(x, y + 1) - bright(x, y)];
    });
  }

  // As keras_gen.losses.gram_matrix: mean over the positions.
  const gram = (rows) => CHANNELS.map((_, i) => CHANNELS.map((_, j) =>
    rows.reduce((sum, row) => sum + row[i] * row[j], 0) / rows.length));

  function show({ canvas, table }, rows, matrix) {
    const pixels = new ImageData(SIDE, SIDE);
    rows.forEach((row, i) => pixels.data.set([...row.slice(0, 3).map((v) => 255 * v), 255], 4 * i));
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    table.replaceChildren();
    const head = add(table, "tr", {});
    for (const name of ["", ...CHANNELS]) add(head, "th", {}, name);
    matrix.forEach((line, i) => {
      const row = add(table, "tr", {});
      add(row, "th", {}, CHANNELS[i]);
      for (const value of line) {
        const cell = add(row, "td", {}, value.toFixed(3).replace("-0.000", "0.000"));
        cell.style.setProperty("--share", `${Math.min(100, Math.abs(value) * 100)}%`);
      }
    });
  }

  function draw() {
    const picture = PATTERNS[pattern.value];
    const both = [picture, shuffled(picture, 2 ** power.valueAsNumber)].map(features);
    const [one, other] = both.map(gram);
    both.forEach((rows, i) => show(columns[i], rows, [one, other][i]));
    const largest = (size) => Math.max(...one.slice(...size).flatMap((line, i) =>
      line.slice(...size).map((value, j) => Math.abs(value - other[i + size[0]][j + size[0]]))));
    const [colours, edges] = [largest([0, 3]), largest([3, 5])];
    Object.assign(told.dataset, { colours, edges });
    told.textContent = `${say("Largest difference: colours", "最大差异：颜色")} ${colours.toFixed(4)}` +
      `${say(", edges", "，边缘")} ${edges.toFixed(4)}`;
  }

  draw();
})();
