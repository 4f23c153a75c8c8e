// Photos on their way into a message: chosen, dropped, pasted, or taken from the samples.

import { $, el, icon } from "./dom.js";
import { state } from "./state.js";
import { toast } from "./toast.js";

const MOST = 30;
let chosen = [];
let options = { spoiler: false, as_file: false };

export const pictures = () => chosen;
export const attached = () => (chosen.length ? { ...options } : {});

export function start() {
  $("attach").append(icon("attach"));
  $("attach").onclick = () => $("file").click();
  $("file").onchange = () => {
    addFiles($("file").files);
    $("file").value = "";
  };
  $("text").addEventListener("paste", (event) => addFiles(event.clipboardData.files) && event.preventDefault());
  drops($("chat"));
  $("samples").append(icon("samples"));
  $("samples").onclick = () => showStrip($("strip").hidden);
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

export function clear() {
  chosen.forEach((picture) => picture.file && URL.revokeObjectURL(picture.url));
  chosen = [];
  options = { spoiler: false, as_file: false };
  draw();
}

function draw() {
  $("attached").hidden = !chosen.length;
  $("text").placeholder = chosen.length ? "Add a caption" : "Message, or / for commands";
  const kind = chosen.length > 1 ? `Album of ${chosen.length} photos` : "One photo";
  $("attached").replaceChildren(
    el("ul", { "aria-label": kind }, ...chosen.map(thumb)),
    el("div", { className: "options" }, el("span", {}, kind), option("spoiler", "Hide as a spoiler"), option("as_file", "Send as a file")));
  $("strip").querySelectorAll("button").forEach(marked);
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

/** The sample photos that are not in the chat yet: something to try for whoever has no photo at hand. */
export function showStrip(shown) {
  $("samples").hidden = !state.tray.length;
  $("strip").hidden = !shown || !state.tray.length;
  $("samples").setAttribute("aria-expanded", String(!$("strip").hidden));
  if ($("strip").hidden || $("strip").childElementCount) return;
  const title = el("p", {}, el("b", {}, "Try it: "), "choose one of these photos, or several for an album, and send.");
  const close = el("button", { type: "button", className: "icon", "aria-label": "Close the sample photos" }, icon("close"));
  close.onclick = () => showStrip(false);
  $("strip").append(el("div", { className: "head" }, title, close), el("ul", { "aria-label": "Sample photos" }, ...state.tray.map(sampleItem)));
  $("strip").querySelectorAll("button").forEach(marked);
}

function sampleItem({ file: name, alt }) {
  const made = el("button", { type: "button", "aria-label": `Attach ${alt}`, title: alt }, el("img", { src: `/sample/${name}`, alt: "", loading: "lazy" }));
  made.dataset.sample = name;
  made.onclick = () => toggle(name, alt);
  return el("li", {}, made);
}

function toggle(name, alt) {
  const there = chosen.find((picture) => picture.sample === name);
  if (there) remove(there);
  else add({ sample: name, url: `/sample/${name}`, alt });
}

function marked(button) {
  if (button.dataset.sample) button.setAttribute("aria-pressed", String(chosen.some((one) => one.sample === button.dataset.sample)));
}
