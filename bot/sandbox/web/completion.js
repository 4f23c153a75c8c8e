// The list of commands that opens on "/" (ARIA Authoring Practices, editable combobox with list).

import { $, count, el } from "./dom.js";
import { open, state } from "./state.js";

let found = [];
let at = 0;
let run = () => {};

export function start(onChoice) {
  run = onChoice;
  $("text").addEventListener("input", look);
  $("text").addEventListener("blur", () => setTimeout(() => document.activeElement !== $("text") && close(), 150));
}

/** The commands that the bot registered for this kind of chat. */
function commands() {
  const scope = open()?.type === "private" ? "all_private_chats" : "all_group_chats";
  return state.commands[scope] ?? state.commands.default ?? [];
}

function look() {
  const typed = /^\/(\w*)$/.exec($("text").value);
  found = typed ? commands().filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
  at = 0;
  draw();
  if (found.length) $("spoken").textContent = `${count(found.length, "command")}, arrow keys choose, Enter sends`;
}

export function close() {
  found = [];
  draw();
}

function draw() {
  $("completion").hidden = !found.length;
  $("completion").replaceChildren(...found.map(option));
  if (!found.length) return $("text").removeAttribute("aria-activedescendant");
  $(`command-${at}`).scrollIntoView({ block: "nearest" });
  return $("text").setAttribute("aria-activedescendant", `command-${at}`);
}

function option({ command, description }, index) {
  const made = el("li", { id: `command-${index}`, role: "option", "aria-selected": String(index === at) },
    el("b", {}, `/${command}`), el("span", {}, description));
  made.onpointerdown = (event) => {
    event.preventDefault();
    run(`/${command}`);
  };
  return made;
}

/** Whether the key was meant for the list: arrows choose, Enter sends the command, Tab writes it out. */
export function key(event) {
  if (!found.length) return false;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) at = (at + steps[event.key] + found.length) % found.length;
  else if (event.key === "Enter") return done(event, () => run(`/${found[at].command}`));
  else if (event.key === "Tab") return done(event, () => write(`/${found[at].command} `));
  else if (event.key === "Escape") return done(event, close);
  else return false;
  event.preventDefault();
  draw();
  return true;
}

function done(event, action) {
  event.preventDefault();
  action();
  return true;
}

function write(text) {
  $("text").value = text;
  $("text").dispatchEvent(new Event("input"));
  close();
}
