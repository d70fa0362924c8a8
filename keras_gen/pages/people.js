// What the pages on which people decide have in common. Each page's own script defines WORDS,
// memory (the key under which the browser keeps a session), state, language and render().
const find = (selector) => document.querySelector(selector);
const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);

// --- memory: an interrupted session goes on; where the browser keeps nothing, one sitting it is
function recall() {
  try {
    return JSON.parse(localStorage.getItem(memory));
  } catch {
    return null;
  }
}

function remember() {
  try {
    localStorage.setItem(memory, JSON.stringify(state));
  } catch {}
}

function startAnew() {
  if (!confirm(WORDS[language].discard)) return;
  try {
    localStorage.removeItem(memory);
  } catch {}
  location.reload();
}

// --- what is on the screen
function renderWords(values) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = fill(WORDS[language][element.dataset.text], values);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", button.dataset.language === language);
  }
}

function show(id) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
  render();
  scrollTo(0, 0);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// The first frame's callback runs before its paint, the second's after.
const painted = () =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

// --- the end
function toCSV(rows) {
  const quote = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(String).map(quote).join(",") + "\n").join("");
}

function finish() {
  find("#csv").value = csv();
  show("end");
  find("#end h1").focus();
}

function saveAs(name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const on = (selector, action) => {
  for (const button of document.querySelectorAll(selector)) {
    button.addEventListener("click", () => action(button));
  }
};
const listen = () => {
  on("[data-language]", (button) => {
    language = button.dataset.language;
    render();
  });
  on(".next", startAnew);
  on(".save", save);
  find("form").addEventListener("submit", start);
  find("#csv").addEventListener("focus", (event) => event.target.select());
  document.addEventListener("keydown", press);
  addEventListener("resize", enlarge);
};
