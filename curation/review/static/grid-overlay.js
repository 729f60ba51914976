// A copy over what is kept instead of it, as the server says that it lies there: mirrored back, at the place that it was
// cropped from. Both keep the sizes that they were laid at, and the frame as a whole is fitted to the window.

const MARGIN = 8;

// How a file lies over the kept one; null where nothing tells, or the server is gone.
export async function overlayOf(file, run) {
  const answer = await fetch(`/grid/overlay?run=${run}&file=${file}`).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

// Lays the images of the kept one and of the copy, which are all that is in `both`, over one another.
export function layOver(both, told) {
  const pictures = both.parentElement;
  const frame = Object.assign(document.createElement("div"), { className: "frame" });
  frame.append(...[...both.children].map(dimmed), both);
  for (const image of frame.querySelectorAll("img")) place(image, told);
  sized(both, told.size);
  both.style.setProperty("--overlap", `polygon(${corners(told).map(([x, y]) => `${x}px ${y}px`).join(", ")})`);
  pictures.prepend(frame);
  pictures.classList.add("laid");
  const fitted = () => fit(frame, pictures, told);
  fitted();
  new ResizeObserver(fitted).observe(pictures);
}

// The same picture once more, for what lies beside the other one.
function dimmed(image) {
  const twin = image.cloneNode();
  twin.alt = "";
  twin.classList.add("beside");
  return twin;
}

function place(image, { size, other_size: other, matrix }) {
  const kept = image.classList.contains("kept-instead");
  sized(image, kept ? size : other);
  if (!kept) image.style.transform = `matrix(${matrix.join(", ")})`;
}

function sized({ style }, [width, height]) {
  style.width = `${width}px`;
  style.height = `${height}px`;
}

// Where the corners of the copy lie on the kept one.
function corners({ other_size: [width, height], matrix: [a, b, c, d, e, f] }) {
  const moved = ([x, y]) => [a * x + c * y + e, b * x + d * y + f];
  return [[0, 0], [width, 0], [width, height], [0, height]].map(moved);
}

// Makes what either of them shows as large as the window allows.
function fit(frame, pictures, told) {
  const all = [[0, 0], told.size, ...corners(told)];
  const range = (axis) => [Math.min(...all.map((point) => point[axis])), Math.max(...all.map((point) => point[axis]))];
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  const room = (length) => Math.max(1, length - 2 * MARGIN);
  const scale = Math.min(room(pictures.clientWidth) / (right - left), room(pictures.clientHeight) / (bottom - top));
  const x = (pictures.clientWidth - (right + left) * scale) / 2;
  const y = (pictures.clientHeight - (bottom + top) * scale) / 2;
  frame.style.transform = `matrix(${scale}, 0, 0, ${scale}, ${x}, ${y})`;
  frame.style.setProperty("--line", `${1.5 / scale}px`);
}
