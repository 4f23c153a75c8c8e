// The wires to the sandbox: the feed that comes, and what the visitor does.

import { toast } from "./toast.js";

/** Call `handlers[kind](data)` for everything that happens. The browser reconnects by itself. */
export function listen(handlers, onState) {
  const source = new EventSource("/events");
  for (const [kind, handle] of Object.entries(handlers)) {
    source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  }
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
}

/** Ask the sandbox; null where it refused, with its sentence shown. */
async function ask(path, options) {
  try {
    const answer = await fetch(path, options);
    const body = await answer.json();
    if (answer.ok) return body;
    toast(body.error ?? "That did not work.");
  } catch {
    toast("The sandbox does not answer. Is it still running in the terminal?");
  }
  return null;
}

const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const press = (chat, user, message, data) => post("/press", { chat, user, message, data });
export const remove = (chat, user, messages) => post("/delete", { chat, user, messages });
export const older = (chat, before) => ask(`/messages?chat=${chat}&before=${before}`);

/** Send a text, or pictures: each a File, or {sample: name}. */
export function send(fields, pictures) {
  const form = new FormData();
  form.append("fields", JSON.stringify(fields));
  for (const picture of pictures) {
    if (picture.sample) form.append("sample", picture.sample);
    else form.append("photo", picture.file, picture.file.name || "photo.jpg");
  }
  return ask("/send", { method: "POST", body: form });
}
