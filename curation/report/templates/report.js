"use strict";
// The pictures behind one filter. The first tiles of each reason stand in the page and are shown as they are without
// this script; the others wait in compressed chunks, in the page or in files beside it, and only those on the page that
// is looked at are loaded and unpacked.
(() => {
  const TILES_A_PAGE = 60;
  const TYPING_PAUSE_MS = 150;
  const JPEG = "data:image/jpeg;base64,";
  const element = (id) => document.getElementById(id);
  const finder = element("finder");
  if (!finder || !("DecompressionStream" in window)) return;

  const index = JSON.parse(element("index").textContent);
  const chunks = document.querySelectorAll("script.chunk");
  const first = [...document.querySelectorAll("#galleries .tiles > li")];
  const controls = [...finder.querySelectorAll("input, select")];
  let paths, pictures;
  let page = 1;
  let turns = 0;
  let typing;

  const isSet = (control) => (control.type === "checkbox" ? control.checked : control.value !== "");

  /** The filter as it stands in the address: a name and a value for each control that is set, and the page. */
  function filter() {
    const params = new URLSearchParams(controls.filter(isSet).map((control) => [control.name, control.value]));
    if (page > 1) params.set("page", page);
    return params;
  }

  function matching(params) {
    const reasons = new Set(params.getAll("why"));
    const text = (params.get("text") ?? "").toLowerCase();
    const [name, decider, mark, from, to] = ["class", "by", "mark", "from", "to"].map((key) => params.get(key));
    const isWanted = (picture) =>
      (reasons.size === 0 || reasons.has(index.reasons[index.reason[picture]])) &&
      (name === null || index.classes[index.class[picture]] === name) &&
      (decider === null || index.deciders[index.by[picture]] === decider) &&
      (mark === null || (mark === "any" ? index.mark[picture] > 0 : index.marks[index.mark[picture]] === mark)) &&
      (from === null || (index.p[picture] !== null && index.p[picture] >= Number(from))) &&
      (to === null || (index.p[picture] !== null && index.p[picture] <= Number(to))) &&
      paths[picture].includes(text);
    return pictures.filter(isWanted);
  }

  async function unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).json();
  }

  // A file beside the page calls this with its name and what it holds.
  const awaited = new Map();
  window.arrived = (name, content) => awaited.get(name)?.(content);

  /** What a file beside the page holds. */
  function load(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const leave = (settle) => (content) => {
        awaited.delete(name);
        script.remove();
        settle(content);
      };
      awaited.set(name, leave(resolve));
      script.addEventListener("error", leave(reject));
      script.src = `report-data/${name}.js`;
      document.head.append(script);
    });
  }

  /** A function that gives what each of some names stands for, made once. */
  function once(make) {
    const made = new Map();
    return (name) => {
      if (!made.has(name)) made.set(name, make(name));
      return made.get(name);
    };
  }

  /** The columns of the index: in the page, or from the files beside it. */
  async function readIndex() {
    if (index.beside) {
      const parts = [];
      for (const name of index.beside.columns) parts.push(await unpack(await load(name)));
      for (const column of Object.keys(parts[0])) index[column] = parts.flatMap((part) => part[column]);
    }
    paths = index.path.map((path) => path.toLowerCase());
    // Reason by reason; within one the order of the index, the likeliest photographs first.
    pictures = paths.map((_, picture) => picture).sort((one, other) => index.reason[one] - index.reason[other]);
  }

  function parse(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  /** The tiles of these pictures, each chunk unpacked and each file loaded once. */
  function tilesOf(wanted) {
    const chunk = once(async (number) =>
      unpack(index.beside ? await load(index.beside.tiles[number]) : JSON.parse(chunks[number].textContent)),
    );
    const thumbnails = once((number) => load(index.beside.thumbnails[number]));
    const illustrate = async (image) => {
      const [number, place] = image.getAttribute("src").slice("thumbnail:".length).split(".");
      image.src = JPEG + (await thumbnails(number))[place];
    };
    return Promise.all(
      wanted.map(async (picture) => {
        if (picture < first.length) return first[picture];
        const number = Math.floor((picture - first.length) / index.chunk);
        const tile = parse((await chunk(number))[(picture - first.length) % index.chunk]);
        await Promise.all([...tile.querySelectorAll("img[src^='thumbnail:']")].map(illustrate));
        return tile;
      }),
    );
  }

  /** What a control asks for, in words; an option may have others than its value. */
  function words(control) {
    if (control.type === "checkbox") return control.dataset.chip;
    return `${control.dataset.chip} ${control.selectedOptions?.[0].dataset.chip ?? control.value}`;
  }

  function chip(control) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words(control);
    button.setAttribute("aria-label", `Remove the filter ${button.textContent}`);
    button.addEventListener("click", () => {
      unset(control);
      control.focus();
      browse(1);
    });
    item.append(button);
    return item;
  }

  function unset(control) {
    if (control.type === "checkbox") control.checked = false;
    else control.value = "";
  }

  /** Set a control to what the filter says of it; a class or a person that is not here is left out. */
  function put(control, params) {
    unset(control);
    if (control.type === "checkbox") control.checked = params.getAll(control.name).includes(control.value);
    else if (params.has(control.name)) control.value = params.get(control.name);
    if (control.selectedIndex === -1) unset(control);
  }

  /** How many pictures fit the filter, and which page of them is shown. */
  function told(count, last, params) {
    const [from, to] = [params.get("from"), params.get("to")];
    const crossed = from !== null && to !== null && Number(from) > Number(to);
    if (crossed) return `No probability is from ${from} to ${to}: the first is larger.`;
    if (count === 0) return "No picture fits these filters.";
    const [some, all] = [count, pictures.length].map((number) => number.toLocaleString("en"));
    return `${some} of ${all} pictures${last > 1 ? `, page ${page} of ${last}` : ""}`;
  }

  async function show(wantedPage) {
    const mine = ++turns;
    page = 1;
    const params = filter();
    const found = matching(params);
    const last = Math.max(1, Math.ceil(found.length / TILES_A_PAGE));
    page = Math.min(Math.max(1, wantedPage), last);
    const wanted = found.slice((page - 1) * TILES_A_PAGE, page * TILES_A_PAGE);
    const tiles = await tilesOf(wanted).catch(() => null);
    if (mine !== turns) return;
    element("lost").hidden = tiles !== null;
    element("tiles").replaceChildren(...(tiles ?? []));
    const set = controls.filter(isSet);
    element("chips").replaceChildren(...set.map(chip));
    element("clear").hidden = set.length === 0;
    element("found").textContent = told(found.length, last, params);
    element("turn").hidden = last === 1;
    element("previous").setAttribute("aria-disabled", page === 1);
    element("next").setAttribute("aria-disabled", page === last);
  }

  /** Show a page and write the filter into the address, where it can be kept as a bookmark. */
  async function browse(wantedPage) {
    await show(wantedPage);
    const params = filter().toString();
    history.replaceState(null, "", `#pictures${params && "?"}${params}`);
  }

  /** Set the filter from the address: none where it names the pictures alone, or nothing, and as it was where it leads
   * to another section. */
  async function follow() {
    const [section, query] = location.hash.split(/\?(.*)/s);
    if (section !== "" && section !== "#pictures") return false;
    clearTimeout(typing);
    const params = new URLSearchParams(query);
    controls.forEach((control) => put(control, params));
    await show(Math.trunc(Number(params.get("page"))) || 1);
    if (query) element("pictures").scrollIntoView();
    return true;
  }

  async function turn(step) {
    await browse(page + step);
    element("tiles").scrollIntoView();
  }

  /** Without the files beside the page its first tiles are shown as they are. */
  function tellLost() {
    element("galleries").before(element("lost"));
    element("lost").hidden = false;
  }

  async function start() {
    try {
      await readIndex();
    } catch {
      return tellLost();
    }
    element("galleries").remove();
    finder.hidden = false;
    for (const link of document.querySelectorAll("a[data-filter]")) {
      link.setAttribute("href", `#pictures?${link.dataset.filter}`);
    }
    finder.querySelector(".filters").addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => browse(1), TYPING_PAUSE_MS);
    });
    element("clear").addEventListener("click", () => {
      controls.forEach(unset);
      controls[0].focus();
      browse(1);
    });
    element("previous").addEventListener("click", () => turn(-1));
    element("next").addEventListener("click", () => turn(1));
    window.addEventListener("hashchange", follow);
    if (!(await follow())) await show(1);
    performance.mark("pictures ready");
  }

  start();
})();
