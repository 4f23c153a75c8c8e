// Making elements, and the drawn icons.

export const $ = (id) => document.getElementById(id);

/** An element: properties by name, `data-…`, `aria-…` and `role` as attributes, then its children. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const PATHS = {
  attach: "M16.5 6.5v9a4.5 4.5 0 0 1-9 0v-10a3 3 0 0 1 6 0v9.5a1.5 1.5 0 0 1-3 0v-8.5",
  samples: "M4 6h16v12H4zM4 15l4.5-4 4 3.5 3-2.5 4.5 4M15.5 9.5h.01",
  send: "M4 12 20 4l-5 16-3.5-6.5z M11.5 13.5 20 4",
  close: "M6 6l12 12M18 6 6 18",
  chats: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  panel: "M4 19V11M9 19V5M14 19v-6M19 19V8",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5",
  reply: "M10 8V4.5L3.5 11l6.5 6.5V14c5 0 8 1.5 10.5 5-1-6-4.5-10-10.5-11",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
  down: "M6 9l6 6 6-6",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
};

/** A line drawing, hidden from screen readers: its button says what it is for. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export const time = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** To the second, "01:57:34". */
export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");

export const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} ms`;

/** "Today", "3 June", or with the year where it is another one. */
export function day(seconds, now = new Date()) {
  const date = new Date(seconds * 1000);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year });
}

/** The time of today, else the day in short. */
export const when = (seconds) => {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return today ? time(seconds) : date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
};

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** What Telegram would show instead of a picture: the first letter on the person's colour. */
export function avatar(name, id, kind = "span") {
  return el(kind, { className: `avatar c${colour(id)}`, "aria-hidden": "true" }, initials(name));
}

export const colour = (id) => Math.abs(id) % 7;
export const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => word[0] ?? "").join("").toUpperCase();
