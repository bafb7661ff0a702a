// The tree of files: built for what the filters let through, unfolded as asked, drawn as far as it is in sight.
const HEIGHT = 24;
const filter = { causes: new Set(), layers: new Set(), text: "" };
const [tree, rows, detail, excerpt, search] = ["tree", "rows", "detail", "excerpt", "search"].map(byId);
const panes = tree.parentElement;
let roots = [];
let seen = [];
let current = 0;

function passes(file) {
  return (!filter.causes.size || filter.causes.has(causeOf(file)))
    && (!filter.layers.size || filter.layers.has(String(file.layer.n)))
    && (!filter.text || file.path.toLowerCase().includes(filter.text));
}

const LEAF = [];

function nodeOf(name, path, layer) {
  return { name, path, layer, file: null, kids: LEAF, count: 0, open: false, level: 0, place: 0, of: 0 };
}

function kidOf(node, name, path) {
  if (node.kids === LEAF) node.kids = new Map();
  let kid = node.kids.get(name);
  if (!kid) node.kids.set(name, kid = nodeOf(name, path, node.layer));
  return kid;
}

// Neighbours share most of their folders: each path is walked from where it leaves the one before.
function build(shown) {
  const tops = [];
  let [last, trail] = [[], []];
  for (const file of shown) {
    if (!tops.length || tops[tops.length - 1].layer !== file.layer) {
      tops.push(nodeOf(layerName(file.layer), "", file.layer));
      [last, trail] = [[], [tops[tops.length - 1]]];
    }
    const parts = file.path === "/" ? ["/"] : file.path.split("/");
    let depth = 0;
    while (depth < last.length && parts[depth] === last[depth]) depth++;
    trail.length = depth + 1;
    for (; depth < parts.length; depth++) trail.push(kidOf(trail[depth], parts[depth], parts.slice(0, depth + 1).join("/")));
    trail[parts.length].file = file;
    last = parts;
  }
  return tops.map((node) => { settle(node, shown.length); node.open = true; return node; });
}

// Kids become a list; a folder that only leads to another folder is one row with it; short trees open at once.
function settle(node, total) {
  node.open = total <= 200;
  node.count = node.file ? 1 : 0;
  if (node.kids === LEAF) return;
  node.kids = [...node.kids.values()].map((kid) => {
    while (kid.kids.size === 1 && !kid.file) {
      const [only] = kid.kids.values();
      if (only.kids === LEAF) break;
      only.name = kid.name + "/" + only.name;
      kid = only;
    }
    settle(kid, total);
    node.count += kid.count;
    return kid;
  });
}

function flatten() {
  seen = [];
  const walk = (node, level, place, of) => {
    node.level = level;
    node.place = place;
    node.of = of;
    seen.push(node);
    if (node.open) node.kids.forEach((kid, at) => walk(kid, level + 1, at + 1, node.kids.length));
  };
  roots.forEach((node, at) => walk(node, 1, at + 1, roots.length));
  rows.style.height = seen.length * HEIGHT + "px";
}

function draw() {
  const from = Math.max(0, Math.floor(tree.scrollTop / HEIGHT) - 8);
  const to = Math.min(seen.length, Math.ceil((tree.scrollTop + tree.clientHeight) / HEIGHT) + 8);
  const drawn = [];
  for (let at = from; at < to; at++) drawn.push(row(seen[at], at));
  // The selected row must be there for readers who follow it by id.
  if (seen[current] && (current < from || current >= to)) drawn.push(row(seen[current], current));
  rows.replaceChildren(...drawn);
  tree.setAttribute("aria-activedescendant", seen.length ? "row-" + current : "");
}

function row(node, at) {
  const line = make("div", node.level === 1 ? "row layer" : "row");
  line.id = "row-" + at;
  line.style.top = at * HEIGHT + "px";
  const attributes = { role: "treeitem", "aria-level": node.level, "aria-posinset": node.place, "aria-setsize": node.of, "aria-selected": at === current };
  if (node.kids.length) attributes["aria-expanded"] = node.open;
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
  const name = make("span", "name");
  name.style.paddingLeft = (node.level - 1) * 14 + "px";
  const twist = make("span", "twist", node.kids.length ? (node.open ? "▾" : "▸") : "");
  twist.setAttribute("aria-hidden", "true");
  name.append(twist, node.name + (node.kids.length && node.level > 1 ? "/" : ""));
  name.title = node.path || node.name;
  line.append(name);
  if (node.file) {
    const cause = causeOf(node.file);
    line.append(make("span", "tag fields", whatOf(node.file)), make("span", cause === "unexplained" ? "tag bad" : "tag", cause));
  }
  if (node.kids.length) line.append(make("span", "tag", counted(node.count)));
  return line;
}

function select(at) {
  current = Math.max(0, Math.min(seen.length - 1, at));
  const top = current * HEIGHT;
  if (top < tree.scrollTop) tree.scrollTop = top;
  else if (top + HEIGHT > tree.scrollTop + tree.clientHeight) tree.scrollTop = top + HEIGHT - tree.clientHeight;
  draw();
  detail.replaceChildren();
  excerpt.replaceChildren();
  const node = seen[current];
  if (!node) { detail.append(make("p", "none", "No file passes the filters.")); return; }
  if (node.file) showFile(detail, node.file);
  if (node.file) showExcerpt(excerpt, node.file);
  if (node.kids.length) showFolder(detail, node);
  detail.scrollTop = 0;
}

