// What the form asks for, as a query; what a person likes best is remembered from one visit to the next.

const form = document.querySelector("#filters");
const more = document.querySelector("#more");
const opener = document.querySelector("#show-filters");
const size = document.querySelector("#size");
const SORT = "grid-sort";
const SIZE = "grid-size";

// Which pictures others are to be like, -1 for none.
export const like = { file: -1 };

export function asked() {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  if (!query.has("outcome")) query.append("outcome", "none");
  if (like.file >= 0) query.set("like", like.file);
  return query;
}

// Takes on what an address asks for, and the order and size of last time.
export function restore(address) {
  const query = new URLSearchParams(address);
  form.elements.sort.value = query.get("sort") ?? localStorage.getItem(SORT) ?? "run";
  if (!form.elements.sort.value) form.elements.sort.value = "run";
  form.elements.stacks.checked = query.has("stacks");
  for (const box of form.querySelectorAll("[name=look]")) box.checked = query.getAll("look").includes(box.value);
  like.file = Number(query.get("like") ?? -1);
  size.value = localStorage.getItem(SIZE) ?? size.value;
  showCount();
}

export function wire({ changed, resized }) {
  let typing = 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (target === size) return;
    clearTimeout(typing);
    typing = setTimeout(() => { remember(); changed(); }, target.type === "search" || target.type === "number" ? 250 : 0);
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clearAll();
    remember();
    changed();
  });
  size.addEventListener("input", () => { localStorage.setItem(SIZE, size.value); resized(Number(size.value)); });
  opener.addEventListener("click", toggleFilters);
}

export function toggleFilters() {
  more.hidden = !more.hidden;
  opener.setAttribute("aria-expanded", !more.hidden);
  if (!more.hidden) more.querySelector("select").focus();
}

export const closeFilters = () => !more.hidden && (toggleFilters(), true);
export const sizeNow = () => Number(size.value);

export function resize(by) {
  size.value = sizeNow() + by;
  size.dispatchEvent(new Event("input", { bubbles: true }));
}

function clearAll() {
  for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = box.name === "outcome";
  for (const field of form.querySelectorAll("select:not(#sort), [type=number], [type=search]")) field.value = "";
  like.file = -1;
}

function remember() {
  localStorage.setItem(SORT, form.elements.sort.value);
  showCount();
}

function showCount() {
  const set = [...more.querySelectorAll("select, [type=number], [type=checkbox]:checked")].filter((one) => one.value);
  document.querySelector("#active").textContent = set.length ? ` (${set.length})` : "";
}
