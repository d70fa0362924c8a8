// What every part of the page shares: words, elements, sliders, plots, random numbers.
// Plain scripts, no modules: a page that was opened by a double click cannot import any.

const Play = {
  chinese: document.documentElement.lang.startsWith("zh"),

  say: (english, chinese) => (Play.chinese ? chinese : english),

  // Append an element with properties and children to a parent, and return it.
  add(parent, tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    parent.append(element);
    return element;
  },

  // A labelled slider with its value in print. `change` is called as it moves.
  slider(parent, name, [min, max, step, value], change) {
    const label = Play.add(parent, "label", { className: "slider" });
    Play.add(label, "span", {}, name);
    const input = Play.add(label, "input", { type: "range", min, max, step, value });
    const output = Play.add(label, "output");
    const digits = (String(step).split(".")[1] ?? "").length;
    const show = () => (output.textContent = input.valueAsNumber.toFixed(digits));
    input.addEventListener("input", () => (show(), change()));
    show();
    // Set the value from elsewhere, as if the slider had been moved.
    input.move = (to) => ((input.value = to), input.dispatchEvent(new Event("input")));
    return input;
  },

  // A labelled list of {value: words}.
  choice(parent, name, options, change) {
    const label = Play.add(parent, "label", { className: "slider" });
    Play.add(label, "span", {}, name);
    const select = Play.add(label, "select");
    for (const [value, words] of Object.entries(options)) Play.add(select, "option", { value }, words);
    select.addEventListener("change", change);
    return select;
  },

  // Two columns, on a phone one below the other: a place for a picture, and one for controls.
  panel(id) {
    const root = document.getElementById(id);
    root.classList.add("play");
    return [Play.add(root, "div", { className: "shown" }), Play.add(root, "div", { className: "controls" })];
  },

  normal() {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  },

  noise: (n) => Float32Array.from({ length: n }, Play.normal),
};

// Axes and lines in one SVG. Coordinates are the user's; y grows upwards.
Play.Plot = class {
  constructor(parent, title, [left, right], [bottom, top]) {
    Object.assign(this, { left, right, bottom, top, lines: {} });
    this.svg = this.shape(parent, "svg", { viewBox: "0 0 320 220", role: "img", "aria-label": title });
    const axes = `M0 ${this.y(0)}H320M${this.x(0)} 0V220`;
    this.shape(this.svg, "path", { class: "axis", d: axes });
    const text = (x, y, value, anchor) =>
      (this.shape(this.svg, "text", { x, y, "text-anchor": anchor }).textContent =
        String(value).replace("-", "−"));
    const base = Math.min(this.y(0) + 14, 216);
    text(2, base, left, "start");
    text(318, base, right, "end");
    // A plot may end between whole numbers; what it labels is the last one inside.
    for (const value of [Math.trunc(bottom), Math.trunc(top)].filter((value) => value)) {
      this.shape(this.svg, "path", { class: "axis", d: `M${this.x(0) - 3} ${this.y(value)}h6` });
      text(this.x(0) + 6, Math.min(Math.max(this.y(value) + 4, 12), 216), value, "start");
    }
  }

  x = (value) => ((value - this.left) / (this.right - this.left)) * 320;
  y = (value) => 220 - ((value - this.bottom) / (this.top - this.bottom)) * 220;

  shape(parent, tag, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return parent.appendChild(element);
  }

  path(points, name) {
    const line = (this.lines[name] ??= this.shape(this.svg, "path", { class: name }));
    const d = points.map(([x, y]) => `${this.x(x).toFixed(1)} ${this.y(y).toFixed(1)}`);
    line.setAttribute("d", `M${d.join("L")}`);
  }

  curve(f, name, n = 320) {
    const at = (i) => this.left + ((this.right - this.left) * i) / n;
    this.path(Array.from({ length: n + 1 }, (_, i) => [at(i), f(at(i))]), name);
  }

  dot(x, y, name) {
    const dot = (this.lines[name] ??= this.shape(this.svg, "circle", { class: name, r: 6 }));
    dot.setAttribute("cx", this.x(x));
    dot.setAttribute("cy", this.y(y));
  }

  // Call moved(x, y, first) while a pointer drags over the plot.
  drag(moved) {
    const tell = (event, first) => {
      const box = this.svg.getBoundingClientRect();
      const x = this.left + ((event.clientX - box.left) / box.width) * (this.right - this.left);
      const y = this.top - ((event.clientY - box.top) / box.height) * (this.top - this.bottom);
      moved(x, y, first);
    };
    this.svg.classList.add("draggable");
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      tell(event, true);
    });
    this.svg.addEventListener("pointermove", (event) => event.buttons && tell(event, false));
  }
};
