// Shows the items that are in sight, and no others: however many are listed, the page holds some screens of tiles.

const GAP = 4;
const BEYOND = 0.75;
const FAST_PX = 2400;
const SETTLED_MS = 90;
const PARTS = ["pick", "badge", "more", "letters", "tags", "name"];

const grid = document.querySelector("#grid");
const plane = document.querySelector("#plane");
const tiles = new Map();
let count = 0;
let least = 116;
let side = least;
let columns = 1;
let paint = () => {};
let seen = () => {};
let planned = 0;
let last = { top: 0, at: 0 };
let settling = 0;

// `paintTile` fills the tile of an item, `whenSeen` is told the range of items in sight; `resting` is false while tiles
// fly past, when no picture is worth to be loaded.
export function startView(paintTile, whenSeen) {
  paint = paintTile;
  seen = whenSeen;
  grid.addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(() => arrange(least)).observe(grid);
}

export const columnsNow = () => columns;
export const rowsNow = () => Math.max(1, Math.floor(grid.clientHeight / (side + GAP)));
export const tileAt = (index) => tiles.get(index);

// Lays `number` items out in columns of at least that many pixels, which fill the window; the item at the top staying in sight.
export function arrange(px, number = count) {
  const top = Math.round(grid.scrollTop / (side + GAP)) * columns;
  const wide = plane.clientWidth + GAP;
  least = px;
  count = number;
  columns = Math.max(1, Math.floor(wide / (px + GAP)));
  side = Math.floor(wide / columns) - GAP;
  plane.style.height = `${Math.ceil(count / columns) * (side + GAP)}px`;
  plane.style.setProperty("--side", `${side}px`);
  grid.scrollTop = Math.floor(top / columns) * (side + GAP);
  clear();
  draw(true);
}

export function clear() {
  for (const tile of tiles.values()) tile.remove();
  tiles.clear();
}

// Paints again what is in sight.
export function repaint() {
  for (const [index, tile] of tiles) paint(tile, index, resting());
}

// Scrolls by whole screens, so that what comes next joins what was there.
export function scrollScreens(by) {
  grid.scrollTop += by * rowsNow() * (side + GAP);
}

export function bringIntoSight(index) {
  const top = Math.floor(index / columns) * (side + GAP);
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + side > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + side - grid.clientHeight;
  draw(true);
}

// The items that are wholly in sight.
export function inSight() {
  const first = Math.ceil(grid.scrollTop / (side + GAP)) * columns;
  const end = Math.floor((grid.scrollTop + grid.clientHeight + GAP) / (side + GAP)) * columns;
  return [first, Math.min(Math.max(end, first + columns), count)];
}

function scrolled() {
  if (!planned) planned = requestAnimationFrame(() => draw(false));
  clearTimeout(settling);
  settling = setTimeout(settled, SETTLED_MS);
}

function settled() {
  last = { top: grid.scrollTop, at: 0 };
  draw(true);
}

function resting() {
  return last.at === 0 || Math.abs(grid.scrollTop - last.top) / Math.max(1, performance.now() - last.at) < FAST_PX / 1000;
}

function draw(still) {
  planned = 0;
  const calm = still || resting();
  last = { top: grid.scrollTop, at: still ? 0 : performance.now() };
  const beyond = grid.clientHeight * BEYOND;
  const first = Math.max(0, Math.floor((grid.scrollTop - beyond) / (side + GAP)) * columns);
  const end = Math.min(count, Math.ceil((grid.scrollTop + grid.clientHeight + beyond) / (side + GAP)) * columns);
  const spare = [];
  for (const [index, tile] of tiles) {
    if (index >= first && index < end) continue;
    tiles.delete(index);
    spare.push(tile);
  }
  for (let index = first; index < end; index += 1) {
    if (!tiles.has(index)) place(index, spare.pop() ?? blank());
    paint(tiles.get(index), index, calm);
  }
  for (const tile of spare) tile.remove();
  if (calm) seen(first, end);
}

function blank() {
  const tile = document.createElement("div");
  tile.setAttribute("role", "option");
  tile.append(Object.assign(document.createElement("img"), { alt: "", draggable: false }));
  for (const part of PARTS) tile.append(Object.assign(document.createElement("span"), { className: part }));
  plane.append(tile);
  return tile;
}

function place(index, tile) {
  tiles.set(index, tile);
  const left = (index % columns) * (side + GAP);
  const top = Math.floor(index / columns) * (side + GAP);
  tile.style.transform = `translate(${left}px, ${top}px)`;
  tile.dataset.index = index;
  tile.id = `item-${index}`;
  if (!tile.isConnected) plane.append(tile);
}
