// The map: every picture as a point where those like it are, coloured by what is known of it. A line drawn around some
// selects them.

import { list } from "./grid-list.js";
import { chooseFiles, isChosen } from "./grid-marks.js";
import { rowOf, rowsOf } from "./grid-rows.js";
import { describe } from "./grid-tiles.js";

const stage = document.querySelector("#map");
const canvas = stage.querySelector("canvas");
const legend = stage.querySelector("#legend");
const colouring = stage.querySelector("#colouring");
const glance = stage.querySelector("#glance");
const OUTCOMES = { kept: "--kept", review: "--review", rejected: "--rejected" };
const HUES = [205, 25, 145, 285, 55, 340, 175, 250, 95, 5, 225, 310];
const NEAR_PX = 12;
const MARGIN_PX = 24;
const view = { scale: 1, left: 0, top: 0 };
let told = null;
let shown = [];
let lasso = [];
let pan = null;
let changed = () => {};

export const mapped = () => !stage.hidden;

// Shows the map of what is listed; `whenChosen` is called when a line was drawn around some.
export async function openMap(whenChosen) {
  changed = whenChosen;
  const answer = await fetch("/grid/map").catch(() => null);
  told = answer?.ok ? await answer.json() : null;
  if (!told?.files.length || told.run !== list.run) return false;
  const listed = new Set(list.files);
  shown = told.files.map((file, place) => [file, place]).filter(([file]) => listed.has(file)).map(([, place]) => place);
  stage.hidden = false;
  canvas.setAttribute("aria-label", `Map of ${shown.length} pictures: drag a line around some to select them`);
  paintMap();
  return true;
}

export function closeMap() {
  if (stage.hidden) return false;
  stage.hidden = true;
  return true;
}

export function paintMap() {
  if (stage.hidden || !told) return;
  const ratio = devicePixelRatio;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const brush = canvas.getContext("2d");
  brush.scale(ratio, ratio);
  const { names, of } = told[colouring.value];
  const colours = coloursOf(names);
  const radius = Math.max(1.3, Math.min(6, 115 / Math.sqrt(shown.length))) * Math.sqrt(view.scale);
  for (const place of shown) dot(brush, place, radius, colours[of[place]] ?? colours.at(-1));
  brush.strokeStyle = brush.fillStyle = css("--ink");
  brush.lineWidth = 1.5;
  for (const place of shown) if (isChosen([told.files[place]])) ring(brush, place, radius + 1.5);
  if (lasso.length > 1) brush.stroke(pathOf(lasso));
  label(names, colours, of);
}

function dot(brush, place, radius, colour) {
  brush.fillStyle = colour;
  brush.beginPath();
  brush.arc(...at(place), radius, 0, 7);
  brush.fill();
}

function ring(brush, place, radius) {
  brush.beginPath();
  brush.arc(...at(place), radius, 0, 7);
  brush.stroke();
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A colour each for the most frequent names, and one for all others.
function coloursOf(names) {
  if (colouring.value === "outcome") return [...names.map((name) => css(OUTCOMES[name])), css("--quiet")];
  const light = matchMedia("(prefers-color-scheme: dark)").matches ? 66 : 46;
  return [...names.slice(0, HUES.length).map((_, place) => `hsl(${HUES[place]} 62% ${light}%)`), css("--edge")];
}

function label(names, colours, of) {
  const counts = new Map();
  for (const place of shown) counts.set(of[place], (counts.get(of[place]) ?? 0) + 1);
  const items = names.slice(0, HUES.length).map((name, code) => [name, colours[code], counts.get(code) ?? 0]);
  const others = shown.length - items.reduce((sum, [, , count]) => sum + count, 0);
  if (others) items.push(["others", colours.at(-1), others]);
  legend.replaceChildren(...items.filter(([, , count]) => count).map(([name, colour, count]) => {
    const item = document.createElement("li");
    const spot = Object.assign(document.createElement("span"), { className: "spot" });
    spot.style.background = colour;
    item.append(spot, ` ${name} `, Object.assign(document.createElement("strong"), { textContent: count.toLocaleString("en") }));
    return item;
  }));
}

// Where a picture is on the canvas, in pixels of the page.
function at(place) {
  const side = (length) => length - 2 * MARGIN_PX;
  return [
    (MARGIN_PX + (told.x[place] / 4095) * side(canvas.clientWidth)) * view.scale + view.left,
    (MARGIN_PX + (told.y[place] / 4095) * side(canvas.clientHeight)) * view.scale + view.top,
  ];
}

function pathOf(points) {
  const path = new Path2D();
  points.forEach(([x, y], place) => (place ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return path;
}

const pointer = (event) => [event.offsetX, event.offsetY];

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  glance.hidden = true;
  if (event.shiftKey || event.button === 1) pan = [event.offsetX - view.left, event.offsetY - view.top];
  else lasso = [pointer(event)];
});

canvas.addEventListener("pointermove", (event) => {
  if (pan) [view.left, view.top] = [event.offsetX - pan[0], event.offsetY - pan[1]];
  else if (lasso.length) lasso.push(pointer(event));
  else return look(event);
  requestAnimationFrame(paintMap);
});

canvas.addEventListener("pointerup", () => {
  const path = lasso.length > 3 ? pathOf(lasso) : null;
  const brush = canvas.getContext("2d");
  const inside = path ? shown.filter((place) => brush.isPointInPath(path, ...at(place).map((one) => one * devicePixelRatio))) : [];
  const click = lasso.length && !path;
  [lasso, pan] = [[], null];
  if (path || click) chooseFiles(inside.map((place) => told.files[place]));
  paintMap();
  changed();
});

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const by = Math.max(1, Math.min(40, view.scale * 1.0015 ** -event.deltaY)) / view.scale;
  view.left = by * view.scale === 1 ? 0 : event.offsetX - by * (event.offsetX - view.left);
  view.top = by * view.scale === 1 ? 0 : event.offsetY - by * (event.offsetY - view.top);
  view.scale *= by;
  requestAnimationFrame(paintMap);
}, { passive: false });

canvas.addEventListener("pointerleave", () => (glance.hidden = true));
colouring.addEventListener("change", paintMap);
new ResizeObserver(paintMap).observe(canvas);

// Shows the picture under the pointer.
async function look({ offsetX, offsetY }) {
  let [nearest, least] = [-1, NEAR_PX ** 2];
  for (const place of shown) {
    const [x, y] = at(place);
    const apart = (x - offsetX) ** 2 + (y - offsetY) ** 2;
    if (apart < least) [nearest, least] = [place, apart];
  }
  glance.hidden = nearest < 0;
  if (nearest < 0) return;
  const file = told.files[nearest];
  glance.style.left = `${Math.min(offsetX + 16, canvas.clientWidth - 190)}px`;
  glance.style.top = `${Math.min(offsetY + 16, canvas.clientHeight - 200)}px`;
  const row = rowOf(file) ?? (await rowsOf([file]))[0];
  if (!row || glance.dataset.file === `${file} ${row.verdict}`) return;
  glance.dataset.file = `${file} ${row.verdict}`;
  const words = document.createElement("p");
  describe(words, row, [file]);
  const image = Object.assign(document.createElement("img"), { src: row.image ? `/thumbnails/${row.image}` : "/static/no-picture.svg", alt: "" });
  glance.replaceChildren(image, words);
}
