// Small helpers for elements and forms. Data only ever becomes text: nothing here, or elsewhere, parses markup.

export const find = (selector, root = document) => root.querySelector(selector);

/** An element with properties, attributes (`aria-…`, `data-…`, `class`, `for`), listeners (`onclick`) and children. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the icons that stand at the end of the page. They say nothing to a screen reader. */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  picture.append(use);
  return picture;
}

/** A round with somebody's initials, of a colour that is always theirs. */
export function avatar(id, name) {
  const initials = [...name.replace(/[^\p{L}\p{N}]+/gu, "")].slice(0, 2).join("") || "?";
  return make("span", { className: `avatar hue-${id % 8}`, "aria-hidden": "true" }, initials.toUpperCase());
}

/** Text with the given ranges (`start`, `end`, in UTF-16 units) marked. */
export function marked(text, ranges) {
  const pieces = document.createDocumentFragment();
  let at = 0;
  for (const { start, end } of ranges) {
    pieces.append(text.slice(at, start), make("mark", {}, text.slice(start, end)));
    at = end;
  }
  pieces.append(text.slice(at));
  return pieces;
}

/** Text with its web addresses as links. Those of other schemes stay text. */
export function linked(text) {
  const pieces = document.createDocumentFragment();
  let at = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,:;!?)\]]/gi)) {
    const link = { href: match[0], target: "_blank", rel: "noopener noreferrer nofollow" };
    pieces.append(text.slice(at, match.index), make("a", link, match[0]));
    at = match.index + match[0].length;
  }
  pieces.append(text.slice(at));
  return pieces;
}

/** Whether a keyboard comes up on the screen, and covers half of it, as soon as a field has the focus. */
export const hasGlassKeyboard = () => matchMedia("(pointer: coarse)").matches;

/** Does something when a form is sent: meanwhile it cannot be sent again, and faults are shown beside its fields. */
export function whenSent(form, act) {
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = find("button[type=submit], button:not([type])", form);
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    clearFaults(form);
    try {
      await act(Object.fromEntries(new FormData(form)));
    } catch (error) {
      showFaults(form, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

export function clearFaults(form) {
  for (const fault of form.querySelectorAll(".fault")) fault.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** Shows what the API says is wrong: beside the fields that it names, the rest at the end of the form. */
export function showFaults(form, error) {
  const rest = [];
  let first = null;
  for (const [name, faults] of Object.entries(error.faults ?? { "": [error.message] })) {
    const field = form.elements[name];
    const place = field?.id && find(`#${field.id}-fault`, form);
    if (!place) {
      rest.push(...faults);
      continue;
    }
    place.textContent = faults.join(" ");
    field.setAttribute("aria-invalid", "true");
    first ??= field;
  }
  find(".fault-rest", form).textContent = rest.join(" ");
  first?.focus();
}

/** Asks whether something is to be done that cannot be undone. */
export function confirmed(title, text, deed) {
  const dialog = find("#confirm");
  find("h2", dialog).textContent = title;
  find("p", dialog).textContent = text;
  find("[value=yes]", dialog).textContent = deed;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((tell) => {
    dialog.addEventListener("close", () => tell(dialog.returnValue === "yes"), { once: true });
  });
}

/** Says something once to whoever looks or listens. */
export function say(text) {
  const toast = find("#toast");
  toast.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.textContent = ""), 5000);
}
