// Questions to the person. Each resolves to what was chosen, "" for nothing.

export function opened(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

// `proposed` stands in the field already, so that Enter gives it.
export async function askClass(whose, proposed = "") {
  const dialog = document.querySelector("#class-dialog");
  const field = dialog.querySelector("#class-name");
  dialog.querySelector("#class-of").textContent = whose;
  field.value = proposed;
  const choice = await opened(dialog);
  return choice === "give" ? field.value.trim() : "";
}

export function askConflict(lines) {
  const dialog = document.querySelector("#conflict");
  const items = lines.map((line) => Object.assign(document.createElement("li"), { textContent: line }));
  dialog.querySelector("#conflict-list").replaceChildren(...items);
  return opened(dialog);
}

export function showHelp() {
  return opened(document.querySelector("#help"));
}
