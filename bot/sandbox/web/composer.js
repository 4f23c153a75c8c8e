// Writing a message: text, photos with a caption, a reply, and in whose name.

import * as api from "./api.js";
import { attached, clear, pictures } from "./attached.js";
import * as completion from "./completion.js";
import { $, colour, el, icon } from "./dom.js";
import { isAdmin, open, sender, state, summary } from "./state.js";

let answering = null;
let onPerson = () => {};

export function start(changed) {
  onPerson = changed;
  completion.start((text) => submit(text));
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  $("text").addEventListener("input", grow);
  $("text").addEventListener("keydown", keys);
}

function keys(event) {
  if (event.isComposing || completion.key(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && answering) {
    reply(null);
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    $("log").querySelector('li[tabindex="0"]')?.focus();
  }
}

function grow() {
  $("text").style.height = "auto";
  $("text").style.height = `${Math.min(160, $("text").scrollHeight)}px`;
}

/** Send what is written, or the given text; what was refused stays in the composer. */
async function submit(text = $("text").value.trim()) {
  if (!text && !pictures().length) return $("text").focus();
  const fields = { chat: state.chat, user: state.me, text, topic: state.topic || null, ...attached() };
  if (answering) fields.reply_to = answering.message_id;
  $("send").disabled = true;
  const sent = await api.send(fields, pictures());
  $("send").disabled = false;
  if (sent) reset();
  return $("text").focus();
}

function reset() {
  $("text").value = "";
  completion.close();
  clear();
  reply(null);
  grow();
}

/** Answer a message with the next one; null takes it back. */
export function reply(message) {
  answering = message;
  $("answering").hidden = !message;
  if (!message) return;
  const who = sender(message);
  const stop = el("button", { type: "button", className: "icon", "aria-label": "Do not reply" }, icon("close"));
  stop.onclick = () => {
    reply(null);
    $("text").focus();
  };
  const said = el("div", { className: `quote c${colour(who.id)}` },
    el("span", {}, el("b", {}, `Reply to ${who.name}`), el("span", {}, summary(message))));
  $("answering").replaceChildren(icon("reply"), said, stop);
  $("text").focus();
}

/** The members to choose from: whoever is chosen sends, presses and deletes. */
export function people() {
  const chat = open();
  if (!chat) return;
  const made = chat.members.map((id) => choice(chat, state.people.get(id)));
  $("people").replaceChildren(el("legend", {}, "You are"), ...made);
  $("people").hidden = made.length < 2;
  $("text").placeholder = chat.type === "private" ? `Message ${state.bot.first_name}` : "Message, or / for commands";
}

function choice(chat, person) {
  const box = el("input", { type: "radio", name: "person", value: person.id, checked: person.id === state.me });
  box.onchange = () => {
    state.me = person.id;
    onPerson();
  };
  const admin = isAdmin(chat, person.id) && chat.type !== "private" ? el("i", {}, "admin") : null;
  return el("label", { className: `c${colour(person.id)}` }, box, el("span", {}, person.first_name), admin);
}
