"use strict";
// Reads the page's data: columns of files, into one list of records that the tree and the details share.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const CHANGES = ["modified", "added", "removed"];
const MTIME = 1 << data.fields.indexOf("mtime");

// An element with text; never markup.
function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function decode() {
  const files = [];
  for (const layer of data.layers) {
    let path = "";
    let time = 0;
    layer.s.forEach((rest, at) => {
      path = path.slice(0, layer.p[at]) + rest;
      time += layer.t[at];
      files.push({ layer, at, path, time, why: layer.w[at], kind: layer.c[at] });
    });
  }
  return files;
}

const files = decode();
const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (count) => thousands(count) + (count === 1 ? " file" : " files");
const best = (file) => data.whys[file.why][0];
const causeOf = (file) => { const why = best(file); return why ? data.causes[why[0]].id : "unexplained"; };
const changeOf = (file) => CHANGES[file.kind % 3];
const kindOf = (file) => data.kinds[Math.floor(file.kind / 3)];
const fieldsOf = (file) => data.fields.filter((_, bit) => file.layer.f[file.at] & (1 << bit));
const whatOf = (file) => file.kind % 3 ? changeOf(file) : fieldsOf(file).join(", ");
const layerName = (layer) => (layer.gone ? "removed layer " : "layer ") + layer.n + "  " + layer.what;
