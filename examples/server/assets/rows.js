// What a message looks like, and what can be done with it where it stands.

import { avatar, hasGlassKeyboard, icon, linked, make, whenSent } from "./dom.js";
import { inFull, timeOf } from "./times.js";

/** What stands above a day's messages. */
export function dayRow(label, sent) {
  return make("li", { className: "day" }, make("time", { dateTime: sent.toISOString().slice(0, 10) }, label));
}

/** A message: sent, being sent, not sent, or being edited. `deeds` are what its buttons do. */
export function rowOf(message, { sent, isMine, isFirst, name, isEdited }, deeds) {
  const classes = ["message", isMine && "mine", isFirst && "first", message.state, isEdited && "edited-now"];
  // Where nothing can be pointed at, a tap brings up what can be done with a message: it can be focused for that.
  const given = { className: classes.filter(Boolean).join(" "), "data-key": message.id ?? message.key, tabIndex: -1 };
  return make("li", given,
    isMine ? null : avatar(message.user, name),
    make("div", { className: "bubble" },
      make("p", { className: isFirst && !isMine ? "author" : "author unseen" }, isMine ? "You" : name),
      isEdited ? editor(message, deeds) : said(message, sent)),
    isMine && message.id && !isEdited ? buttons(message, deeds) : null,
    message.state === "failed" ? failure(message, deeds) : null,
  );
}

function said(message, sent) {
  const changed = message.updated_at && message.updated_at !== message.created_at;
  const time = make("time", { dateTime: message.created_at, title: inFull(sent) }, timeOf(sent));
  return make("div", { className: "said" },
    make("p", { className: "text" }, linked(message.content)),
    make("p", { className: "meta" },
      changed ? make("span", { title: `Edited ${inFull(new Date(message.updated_at))}` }, "edited ") : null,
      message.state === "sending" ? "sending…" : message.state === "failed" ? null : time));
}

function buttons(message, { edit, remove }) {
  const button = (label, picture, deed) => {
    const onclick = () => deed(message);
    return make("button", { type: "button", className: "round", "aria-label": label, title: label, onclick }, icon(picture));
  };
  return make("div", { className: "deeds" }, button("Edit", "edit", edit), button("Delete", "delete", remove));
}

function failure(message, { retry, takeBack }) {
  const button = (label, deed) =>
    make("button", { type: "button", className: "link", onclick: () => deed(message) }, label);
  return make("p", { className: "failure", role: "alert" },
    icon("warn"), `Not sent. ${message.fault} `,
    make("span", {}, button("Try again", retry), button("Discard", takeBack)));
}

function editor(message, { save, cancel }) {
  const field = `edit-${message.id}`;
  const text = make("textarea", {
    id: field, name: "content", value: message.content, rows: 1, "aria-label": "Message",
    "aria-describedby": `${field}-fault`,
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") cancel();
      if (event.key === "Enter" && !event.shiftKey && !hasGlassKeyboard()) {
        event.preventDefault();
        form.requestSubmit();
      }
    },
  });
  const form = make("form", { className: "editor" },
    text,
    make("p", { className: "fault", id: `${field}-fault` }),
    make("p", { className: "fault fault-rest", role: "alert" }),
    make("div", { className: "deeds" },
      make("button", { type: "button", className: "link", onclick: cancel }, "Cancel"),
      make("button", { type: "submit", className: "link" }, "Save")));
  whenSent(form, ({ content }) => save(message, content));
  return form;
}
