// The page of the grid: what keys and pointers do on it.

import { catchUp, decideOn, undoLastOn } from "./grid-decide.js";
import { askClass } from "./dialogs.js";
import { asked, closeFilters, like, resize, restore, sizeNow, toggleFilters, wire } from "./grid-filters.js";
import { closeMap, mapped, openMap, paintMap } from "./grid-map.js";
import { hideLetters, lettered, nameInSight, typeLetter } from "./grid-letters.js";
import { list, listOnly, load, spread } from "./grid-list.js";
import { chooseAll, chooseFiles, chooseNone, chooseRange, chosenCount, chosenFiles, isChosen, keepListed, marks, meant, toggle } from "./grid-marks.js";
import { rowOf, wantRows } from "./grid-rows.js";
import { askTags, offerTags } from "./grid-tags.js";
import { describe, paintTile } from "./grid-tiles.js";
import { arrange, bringIntoSight, clear, columnsNow, inSight, repaint, rowsNow, scrollScreens, startView } from "./grid-view.js";
import { closeZoom, compare, fullSize, showZoom, zoomed } from "./grid-zoom.js";
import { ARROWS, listen } from "./keys.js";
import { goTo } from "./turns.js";
import { tell, tellWhatWasKept } from "./words.js";

const grid = document.querySelector("#grid");
const words = document.querySelector("#words");
const TAGGING = ["tag", "untag"];
const ONLY_COPIES = "This is no copy: nothing is kept instead of it.";

// What is on the screen after anything happened: tiles, the bar, the words on the picture with the focus.
function refresh() {
  repaint();
  const item = list.items[marks.focus];
  const row = item && rowOf(item[0]);
  describe(words, row, item);
  if (item) grid.setAttribute("aria-activedescendant", `item-${marks.focus}`);
  else grid.removeAttribute("aria-activedescendant");
  if (zoomed() && item) showZoom(row, item);
  paintMap();
  count();
}

function count() {
  const [chosen, all] = [chosenCount(), list.files.length];
  const kind = like.file < 0 ? "" : `, most like ${rowOf(like.file)?.path.split("/").pop() ?? "that one"} first`;
  const stacks = list.items.length < all ? ` in ${list.items.length.toLocaleString("en")} stacks` : "";
  const pictures = `${all.toLocaleString("en")} ${all === 1 ? "picture" : "pictures"}${stacks}${kind}`;
  document.querySelector("#selected").textContent = chosen ? `${chosen.toLocaleString("en")} of ${all.toLocaleString("en")} selected` : pictures;
  document.querySelector("#bar").classList.toggle("some", chosen > 0);
  document.querySelector("#clear").hidden = !chosen && like.file < 0;
}

async function reload(focus) {
  const address = asked();
  history.replaceState(null, "", `/?${address}`);
  const told = await load(address, (last) => { catchUp(last, refresh); refresh(); });
  if (!told) return;
  offerTags(told.tags);
  if (mapped()) openMap(count);
  keepListed();
  hideLetters();
  clear();
  marks.focus = focus === undefined ? -1 : list.items.findIndex((item) => item.includes(focus));
  marks.anchor = -1;
  document.querySelector("#none").hidden = list.items.length > 0;
  grid.scrollTop = 0;
  arrange(sizeNow(), list.items.length);
  if (marks.focus >= 0) bringIntoSight(marks.focus);
  else closeZoom();
  if (!told.prepared && asked().has("sort") && ["cluster", "similarity", "doubt"].includes(asked().get("sort"))) {
    tell("The pictures are still being compared: this order is there in a while.");
  }
  refresh();
}

function moveTo(index, extend = false) {
  if (!list.items.length) return;
  marks.focus = Math.max(0, Math.min(index, list.items.length - 1));
  bringIntoSight(marks.focus);
  if (extend) chooseRange(marks.focus);
  refresh();
}

