// One picture as large as the window allows, over the grid: the keys go on working on it. Its original follows where
// somebody rests on it; a copy can be flipped with what is kept instead, or shown as the difference of both.

import { list } from "./grid-list.js";
import { layOver, overlayOf } from "./grid-overlay.js";
import { rowsOf } from "./grid-rows.js";
import { describe } from "./grid-tiles.js";

const stage = document.querySelector("#zoom");
const REST_MS = 350;
const APART = "these two could not be laid over one another";
const SHOWN = { flip: "What is kept instead", difference: "What differs", "": "This copy" };
let file = -1;
let shown = null;
let resting = 0;

export const zoomed = () => !stage.hidden;

export function closeZoom() {
  if (stage.hidden) return false;
  stage.hidden = true;
  stage.replaceChildren();
  file = -1;
  return true;
}

// Shows a row of the grid, or waits for it with the picture before on the screen.
export function showZoom(row, item) {
  stage.hidden = false;
  if (!row) return;
  if (row.file !== file) stage.querySelector(".pictures")?.remove();
  const pictures = stage.querySelector(".pictures") ?? picturesOf(row);
  const words = Object.assign(document.createElement("p"), { className: "caption" });
  describe(words, row, item);
  stage.className = row.outcome;
  stage.replaceChildren(pictures, words, tools(row));
  [file, shown] = [row.file, row];
}

// Switches between the whole picture and its own pixels, one for one.
export function fullSize() {
  if (!stage.querySelector(".pictures")) return false;
  if (stage.querySelector(".laid, .flip, .difference")) stage.querySelector(".pictures").replaceWith(picturesOf(shown));
  const pictures = stage.querySelector(".pictures");
  original(pictures.querySelector("img"));
  pictures.classList.toggle("full");
  return true;
}

// Shows the copy and what is kept instead of it by turns ("flip"), or what differs ("difference").
export async function compare(how) {
  const pictures = stage.querySelector(".pictures");
  if (!pictures || pictures.dataset.kept === "") return false;
  if (pictures.dataset.coming) return true;
  if (!pictures.querySelector(".how") && !(await bringKept(pictures))) return false;
  const other = how === "flip" ? "difference" : "flip";
  pictures.classList.remove("full", other);
  const now = pictures.classList.toggle(how) ? how : "";
  const words = [SHOWN[now], pictures.dataset.words].filter(Boolean).join(": ");
  pictures.querySelector(".how").textContent = words;
  return true;
}

// Brings what is kept instead, and lays the copy over it where that can be told.
async function bringKept(pictures) {
  pictures.dataset.coming = "yes";
  const [[kept], told] = await Promise.all([rowsOf([Number(pictures.dataset.kept)]), overlayOf(file, list.run)]);
  delete pictures.dataset.coming;
  if (!kept) return false;
  const [copy, other] = [pictures.querySelector("img"), imageOf(kept, "kept-instead")];
  const both = Object.assign(document.createElement("div"), { className: "both" });
  both.append(other, copy);
  pictures.append(both, Object.assign(document.createElement("p"), { className: "how" }));
  pictures.querySelector(".how").setAttribute("role", "status");
  pictures.dataset.words = told ? told.words.join(", ") : APART;
  if (told) layOver(both, told);
  pictures.querySelectorAll("img:not(.beside)").forEach(original);
  return true;
}

function picturesOf(row) {
  const pictures = Object.assign(document.createElement("div"), { className: "pictures", tabIndex: 0 });
  pictures.setAttribute("role", "group");
  pictures.setAttribute("aria-label", "The picture");
  pictures.dataset.kept = row.kept >= 0 && row.kept !== row.file ? row.kept : "";
  const image = imageOf(row, "");
  pictures.append(image);
  clearTimeout(resting);
  resting = setTimeout(() => image.isConnected && original(image), REST_MS);
  return pictures;
}

function imageOf(row, name) {
  const source = row.image ? `/pictures/${row.image}` : "/static/no-picture.svg";
  const image = Object.assign(document.createElement("img"), { src: source, alt: row.path, className: name, draggable: false });
  image.dataset.original = row.image ? `/originals/${row.image}` : "";
  return image;
}

// Puts the original in place once it is there; where it cannot be had any more, the picture stays as the run saw it.
function original(image) {
  const source = image.dataset.original;
  if (!source) return;
  image.dataset.original = "";
  const large = new Image();
  large.addEventListener("load", () => { image.src = source; image.classList.add("original"); });
  large.src = source;
}

function tools(row) {
  const bar = Object.assign(document.createElement("div"), { className: "buttons" });
  const add = (text, key, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${text} ` });
    button.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    button.addEventListener("click", act);
    bar.append(button);
  };
  add("Full size", "z", fullSize);
  if (row.kept >= 0 && row.kept !== row.file) {
    add("Flip with the kept one", "b", () => compare("flip"));
    add("Difference", "v", () => compare("difference"));
  }
  add("Close", "Space", closeZoom);
  return bar;
}
