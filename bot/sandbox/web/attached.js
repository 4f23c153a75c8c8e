// Photos on their way into a message: chosen, dropped, pasted, or taken from the samples.

import { $, count, el, icon } from "./dom.js";
import { toast } from "./toast.js";

const MOST = 30;
const ALBUM = 10;
let chosen = [];
const NONE = { spoiler: false, as_file: false };
let options = { ...NONE };
let changed = () => {};

export const pictures = () => chosen;
export const attached = () => (chosen.length ? { ...options } : {});

/** `onChange` hears of every photo that comes or goes. */
export function start(onChange) {
  changed = onChange;
  $("attach").append(icon("attach"));
  $("attach").onclick = () => $("file").click();
  $("file").onchange = () => {
    addFiles($("file").files);
    $("file").value = "";
  };
  $("text").addEventListener("paste", (event) => addFiles(event.clipboardData.files) && event.preventDefault());
  drops($("chat"));
}

/** Whether there was a picture among the files. */
function addFiles(files) {
  const found = [...files].filter((file) => file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name));
  if (files.length && !found.length) toast("Only pictures can be sent here.");
  found.forEach((file) => add({ file, url: URL.createObjectURL(file), alt: file.name }));
  return found.length > 0;
}

function add(picture) {
  if (chosen.length >= MOST) return toast(`${MOST} photos at once are the most.`);
  chosen.push(picture);
  draw();
  return $("text").focus();
}

/** Take the photos away for good. */
export function clear() {
  discard({ chosen });
  put(null);
}

/** Lay the photos aside, with their options; `put` brings them back. */
export const take = () => ({ chosen, options });

export function put(taken) {
  [chosen, options] = [taken?.chosen ?? [], taken?.options ?? { ...NONE }];
  draw();
}

/** Free the memory of photos that were laid aside and are not wanted any more. */
export const discard = (taken) => taken?.chosen.forEach((picture) => picture.file && URL.revokeObjectURL(picture.url));

function draw() {
  $("attached").hidden = !chosen.length;
  const kind = kindOf(chosen.length);
  const all = el("button", { type: "button", className: "link" }, "Remove all");
  all.onclick = () => {
    clear();
    $("text").focus();
  };
  $("attached").replaceChildren(
    el("ul", { "aria-label": kind }, ...chosen.map(thumb)),
    el("div", { className: "options" }, el("span", {}, kind), chosen.length > 1 ? all : "",
      option("spoiler", "Hide as a spoiler"), option("as_file", "Send as a file")));
  marks();
  changed();
}

/** As an app sends them: ten are the most of one album, and one that is left over goes alone. */
function kindOf(number) {
  if (number === 1) return "One photo";
  if (number <= ALBUM) return `Album of ${number} photos`;
  const alone = number % ALBUM === 1;
  const albums = count(Math.ceil(number / ALBUM) - (alone ? 1 : 0), "album");
  return `${number} photos, sent as ${albums}${alone ? " and one photo" : ""}`;
}

function thumb(picture) {
  const gone = el("button", { type: "button", "aria-label": `Remove ${picture.alt}` }, icon("close"));
  gone.onclick = () => remove(picture);
  return el("li", {}, el("img", { src: picture.url, alt: picture.alt }), gone);
}

function remove(picture) {
  chosen = chosen.filter((other) => other !== picture);
  if (picture.file) URL.revokeObjectURL(picture.url);
  draw();
  $("text").focus();
}

function option(name, label) {
  const box = el("input", { type: "checkbox", checked: options[name] });
  box.onchange = () => (options[name] = box.checked);
  return el("label", {}, box, label);
}

function drops(target) {
  let depth = 0;
  const has = (event) => [...event.dataTransfer.types].includes("Files");
  target.addEventListener("dragenter", (event) => has(event) && ((depth += 1), ($("drop").hidden = false)));
  target.addEventListener("dragleave", (event) => has(event) && ((depth -= 1) || ($("drop").hidden = true)));
  target.addEventListener("dragover", (event) => has(event) && event.preventDefault());
  target.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    depth = 0;
    $("drop").hidden = true;
    addFiles(event.dataTransfer.files);
  });
  // A photo that misses the chat must not replace the page.
  ["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
}

/** Attach a sample photo, or take it away again. */
export function toggle(name, alt) {
  const there = chosen.find((picture) => picture.sample === name);
  if (there) remove(there);
  else add({ sample: name, url: `/sample/${name}`, alt });
}

export function marks() {
  for (const button of $("strip").querySelectorAll("[data-sample]")) {
    button.setAttribute("aria-pressed", String(chosen.some((one) => one.sample === button.dataset.sample)));
  }
}
