// Light or dark: as the system has it, until the reader chooses.

import { $, icon } from "./dom.js";

const system = matchMedia("(prefers-color-scheme: dark)");

export function start() {
  system.addEventListener("change", show);
  $("theme").onclick = () => {
    localStorage.setItem("theme", now() === "dark" ? "light" : "dark");
    show();
  };
  show();
}

const now = () => localStorage.getItem("theme") ?? (system.matches ? "dark" : "light");

function show() {
  document.documentElement.dataset.theme = now();
  const other = now() === "dark" ? "light" : "dark";
  $("theme").replaceChildren(icon(now() === "dark" ? "sun" : "moon"));
  $("theme").setAttribute("aria-label", `Switch to ${other} colours`);
}