// Rows of the tallest tree: the style makes it as tall as its rows, up to a limit.
function roomOf() {
  panes.style.removeProperty("--rows");
  return Math.floor(tree.clientHeight / HEIGHT);
}

// A tree that opens with one row says little: unfolds, level by level, as long as all stays in sight.
function unfold() {
  const room = roomOf();
  let count = seen.length;
  for (let level = seen; level.length;) {
    const next = [];
    for (const node of level) {
      if (!node.open && node.kids.length && count + node.kids.length <= room) { node.open = true; count += node.kids.length; }
      if (node.open) next.push(...node.kids.filter((kid) => kid.kids.length));
    }
    level = next;
  }
  flatten();
}

function fold(node, open) {
  if (!node || !node.kids.length || node.open === open) return;
  node.open = open;
  flatten();
  select(seen.indexOf(node));
}

function parentOf(at) {
  if (seen[at].level === 1) return at;
  let up = at;
  while (up > 0 && seen[up].level >= seen[at].level) up--;
  return up;
}

// What stands beside a row, unfolded.
function foldOut(node) {
  const parent = node.level === 1 ? { kids: roots } : seen[parentOf(current)];
  parent.kids.forEach((kid) => { kid.open = true; });
  flatten();
  select(seen.indexOf(node));
}

let typed = "";
let typedAt = 0;

// To the next row whose name begins with what was typed without a pause.
function jump(letter) {
  const now = performance.now();
  typed = now - typedAt < 700 ? typed + letter : letter;
  typedAt = now;
  const from = current + (typed.length === 1 ? 1 : 0);
  for (let step = 0; step < seen.length; step++) {
    const at = (from + step) % seen.length;
    if (seen[at].name.toLowerCase().startsWith(typed)) { select(at); return; }
  }
}

function chips() {
  const chip = (label, drop) => {
    const button = make("button", "", label + " ×");
    button.type = "button";
    button.setAttribute("aria-label", "Remove filter " + label);
    button.onclick = () => { drop(); refresh(); search.focus(); };
    return button;
  };
  byId("filters").replaceChildren(
    ...[...filter.causes].map((id) => chip(id, () => filter.causes.delete(id))),
    ...[...filter.layers].map((n) => chip("layer " + n, () => filter.layers.delete(n))),
  );
  for (const button of document.querySelectorAll("button.pick")) {
    const on = button.dataset.cause ? filter.causes.has(button.dataset.cause) : filter.layers.has(button.dataset.layer);
    button.setAttribute("aria-pressed", on);
    button.closest("tr, article").classList.toggle("on", on);
  }
}

function refresh() {
  const shown = files.filter(passes);
  roots = build(shown);
  const all = data.total > files.length ? counted(files.length) + " listed of " + thousands(data.total) : counted(data.total);
  byId("count").textContent = shown.length === files.length ? all : thousands(shown.length) + " of " + all;
  chips();
  flatten();
  unfold();
  panes.style.setProperty("--rows", seen.length);
  tree.scrollTop = 0;
  select(0);
}

const KEYS = {
  ArrowDown: () => select(current + 1),
  ArrowUp: () => select(current - 1),
  PageDown: () => select(current + Math.floor(tree.clientHeight / HEIGHT)),
  PageUp: () => select(current - Math.floor(tree.clientHeight / HEIGHT)),
  Home: () => select(0),
  End: () => select(seen.length - 1),
  ArrowRight: (node) => node.kids.length && !node.open ? fold(node, true) : node.kids.length && select(current + 1),
  ArrowLeft: (node) => node.kids.length && node.open ? fold(node, false) : select(parentOf(current)),
  Enter: (node) => fold(node, !node.open),
  " ": (node) => fold(node, !node.open),
  "*": foldOut,
};

tree.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !seen.length || event.key === "/") return;
  const act = KEYS[event.key] || (event.key.length === 1 && (() => jump(event.key.toLowerCase())));
  if (!act) return;
  event.preventDefault();
  act(seen[current]);
});
tree.addEventListener("click", (event) => {
  const line = event.target.closest(".row");
  if (!line) return;
  const at = Number(line.id.slice(4));
  const node = seen[at];
  select(at);
  if (node.kids.length) fold(node, !node.open);
});
tree.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
window.addEventListener("resize", draw);
document.addEventListener("keydown", (event) => {
  const writes = event.target === search;
  if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey) { event.preventDefault(); search.focus(); }
  if (event.key === "Escape" && (filter.text || filter.causes.size || filter.layers.size)) {
    filter.causes.clear();
    filter.layers.clear();
    filter.text = search.value = "";
    refresh();
  }
});
let waiting = 0;
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); tree.focus(); }
});
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { filter.text = search.value.trim().toLowerCase(); refresh(); }, 150);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.pick");
  if (!button) return;
  const [set, key] = button.dataset.cause ? [filter.causes, button.dataset.cause] : [filter.layers, button.dataset.layer];
  const on = !set.delete(key) && Boolean(set.add(key));
  refresh();
  if (on) byId("files").scrollIntoView({ block: "nearest" });
});

document.documentElement.classList.add("js");
document.querySelector(".live").hidden = false;
refresh();
