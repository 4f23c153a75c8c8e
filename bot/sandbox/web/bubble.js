// One post of the chat: a message, or the messages of an album.

import * as api from "./api.js";
import { avatar, colour, count, el, icon, time } from "./dom.js";
import { mosaic } from "./mosaic.js";
import { isAdmin, open, sender, service, state, summary } from "./state.js";
import { rich } from "./text.js";
import { pressed } from "./queries.js";
import { confirmBox } from "./toast.js";

const WIDEST = 400;
const touch = matchMedia("(hover: none)");

/** The list item of a post. `act`: {jump, command, reply, look}. `room` is the width there is, in px. */
export function bubble(post, act, room, follows) {
  const [first] = post;
  const said = service(first);
  if (said) return el("li", { className: "service", id: `m${first.message_id}` }, el("span", {}, said));
  const who = sender(first);
  const own = who.id === state.me;
  const item = el("li", { className: "post", id: `m${first.message_id}`, tabIndex: -1, "aria-label": label(post) });
  item.classList.toggle("mine", own);
  item.classList.toggle("follows", follows);
  item.dataset.ids = post.map((message) => message.message_id).join(" ");
  if (!own) item.append(avatar(who.name, who.id));
  item.append(el("div", { className: "stack" }, body(post, who, own, act, room), keyboard(post)));
  item.append(more(item), tools(post, own, act));
  return item;
}

function label(post) {
  const [first] = post;
  return `${sender(first).name}, ${time(first.date)}. ${summary(first, post.length)}`;
}

function body(post, who, own, act, room) {
  const [first] = post;
  const made = el("article", { className: "bubble" });
  if (!own) made.append(name(first, who));
  made.append(...topic(first));
  if (first.forward_origin) made.append(el("p", { className: "forwarded" }, "Forwarded from ", el("b", {}, origin(first))));
  if (first.reply_to_message) made.append(quote(first.reply_to_message, act));
  const width = Math.min(WIDEST, room);
  const pictures = post.filter((message) => message.photo);
  if (pictures.length) made.append(media(pictures, act, width));
  post.filter((message) => message.document).forEach((message) => made.append(file(message, act)));
  const captioned = post.find((message) => message.caption || message.text);
  if (captioned) made.append(words(captioned, act));
  made.classList.toggle("bare", Boolean(pictures.length) && !captioned && !reactions(post).length);
  made.append(...reactions(post), foot(first));
  return made;
}

/** What the bot has put under the messages of a post. */
function reactions(post) {
  const given = post.flatMap((message) => open().reactions?.[message.message_id] ?? []);
  if (!given.length) return [];
  const pills = given.map(({ emoji }) => el("li", { title: `${state.bot.first_name} reacted` }, emoji));
  return [el("ul", { className: "reactions", "aria-label": `Reactions of ${state.bot.first_name}` }, ...pills)];
}

function name(message, who) {
  const badge = who.id === state.bot.id ? el("i", {}, "bot") : isAdmin(open(), who.id) ? el("i", {}, "admin") : null;
  return el("p", { className: `from c${colour(who.id)}` }, who.name, badge);
}

/** With all topics of a forum shown, each post says whose it is. */
function topic(message) {
  const chat = open();
  if (!chat.is_forum || state.topic !== null) return [];
  const name = chat.topics.find((one) => one.id === message.message_thread_id)?.name ?? "General";
  return [el("p", { className: "topic" }, name)];
}

const origin = (message) => message.forward_origin.sender_user?.first_name ?? message.forward_origin.chat?.title ?? "someone";

function quote(message, act) {
  const who = sender(message);
  const thumb = message.photo?.[0];
  const made = el("button", { type: "button", className: `quote c${colour(who.id)}` },
    thumb && !message.has_media_spoiler ? el("img", { src: `/photo/${thumb.file_id}`, alt: "", width: 34, height: 34 }) : null,
    el("span", {}, el("b", {}, who.name), el("span", {}, summary(message))));
  made.setAttribute("aria-label", `In reply to ${who.name}: ${summary(message)}. Go there`);
  made.onclick = () => act.jump(message.message_id, open().id);
  return made;
}

function words(message, act) {
  const entities = message.entities ?? message.caption_entities ?? [];
  return el("div", { className: "words" }, ...rich(message.text ?? message.caption, entities, act));
}

function foot(message) {
  const edited = message.edit_date && message.from?.id !== state.bot.id ? "edited " : "";
  return el("footer", {}, edited, el("time", { dateTime: new Date(message.date * 1000).toISOString() }, time(message.date)));
}

function media(messages, act, width) {
  const box = el("div", { className: "media" });
  const plan = messages.length > 1 ? mosaic(messages.map(ratio), width) : single(messages[0], width);
  box.style.height = `${plan.height}px`;
  box.style.width = `${plan.width ?? width}px`;
  messages.forEach((message, index) => box.append(picture(message, plan.boxes[index], act)));
  return box;
}

