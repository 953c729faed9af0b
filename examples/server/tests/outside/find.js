// What a person would point at, and can see: a field by its label, or something to press by what it says. Where a dialog is
// open, nothing else can be reached.
const [kind, name] = arguments;
const root = document.querySelector("dialog:modal") ?? document;
const all = (selector) => [...root.querySelectorAll(selector)];
const tidy = (text) => (text ?? "").trim().replace(/\s+/g, " ");
const isSeen = (element) => element?.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const heard = (node) => node.nodeType === Node.TEXT_NODE ? node.data
  : node.ariaHidden === "true" ? "" : [...node.childNodes].map(heard).join(node.firstElementChild ? " " : "");
const said = (element) => tidy(element.getAttribute("aria-label") ?? (heard(element) || element.value));
const first = (elements, saying) =>
  elements.find((element) => saying(element) === name) ?? elements.find((element) => saying(element).startsWith(name));

if (kind === "field") {
  const fields = all("input:not([type=hidden]), textarea, select").filter(isSeen);
  const label = (field) => tidy(field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent);
  return first(fields, label) ?? null;
}
return first(all("button, a[href], summary, input[type=submit], [role=button], [role=option]").filter(isSeen), said) ?? null;
