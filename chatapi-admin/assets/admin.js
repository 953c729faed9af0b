// Makes the pages better; each works without it.
"use strict";

// What colours somebody chose counts before the first paint, so this runs in the head.
const chosen = () => { try { return localStorage.getItem("chatapi-theme"); } catch { return null; } };
if (chosen()) document.documentElement.dataset.theme = chosen();

function switchTheme(button) {
  const isDark = () => {
    const theme = document.documentElement.dataset.theme;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.hidden = false;
  label();
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("chatapi-theme", document.documentElement.dataset.theme); } catch { /* it lasts for this page */ }
    label();
  });
}

// Ticks all rows at once, and says how many are ticked.
function watchTicks(form) {
  const all = form.querySelector("[data-all]");
  if (!all) return;
  const boxes = [...form.querySelectorAll("[name=selected]")];
  const count = form.querySelector("[data-count]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    count.textContent = ticked ? `${ticked} of ${boxes.length} selected` : "";
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); show(); });
  form.addEventListener("change", show);
  show();
}

// Completes names while they are typed: a combobox, as ARIA has it. Of several lines, the one with the cursor is completed.
function suggest(field) {
  const list = document.createElement("ul");
  const hasLines = "lines" in field.dataset;
  let options = [], active = -1, asked = 0, timer;
  list.id = `${field.id}-choices`;
  list.className = "choices";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  field.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    field.setAttribute(name, value);
  }
  const line = () => {
    if (!hasLines) return [0, field.value.length];
    const at = field.selectionStart;
    const end = field.value.indexOf("\n", at);
    return [field.value.lastIndexOf("\n", at - 1) + 1, end < 0 ? field.value.length : end];
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    active = (next + options.length) % options.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
    field.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const take = (at) => {
    const [start, end] = line();
    const ending = hasLines && end === field.value.length ? "\n" : "";
    field.setRangeText(options[at].value + ending, start, end, "end");
    field.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const show = (results) => {
    options = results;
    list.replaceChildren(...options.map((option, at) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = option.label;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(at); });
      return item;
    }));
    list.hidden = options.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
  };
  const ask = async () => {
    const typed = field.value.slice(...line()).trim();
    const number = ++asked;
    if (!typed) return close();
    try {
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`, { headers: { accept: "application/json" }, redirect: "error" });
      const { results } = await answer.json();
      if (number === asked && document.activeElement === field) show(results.filter((option) => option.value !== typed));
    } catch { close(); }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  field.addEventListener("blur", () => { asked += 1; close(); });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? options.length - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

// A form that is sent is not sent twice, and one that was changed is not left by mistake.
function guard(form) {
  let isChanged = false, isSent = false;
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  addEventListener("beforeunload", (event) => { if (isChanged && !isSent) event.preventDefault(); });
  addEventListener("pageshow", () => { isSent = false; });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-theme-switch]").forEach(switchTheme);
  document.querySelectorAll("[data-list]").forEach(watchTicks);
  document.querySelectorAll("[data-suggest]:not(:disabled)").forEach(suggest);
  document.querySelectorAll("[data-form]").forEach(guard);
  document.querySelector("[aria-invalid]")?.focus();
});