const largest = (message) => message.photo.at(-1);
const ratio = (message) => largest(message).width / largest(message).height;

/** One photo keeps its shape, within limits, and is not blown up to more than twice its pixels. */
function single(message, width) {
  const shape = Math.min(3, Math.max(0.5, ratio(message)));
  const wide = Math.max(190, Math.min(width, 400 * shape, 2 * largest(message).width));
  return { width: wide, height: wide / shape, boxes: [{ x: 0, y: 0, width: wide, height: wide / shape }] };
}

function picture(message, box, act) {
  const wanted = box.width * Math.min(2, window.devicePixelRatio || 1);
  const size = message.photo.find((one) => one.width >= wanted) ?? largest(message);
  const alt = `Photo from ${sender(message).name}${message.caption ? `: ${message.caption.split("\n")[0]}` : ""}`;
  const image = el("img", { src: `/photo/${size.file_id}`, alt, loading: "lazy", draggable: false });
  const made = el("button", { type: "button", className: "picture", "aria-label": `${alt}. Open it` }, image);
  Object.assign(made.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` });
  if (message.has_media_spoiler) cover(made);
  made.onclick = () => (made.classList.contains("spoiler") ? uncover(made) : act.look(message));
  return made;
}

function cover(made) {
  made.classList.add("spoiler");
  made.dataset.label = made.getAttribute("aria-label");
  made.setAttribute("aria-label", "Hidden photo, press to show it");
  made.append(el("span", { className: "cover" }, icon("eye"), "Spoiler"));
}

function uncover(made) {
  made.classList.remove("spoiler");
  made.setAttribute("aria-label", made.dataset.label);
  made.querySelector(".cover").remove();
}

function file(message, act) {
  const { file_name: title, file_size: size, thumbnail } = message.document;
  const kb = `${Math.max(1, Math.round(size / 1024)).toLocaleString("en")} KB`;
  const made = el("button", { type: "button", className: "file" },
    thumbnail ? el("img", { src: `/photo/${thumbnail.file_id}`, alt: "", width: 54, height: 54 }) : null,
    el("span", {}, el("b", {}, title ?? "file"), kb));
  made.onclick = () => act.look(message);
  return made;
}

function keyboard(post) {
  const message = post.find((one) => one.reply_markup?.inline_keyboard);
  if (!message) return null;
  const rows = message.reply_markup.inline_keyboard.map((row) =>
    el("div", { className: "row" }, ...row.map((one) => inline(message, one))));
  return el("div", { className: "keyboard", role: "group", "aria-label": "Buttons of this message" }, ...rows);
}

function inline(message, one) {
  const made = el("button", { type: "button" }, one.text);
  made.onclick = async () => {
    made.setAttribute("aria-busy", "true");
    await pressed(api.press(state.chat, state.me, message.message_id, one.callback_data));
    made.removeAttribute("aria-busy");
  };
  return made;
}

function tools(post, own, act) {
  const reply = el("button", { type: "button", className: "icon", title: "Reply", "aria-label": "Reply" }, icon("reply"));
  reply.onclick = () => act.reply(post[0]);
  const made = el("div", { className: "tools" }, reply);
  if (own || isAdmin(open(), state.me)) {
    const what = count(post.length, "message");
    const gone = el("button", { type: "button", className: "icon", title: "Delete", "aria-label": `Delete ${what}` }, icon("trash"));
    gone.onclick = () => remove(post);
    made.append(gone);
  }
  return made;
}

async function remove(post) {
  const [chat, me] = [state.chat, state.me];
  const what = post.length === 1 ? "this message" : `these ${post.length} messages`;
  const sure = await confirmBox(`Delete ${what} for everyone?`, "Delete");
  if (sure) await api.remove(chat, me, post.map((message) => message.message_id));
}

/** Where no mouse can hover: a button next to the bubble, or a tap on the bubble, opens its tools under it. */
function more(item) {
  const made = el("button", { type: "button", className: "icon more", "aria-label": "What to do with this", "aria-expanded": "false" }, icon("more"));
  const turn = (one, shown) => {
    one.classList.toggle("acting", shown);
    one.querySelector(".more").setAttribute("aria-expanded", String(shown));
  };
  const toggle = () => {
    const shown = !item.classList.contains("acting");
    document.querySelectorAll(".post.acting").forEach((one) => turn(one, false));
    turn(item, shown);
    if (shown) item.scrollIntoView({ block: "nearest" });
  };
  made.onclick = toggle;
  item.querySelector(".bubble").addEventListener("click", (event) => touch.matches && !event.target.closest("button, a") && toggle());
  return made;
}
