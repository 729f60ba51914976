// What a tile shows: the picture, what holds of it in a sign, and its words only where somebody looks at it.

import { list } from "./grid-list.js";
import { isChosen, marks } from "./grid-marks.js";
import { rowOf } from "./grid-rows.js";

const SIGNS = { rejected: "×", review: "?", kept: "" };
const MOST_SAID = 12;
const NO_PICTURE = "/static/no-picture.svg";

// `calm` is false while tiles fly past: then no picture is asked for that is not there yet.
export function paintTile(tile, index, calm) {
  const item = list.items[index];
  const row = rowOf(item[0]);
  const state = stateOf(row, item, index);
  if (tile.dataset.state !== state) dress(tile, row, item, index, state);
  const source = row ? (row.image ? `/thumbnails/${row.image}` : NO_PICTURE) : "";
  const image = tile.firstElementChild;
  if (tile.dataset.source === source) return;
  tile.dataset.source = calm || !source ? source : "";
  if (calm && source) image.src = source;
  else image.removeAttribute("src");
}

function stateOf(row, item, index) {
  const word = row ? `${row.file} ${row.verdict} ${row.said.length} ${row.tags}` : "";
  return `${word} ${item.length} ${isChosen(item)} ${marks.focus === index} ${index} ${list.items.length}`;
}

function dress(tile, row, item, index, state) {
  const chosen = isChosen(item);
  tile.dataset.state = state;
  tile.className = ["tile", row?.outcome ?? "coming", row?.by ?? "", chosen && "chosen", marks.focus === index && "focus", item.length > 1 && "stack"].filter(Boolean).join(" ");
  tile.setAttribute("aria-selected", chosen);
  tile.setAttribute("aria-setsize", list.items.length);
  tile.setAttribute("aria-posinset", index + 1);
  tile.setAttribute("aria-label", labelOf(row, item));
  const part = (name) => tile.querySelector(`.${name}`);
  part("badge").textContent = row ? (row.by === "human" && row.outcome === "kept" ? "✓" : SIGNS[row.outcome]) : "";
  part("more").textContent = item.length > 1 ? item.length.toLocaleString("en") : "";
  part("tags").textContent = row ? row.tags.join(", ") : "";
  part("name").textContent = row ? row.path.slice(row.path.lastIndexOf("/") + 1) : "";
}

function labelOf(row, item) {
  if (!row) return "a picture that is still being loaded";
  const stack = item.length > 1 ? `, a stack of ${item.length}` : "";
  const tags = row.tags.length ? `, tagged ${row.tags.join(", ")}` : "";
  return `${row.path}, class ${row.label}, ${row.verdict}${tags}${stack}`;
}

// What people said, as much of it as leaves room for the picture and for what else there is to tell.
function saidOf({ said }) {
  const more = said.length - MOST_SAID;
  return said.slice(0, MOST_SAID).join("; ") + (more > 0 ? `; and ${more.toLocaleString("en")} more` : "");
}

// The words on one picture, in a line: its path, class, verdict and what speaks for it.
export function describe(place, row, item) {
  const parts = [];
  const add = (text, name = "") => parts.push(Object.assign(document.createElement("span"), { textContent: text, className: name }));
  if (row) {
    add(row.path, "path");
    if (item.length > 1) add(`and ${(item.length - 1).toLocaleString("en")} like it`);
    add(row.rather && row.rather !== row.label ? `${row.label}, perhaps ${row.rather}` : row.label, "label");
    add(row.verdict, `chip ${row.outcome}`);
    if (row.said.length) add(saidOf(row));
    if (row.photo !== null) add(`p(photograph) ${row.photo.toFixed(2)}`, "label");
    if (row.size[0]) add(`${row.size[0]} × ${row.size[1]} px`, "label");
    if (row.copies) add(`${row.copies} ${row.copies === 1 ? "copy" : "copies"}`, "label");
    add(row.why, "label");
  }
  place.replaceChildren(...parts.flatMap((part) => [part, " "]));
}