// Keys that move: false leaves one to what has the focus, be it a field or a button.
function moves(by) {
  return (event) => {
    if (!onGrid()) return false;
    if (!event.shiftKey) marks.anchor = -1;
    else if (marks.anchor < 0) marks.anchor = Math.max(0, marks.focus);
    moveTo(marks.focus < 0 ? inSight()[0] : marks.focus + by(), event.shiftKey);
    if (lettered()) nameInSight();
  };
}

function turnPage(by) {
  scrollScreens(by);
  return by * columnsNow() * rowsNow();
}

const onGrid = () => document.activeElement === grid || document.activeElement === document.body;
const ends = (index) => (event) => (onGrid() ? moveTo(index(), event.shiftKey) : false);

async function decide(action, value) {
  const files = meant();
  if (!files.length) return tell("No picture is chosen: go to one with the arrows.");
  const one = !chosenCount();
  if (!one) chooseNone();
  else if (!TAGGING.includes(action)) moveTo(marks.focus + 1); // a tag leaves the picture to be decided on
  refresh();
  if (await decideOn(files, action, value, refresh)) return;
  if (!one) chooseFiles(files);
  refresh();
}

// The class that all of some files are perhaps of, "" for none.
function ratherOf(files) {
  const names = new Set(files.map((file) => rowOf(file)?.rather ?? ""));
  return names.size === 1 ? [...names][0] : "";
}

async function giveClass() {
  const files = meant();
  if (!files.length) return tell("No picture is chosen: go to one with the arrows.");
  const label = await askClass(files.length > 1 ? `${files.length} pictures` : (rowOf(files[0])?.path ?? "it"), ratherOf(files));
  grid.focus();
  if (label) decide("label", label);
}

async function tag() {
  const files = meant();
  if (!files.length) return tell("No picture is chosen: go to one with the arrows.");
  const { how, names } = await askTags(files.length > 1 ? `${files.length.toLocaleString("en")} pictures` : (rowOf(files[0])?.path ?? "it"));
  grid.focus();
  if (how) decide(how === "give" ? "tag" : "untag", names);
}

function select(how) {
  how();
  refresh();
}

function zoom() {
  if (!onGrid()) return false;
  if (closeZoom() || !list.items.length) return;
  if (marks.focus < 0) moveTo(inSight()[0]);
  showZoom(rowOf(list.items[marks.focus]?.[0]), list.items[marks.focus]);
}

// What works on the large picture, which is opened for it; where it cannot, `otherwise` is told.
function inZoom(how, otherwise) {
  return async () => {
    if (!zoomed()) zoom();
    if (!(await how())) tell(otherwise);
  };
}

function open() {
  const [file] = list.items[marks.focus] ?? [];
  if (!onGrid() || file === undefined) return false;
  const query = asked();
  goTo(`/files/${file}?run=${list.run}&${query}`);
}

function moreLikeThis() {
  const [file] = list.items[marks.focus] ?? chosenFiles();
  if (file === undefined) return tell("More like which? Go to a picture with the arrows.");
  if (!list.prepared) return tell("The pictures are still being compared: try again in a while.");
  closeZoom();
  like.file = file;
  reload(file);
}

function openStack() {
  const item = list.items[marks.focus];
  if (!item || item.length < 2) return tell("This is one picture, not a stack.");
  spread(marks.focus);
  clear();
  arrange(sizeNow(), list.items.length);
  refresh();
}

// The map of what is listed, and back.
async function map() {
  if (closeMap()) return grid.focus();
  closeZoom();
  if (await openMap(count)) return grid.focus();
  tell(list.prepared ? "None of these pictures has a place on the map." : "The pictures are still being compared: try again in a while.");
}

// Lists the selection alone, until something else is asked for.
function narrow() {
  if (!chosenCount()) return tell("Nothing is selected: draw a line around some points.");
  closeMap();
  listOnly(chosenFiles());
  [marks.focus, marks.anchor] = [-1, -1];
  clear();
  arrange(sizeNow(), list.items.length);
  grid.focus();
  refresh();
}

