"use strict";

// A browser sends no token by itself: this keeps the one that a log-in gives, for as long as the tab lives, sends it along,
// and shows the pages that come back. What needs no token works without any of this.
{
  const root = new URL(document.currentScript.dataset.root, location.href);
  const key = `chatapi ${root.pathname}`;
  const HTML = "text/html";

  const session = {
    get() {
      try {
        return JSON.parse(sessionStorage.getItem(key));
      } catch {
        return null;
      }
    },
    set(tokens) {
      sessionStorage.setItem(key, JSON.stringify(tokens));
    },
    end() {
      sessionStorage.removeItem(key);
    },
  };

  const page = document.documentElement;
  page.classList.add("scripted");
  if (session.get()) page.classList.add("waiting");

  const one = (selector, within = document) => within.querySelector(selector);

  async function ask(method, url, { body, accept = HTML } = {}) {
    const send = () => {
      const headers = { Accept: accept };
      const access = session.get()?.access;
      if (access) headers.Authorization = `Bearer ${access}`;
      if (body !== undefined) headers["Content-Type"] = "application/json";
      return fetch(url, { method, headers, body, credentials: "omit" });
    };
    const answer = await send();
    if (answer.status !== 401 || !session.get()) return answer;
    // The access token may have come to its end: the refresh token gets another, once.
    if (await refreshed()) return send();
    session.end();
    return send();
  }

  async function refreshed() {
    const { refresh, ...rest } = session.get();
    if (!refresh) return false;
    const answer = await fetch(new URL("auth/jwt/refresh/", root), {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify({ refresh }),
      credentials: "omit",
    });
    if (answer.ok) session.set({ ...rest, refresh, ...(await answer.json()) });
    return answer.ok;
  }

  /// Asks, and shows what comes back in the place of this page.
  async function visit(method, url, { body, push = false } = {}) {
    const busy = one("#busy");
    const late = setTimeout(() => (busy.textContent = "Loading…"), 300);
    try {
      const answer = await ask(method, url, { body });
      if (push) history.pushState(null, "", url);
      const kind = answer.headers.get("Content-Type") || "";
      if (kind.startsWith(HTML)) show(await answer.text());
      else showPlain(method, url, answer, await answer.text());
    } catch {
      busy.textContent = "The server cannot be reached.";
      return;
    } finally {
      clearTimeout(late);
      page.classList.remove("waiting");
    }
    busy.textContent = "";
  }

  function show(html) {
    const next = new DOMParser().parseFromString(html, HTML);
    if (!one("main#main", next)) {
      location.reload();
      return;
    }
    document.title = next.title;
    for (const part of [".top", "main"]) one(part).replaceWith(document.adoptNode(one(part, next)));
    ready();
    one("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // An answer that is no page, as after a deletion: it is told of where the last answer stood.
  function showPlain(method, url, answer, text) {
    one("dialog[open]")?.close();
    const asked = document.createElement("b");
    asked.textContent = `${method} ${new URL(url, location.href).pathname}`;
    one(".request").replaceChildren(asked);
    const status = document.createElement("span");
    status.className = `status s${Math.floor(answer.status / 100)}`;
    status.textContent = `HTTP ${answer.status} ${answer.statusText}`;
    const headers = ["Allow", "Content-Type", "Vary"].filter((name) => answer.headers.has(name));
    const lines = headers.map((name) => `\n${name}: ${answer.headers.get(name)}`).join("");
    one(".response").replaceChildren(status, `${lines}\n\n${text}`);
    if (method === "DELETE" && answer.ok) {
      document.querySelectorAll("#put, [data-do=delete], .error").forEach((part) => part.remove());
    }
    one("#answer").scrollIntoView({ block: "nearest" });
    one(".response").focus();
  }

  // JSON as the server writes it, in a document of its own: an address cannot carry a token.
  async function showJson(url) {
    const answer = await ask("GET", url, { accept: "application/json" });
    location.assign(URL.createObjectURL(await answer.blob()));
  }

  /// What was filled in, as JSON; of a change, what differs from how it was.
  function filledIn(form, method) {
    const body = {};
    for (const control of form.elements) {
      if (!control.name || !control.dataset.json) continue;
      const value = control.value;
      const before = control.tagName === "SELECT" ? one("option[selected]", control)?.value ?? "" : control.defaultValue;
      if (method === "PATCH" && value === before) continue;
      if (value === "" && before === "" && !control.required) continue;
      if (value === "" && control.dataset.json === "integer" && control.required) continue;
      const isNull = value === "" && !["text", "integers"].includes(control.dataset.json);
      body[control.name] = isNull ? null : valueOf(control.dataset.json, value);
    }
    return JSON.stringify(body);
  }

  // What is no number is sent as it is: the server says best what is wrong with it.
  function valueOf(kind, text) {
    const number = (part) => (/^-?\d+$/.test(part) && Number.isSafeInteger(+part) ? +part : part);
    switch (kind) {
      case "integer":
        return number(text.trim());
      case "integers":
        return text.split(",").map((part) => part.trim()).filter(Boolean).map(number);
      case "json":
        try {
          return JSON.parse(text);
        } catch {
          return text;
        }
      default:
        return text;
    }
  }

  function complain(form, text) {
    const place = one(".error", form);
    place.textContent = text;
    place.hidden = false;
  }

  async function logIn(form) {
    const said = Object.fromEntries(new FormData(form));
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify(said),
      credentials: "omit",
    });
    const found = await answer.json();
    if (!answer.ok) {
      complain(form, found.detail || Object.values(found).flat().join(" "));
      one("input[type=password]", form).select();
      return;
    }
    session.set({ username: said.username, access: found.access, refresh: found.refresh });
    await visit("GET", location.href);
  }

  const does = {
    "log-out": () => {
      session.end();
      visit("GET", location.href);
    },
    "log-in": () => {
      one("#log-in")?.scrollIntoView();
      one("#log-in input")?.focus();
    },
    filters: () => {
      const filters = one("#filters");
      filters.open = true;
      filters.scrollIntoView();
      one("input, select", filters).focus({ preventScroll: true });
    },
    get: (link) => visit("GET", link.href),
    json: (link) => (session.get() ? showJson(link.href) : location.assign(link.href)),
    OPTIONS: () => visit("OPTIONS", location.href),
    delete: () => one("dialog#delete").showModal(),
    close: (button) => button.closest("dialog").close(),
  };

  document.addEventListener("click", (event) => {
    const open = one(".menu[open]");
    if (open && !open.contains(event.target)) open.open = false;
    const wanted = event.target.closest("[data-do]");
    const link = event.target.closest("a[href]");
    const elsewhere = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (elsewhere) return;
    if (wanted) {
      event.preventDefault();
      does[wanted.dataset.do](wanted);
    } else if (link && session.get() && isOurs(link)) {
      event.preventDefault();
      visit("GET", link.href, { push: true });
    }
  });

  // Links to this very chat, within what it may be one page of.
  function isOurs(link) {
    const url = new URL(link.href);
    return url.origin === root.origin && url.pathname.startsWith(root.pathname) && !("plain" in link.dataset);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const method = event.submitter?.dataset.method;
    if ("logIn" in form.dataset) {
      event.preventDefault();
      logIn(form).catch(() => complain(form, "The server cannot be reached."));
    } else if ("token" in form.dataset) {
      event.preventDefault();
      session.set({ access: new FormData(form).get("access").trim() });
      visit("GET", location.href);
    } else if ("filters" in form.dataset) {
      event.preventDefault();
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
      visit("GET", `${location.pathname}${query.size ? `?${query}` : ""}`, { push: true });
    } else if ("raw" in form.dataset) {
      event.preventDefault();
      visit(method, location.href, { body: new FormData(form).get("content") });
    } else if ("form" in form.dataset) {
      event.preventDefault();
      const body = filledIn(form, method);
      one("dialog[open]")?.close();
      visit(method, location.href, { body: method === "DELETE" && body === "{}" ? undefined : body });
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") one(".menu[open]")?.removeAttribute("open");
  });

  addEventListener("popstate", () => visit("GET", location.href));

  // What the server cannot know of a page that anybody may see: who has logged in here.
  function ready() {
    const bar = one("#session");
    const known = session.get();
    const name = bar.dataset.user || known?.username || "";
    const who = one(".who", bar);
    who.textContent = name;
    who.hidden = !name;
    one("[data-do=log-out]", bar).hidden = !known;
    if (known) {
      one("[data-do=log-in]", bar).hidden = true;
      if (!(+one("main").dataset.status === 401)) one("#log-in")?.remove();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    ready();
    if (session.get() && !one("#session").dataset.user) visit("GET", location.href);
    else page.classList.remove("waiting");
  });
}
