// Short notes: a toast that goes by itself, an alert that waits (Bot API, answerCallbackQuery: show_alert), a question.

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

/** Ask before something that can't be undone: whether `yes` was pressed. Escape, and Enter at once, leave it be. */
export function confirmBox(text, yes) {
  const box = $("alert");
  const no = el("button", { type: "button", className: "plain quiet" }, "Cancel");
  const sure = el("button", { type: "button", className: "plain danger" }, yes);
  no.onclick = () => box.close();
  sure.onclick = () => box.close("yes");
  box.returnValue = "";
  box.replaceChildren(el("p", {}, text), el("div", { className: "choice" }, no, sure));
  box.showModal();
  no.focus();
  return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true }));
}
