// One picture as large as the window allows, over the grid: the keys go on working on it.

import { describe } from "./grid-tiles.js";

const stage = document.querySelector("#zoom");

export const zoomed = () => !stage.hidden;

export function closeZoom() {
  if (stage.hidden) return false;
  stage.hidden = true;
  stage.replaceChildren();
  return true;
}

// Shows a row of the grid, or waits for it with the picture before on the screen.
export function showZoom(row, item) {
  stage.hidden = false;
  if (!row) return;
  const image = Object.assign(document.createElement("img"), { src: row.image ? `/pictures/${row.image}` : "/static/no-picture.svg", alt: row.path });
  const words = Object.assign(document.createElement("p"), { className: "caption" });
  describe(words, row, item);
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close", className: "close" });
  close.addEventListener("click", closeZoom);
  stage.className = row.outcome;
  stage.replaceChildren(image, words, close);
}