function escape() {
  if (lettered()) return hideLetters();
  if (closeZoom() || closeFilters()) return grid.focus();
  if (chosenCount()) return select(chooseNone);
  if (closeMap()) return grid.focus();
  if (list.narrowed) return reload();
  if (like.file >= 0) unlike();
}

function unlike() {
  const { file } = like;
  like.file = -1;
  reload(file);
}

function letters() {
  if (lettered()) hideLetters();
  else nameInSight();
}

// While pictures wear letters, a key is one of them; all others, as those that move, keep their meaning.
document.addEventListener("keydown", (event) => {
  if (!lettered() || event.key.length > 1 || event.key === " " || event.ctrlKey || event.metaKey || !onGrid()) return;
  event.preventDefault();
  const index = typeLetter(event.key.toLowerCase());
  if (index === null) return;
  marks.focus = index;
  select(() => toggle(index));
}, true);

listen({
  ArrowRight: moves(() => 1),
  ArrowLeft: moves(() => -1),
  ArrowDown: moves(() => columnsNow()),
  ArrowUp: moves(() => -columnsNow()),
  PageDown: moves(() => turnPage(1)),
  PageUp: moves(() => turnPage(-1)),
  Home: ends(() => 0),
  End: ends(() => list.items.length - 1),
  x: () => decide("outcome", "rejected"),
  k: () => decide("outcome", "kept"),
  r: () => decide("outcome", "rejected"),
  a: () => decide("outcome", "kept"),
  i: () => decide("medium", "illustration"),
  p: () => decide("medium", "photo"),
  c: giveClass,
  t: tag,
  u: () => undoLastOn(refresh),
  s: () => marks.focus >= 0 && select(() => toggle(marks.focus)),
  "Ctrl+a": () => select(chooseAll),
  " ": zoom,
  Enter: open,
  z: inZoom(fullSize, "There is no large picture: Space shows one."),
  b: inZoom(() => compare("flip"), ONLY_COPIES),
  v: inZoom(() => compare("difference"), ONLY_COPIES),
  f: () => decide("copy", "keep"),
  d: () => decide("different", ""),
  m: moreLikeThis,
  e: openStack,
  l: letters,
  g: map,
  o: toggleFilters,
  "+": () => resize(16),
  "-": () => resize(-16),
  "/": () => document.querySelector("#search").focus(),
  Escape: escape,
}, ARROWS);

grid.addEventListener("click", ({ target, shiftKey, ctrlKey, metaKey }) => {
  const tile = target.closest("[data-index]");
  if (!tile) return;
  const index = Number(tile.dataset.index);
  if (shiftKey) chooseRange(index);
  else if (ctrlKey || metaKey || target.classList.contains("pick") || chosenCount()) toggle(index);
  moveTo(index);
});
grid.addEventListener("dblclick", ({ target }) => target.closest("[data-index]") && zoom());

document.querySelector("#bar").addEventListener("click", ({ target }) => {
  const { bulk: action, value } = target.closest("button")?.dataset ?? {};
  const asking = { class: giveClass, tag }[action];
  if (action) asking ? asking() : decide(action, value);
});
document.querySelector("#show-take-in").addEventListener("click", () => document.querySelector("#take-in").showModal());
document.querySelector("#show-map").addEventListener("click", map);
document.querySelector("#close-map").addEventListener("click", map);
document.querySelector("#narrow").addEventListener("click", narrow);
document.querySelector("#all").addEventListener("click", () => select(chooseAll));
document.querySelector("#like").addEventListener("click", moreLikeThis);
document.querySelector("#clear").addEventListener("click", () => (chosenCount() ? select(chooseNone) : unlike()));

restore(location.search);
wire({ changed: () => reload(list.items[marks.focus]?.[0]), resized: (px) => { hideLetters(); arrange(px); } });
startView(paintTile, (first, end) => wantRows(list.items.slice(first, end).map(([file]) => file)));
const from = new URLSearchParams(location.search).get("from");
reload(from === null ? undefined : Number(from));
tellWhatWasKept();
