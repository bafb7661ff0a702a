// Details of one file or folder: both sides' facts, why they differ, and an excerpt where there is one.
function pad(number) { return String(number).padStart(2, "0"); }

function when(seconds, nanos) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return seconds + " s";
  const day = date.getUTCFullYear() + "-" + pad(date.getUTCMonth() + 1) + "-" + pad(date.getUTCDate());
  const time = pad(date.getUTCHours()) + ":" + pad(date.getUTCMinutes()) + ":" + pad(date.getUTCSeconds());
  return day + " " + time + (nanos ? "." + String(nanos).padStart(9, "0") : "") + " UTC";
}

function sides(file) {
  const { layer, at } = file;
  const nanos = layer.v[at] || [0, 0];
  const links = layer.links[at] || [null, null];
  const one = (fact, size, time, nano, link) => {
    if (fact === null) return null;
    const [kind, mode, uid, gid, uname, gname] = data.facts[fact];
    const owner = (id, name) => name ? id + " (" + name + ")" : id;
    return { type: kind, size: thousands(size) + " B", mode, owner: owner(uid, uname), group: owner(gid, gname), mtime: when(time, nano), link };
  };
  return [
    one(layer.a[at], layer.z[at], file.time, nanos[0], links[0]),
    one(layer.b[at], layer.z[at] + layer.y[at], file.time + layer.u[at], nanos[1], links[1]),
  ];
}

function factsTable(file) {
  const [old, now] = sides(file);
  const table = make("table");
  const head = table.createTHead().insertRow();
  head.insertCell();
  for (const text of ["before", "now"]) { const cell = make("th", "", text); cell.scope = "col"; head.append(cell); }
  const body = table.createTBody();
  const row = (label, before, after, differs) => {
    const line = body.insertRow();
    if (differs) line.className = "differs";
    for (const text of [label, before, after]) line.insertCell().textContent = text;
  };
  const side = (facts, key) => facts ? facts[key] || "" : "–";
  for (const key of ["type", "size", "mode", "owner", "group", "mtime", "link"]) {
    const [before, after] = [side(old, key), side(now, key)];
    if (key === "link" && !(old && old.link) && !(now && now.link)) continue;
    row(key, before, after, Boolean(old && now) && before !== after);
  }
  const other = fieldsOf(file).filter((name) => ["content", "xattr", "order", "tar-format"].includes(name));
  if (other.length) {
    const line = body.insertRow();
    line.className = "differs";
    line.insertCell().textContent = other.join(", ");
    const cell = line.insertCell();
    cell.colSpan = 2;
    cell.textContent = other.length === 1 ? "differs" : "differ";
  }
  return table;
}

// Characters that hide, reorder or ring, shown by their number.
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (c) => "<U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + ">");
}

// Pairs lines by their longest common subsequence; [old, new] with null where a side has none.
function paired(old, now) {
  const width = now.length + 1;
  const best = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      best[i * width + j] = old[i] === now[j] ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  const pairs = [];
  let [i, j, gone, come] = [0, 0, [], []];
  const flush = () => {
    for (let k = 0; k < Math.max(gone.length, come.length); k++) pairs.push([gone[k] ?? null, come[k] ?? null]);
    [gone, come] = [[], []];
  };
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) { flush(); pairs.push([old[i++], now[j++]]); }
    else if (j >= now.length || (i < old.length && best[(i + 1) * width + j] >= best[i * width + j + 1])) gone.push(old[i++]);
    else come.push(now[j++]);
  }
  flush();
  return pairs;
}

// One side of a changed line, the part that is not on the other side in a stronger colour.
function marked(cell, text, other) {
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) start++;
  let end = 0;
  while (end < text.length - start && end < other.length - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  cell.append(visible(text.slice(0, start)), make("b", "", visible(text.slice(start, text.length - end))), visible(text.slice(text.length - end)));
}

// One side of a changed row of bytes: each byte that is another one, in hex and as a character.
function markedBytes(cell, text, other, { width, offset }) {
  const differs = (at) => {
    const byte = Math.floor((at - offset) / 3);
    if (at < offset) return false;
    if (byte >= width) return text[at] !== other[at];
    const [start, end] = [offset + byte * 3, offset + byte * 3 + 2];
    return at < end && text.slice(start, end) !== other.slice(start, end);
  };
  for (let at = 0; at < text.length;) {
    let end = at + 1;
    while (end < text.length && differs(end) === differs(at)) end++;
    const run = text.slice(at, end);
    cell.append(differs(at) ? make("b", "", run) : run);
    at = end;
  }
}

