// Short notes: a toast that goes by itself, an alert that waits (Bot API, answerCallbackQuery: show_alert).

import { $, el } from "./dom.js";

let timer = 0;

export function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => $("toast").classList.remove("shown"), Math.max(4000, 70 * text.length));
}

export function alertBox(text) {
  const close = el("button", { type: "button", className: "plain" }, "OK");
  close.onclick = () => $("alert").close();
  $("alert").replaceChildren(el("p", {}, text), close);
  $("alert").showModal();
}
