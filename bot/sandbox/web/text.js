// A text with its entities as elements. Offsets are UTF-16 units, as in JavaScript (Bot API, MessageEntity).

import { el } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};

/** `act` handles what can be clicked: {jump(messageId, chatId), command(text)}. */
export function rich(text, entities, act) {
  const marked = new Set(entities.map((one) => one.offset));
  const found = /https?:\/\/[^\s<>"]+/g;
  const links = [...text.matchAll(found)].filter((one) => !marked.has(one.index));
  const auto = links.map((one) => ({ type: "url", offset: one.index, length: one[0].length }));
  return pieces(text, 0, text.length, [...entities, ...auto].sort(byPlace), act);
}

const byPlace = (a, b) => a.offset - b.offset || b.length - a.length;

/** The part from `start` to `end`: what no entity covers as text, each outermost entity around its own part. */
function pieces(text, start, end, entities, act) {
  const made = [];
  let at = start;
  entities.forEach((entity, index) => {
    if (entity.offset < at || entity.offset >= end) return;
    made.push(text.slice(at, entity.offset));
    const stop = Math.min(end, entity.offset + entity.length);
    const inner = entities.slice(index + 1).filter((one) => one.offset < stop);
    made.push(wrap(entity, text.slice(entity.offset, stop), pieces(text, entity.offset, stop, inner, act), act));
    at = stop;
  });
  made.push(text.slice(at, end));
  return made.filter((piece) => piece !== "");
}

function wrap(entity, plain, inner, act) {
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? plain, inner, act);
  if (entity.type === "bot_command") return button(plain, () => act.command(plain));
  if (entity.type === "spoiler") return hidden(inner);
  const tag = Object.hasOwn(TAGS, entity.type) && TAGS[entity.type];
  return tag ? el(tag, {}, ...inner) : el("span", { className: "mark" }, ...inner);
}

/** Links to messages of this Telegram jump there; others open as links do. */
function link(url, inner, act) {
  const local = /^https:\/\/t\.me\/c\/(\d+)\/(?:\d+\/)?(\d+)$/.exec(url);
  if (local) return button(inner, () => act.jump(Number(local[2]), Number(`-100${local[1]}`)));
  const safe = /^(https?|tg|mailto):/.test(url);
  return safe ? el("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, ...inner) : el("span", {}, ...inner);
}

function button(label, run) {
  const made = el("button", { type: "button", className: "link" }, ...[label].flat());
  made.onclick = run;
  return made;
}

function hidden(inner) {
  const made = el("button", { type: "button", className: "hidden-text", "aria-label": "Hidden text, press to show" }, ...inner);
  made.onclick = () => made.replaceWith(...inner);
  return made;
}