// Rows of a hex dump: the offset, `width` bytes, and what of them is ASCII.
function hexRows(hex, from, { width, offset }) {
  const rows = [];
  const digits = width * 2;
  for (let at = 0; at < hex.length; at += digits) {
    const bytes = hex.slice(at, at + digits).match(/../g) || [];
    const text = bytes.map((byte) => { const code = parseInt(byte, 16); return code > 31 && code < 127 ? String.fromCharCode(code) : "·"; });
    rows.push((from + at / 2).toString(16).padStart(offset - 2, "0") + "  " + bytes.join(" ").padEnd(width * 3 + 1) + text.join(""));
  }
  return rows;
}

function showExcerpt(box, file) {
  const preview = file.layer.previews[file.at];
  if (!preview) {
    const why = "No excerpt: there are some for each cause, of files that everybody in the image may read, where both images were at hand.";
    if (fieldsOf(file).includes("content")) box.append(make("p", "none", why));
    return;
  }
  box.append(make("h4", "", "before and now, from " + (preview.text ? "line " : "byte ") + preview.from));
  const table = make("table", preview.text ? "sides" : "sides hex");
  // As many bytes as fit beside each other, and offsets as wide as the last one.
  const end = preview.from + Math.max(preview.old.length, preview.new.length) / 2;
  const columns = { width: box.clientWidth > 1150 ? 16 : 8, offset: Math.max(6, Math.floor(end).toString(16).length) + 2 };
  // Where both sides end with a newline, what stands after it is no line.
  const last = preview.old.endsWith("\n") && preview.new.endsWith("\n") ? -1 : undefined;
  const split = (side) => preview.text ? side.split("\n").slice(0, last) : hexRows(side, preview.from, columns);
  for (const [before, now] of paired(split(preview.old), split(preview.new))) {
    const row = table.insertRow();
    [[before, now, "gone"], [now, before, "come"]].forEach(([text, other, name]) => {
      const cell = row.insertCell();
      if (text === null) { cell.className = "void"; return; }
      if (text === other) { cell.className = "same"; cell.textContent = visible(text) || "\u00a0"; return; }
      cell.className = name;
      if (preview.text) marked(cell, text, other ?? "");
      else markedBytes(cell, text, other ?? "", columns);
    });
  }
  box.append(table);
  if (preview.cut) box.append(make("p", "none", "More differs than is shown."));
}

function showFile(box, file) {
  box.append(make("h3", "mono", file.path));
  const line = file.layer.line ? ", Dockerfile line " + file.layer.line : "";
  box.append(make("p", "none", kindOf(file) + " " + changeOf(file) + " in layer " + file.layer.n + line));
  const old = file.layer.renamed[file.at];
  if (old) box.append(make("p", "mono", "renamed from " + old));
  box.append(make("p", "mono whole", file.layer.what), factsTable(file));
  const whys = data.whys[file.why];
  if (!whys.length) box.append(make("h4", "bad", "? unexplained"), make("p", "", "Nothing known explains this."));
  whys.forEach(([at, sure, evidence], rank) => {
    const cause = data.causes[at];
    box.append(make("h4", "", (rank ? "also " : "") + cause.id + (sure ? ", certain" : ", likely")));
    const list = make("dl", "facts");
    for (const [label, text] of [["why", cause.summary], ["saw", data.evidence[evidence]], ["fix", cause.fix], ["rule", cause.rule]]) {
      if (text) list.append(make("dt", "", label), make("dd", label === "rule" ? "mono" : "", text));
    }
    box.append(list);
  });
}

function showFolder(box, node) {
  box.append(make("h3", "mono", node.path || layerName(node.layer)), make("p", "none", counted(node.count)));
  const counts = new Map();
  const walk = (node) => {
    if (node.file) counts.set(causeOf(node.file), (counts.get(causeOf(node.file)) || 0) + 1);
    node.kids.forEach(walk);
  };
  walk(node);
  const list = make("dl", "facts");
  for (const [cause, count] of [...counts].sort((a, b) => b[1] - a[1])) list.append(make("dt", "", cause), make("dd", "", counted(count)));
  box.append(list);
}
