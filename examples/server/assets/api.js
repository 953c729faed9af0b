// The documented API, and the tokens that it gives.

/** Where the API is: this script stands in its folder `assets`, whatever prefix a proxy puts before it. */
const BASE = new URL("../", import.meta.url);
const KEPT = `chatapi ${BASE.pathname}`;
const PATIENCE = 20_000;

/** The API refused. `faults` has what it says of each field; what is about none stands under "". */
export class Refusal extends Error {
  constructor(status, body, retryAfter) {
    const { detail, non_field_errors: general, ...fields } = body ?? {};
    delete fields.code;
    delete fields.messages;
    const rest = [detail, ...(general ?? [])].filter(Boolean);
    const faults = Object.fromEntries(Object.entries(fields).map(([name, said]) => [name, [said].flat()]));
    if (rest.length || !Object.keys(faults).length) {
      faults[""] = rest.length ? rest : [`The server returned an error (${status}).`];
    }
    super(Object.values(faults).flat().join(" "));
    Object.assign(this, { status, faults, retryAfter });
  }

  /** Whether trying again later may help. */
  get passes() {
    return this.status === 429 || this.status >= 500;
  }
}

/** No answer came: whether the request arrived, nobody knows. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached. Check your connection and try again.");
  }

  get passes() {
    return true;
  }
}

let tokens = JSON.parse(localStorage.getItem(KEPT) ?? "null");
let renewing = null;
let ended = () => {};

export const isSignedIn = () => tokens !== null;

/** Has a function called when the session ends: with a reason, where the user did not ask for it. */
export function whenSignedOut(tell) {
  ended = tell;
  // Other tabs of this browser sign in and out, too.
  addEventListener("storage", (event) => {
    if (event.key !== KEPT && event.key !== null) return;
    const had = isSignedIn();
    tokens = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    if (had !== isSignedIn()) location.reload();
  });
}

export async function signIn(username, password) {
  keep(await open("POST", "auth/jwt/create/", { username, password }));
}

export function signOut(reason = "") {
  tokens = null;
  localStorage.removeItem(KEPT);
  ended(reason);
}

export const get = (path, query) => signed("GET", path, undefined, query);
export const post = (path, body) => signed("POST", path, body);
export const patch = (path, body) => signed("PATCH", path, body);
export const remove = (path, body) => signed("DELETE", path, body);

/** A request that needs no user. */
export const open = async (method, path, body) => read(await send(method, path, body));

/** A request of the user's. */
async function signed(method, path, body, query) {
  await renewed();
  let answer = await send(method, path, body, query, tokens?.access);
  if (answer.status === 401) {
    await renewed({ anyway: true });
    answer = await send(method, path, body, query, tokens?.access);
  }
  if (answer.status === 401) signOut("Your session has ended. Please sign in again.");
  return read(answer);
}

/** Sees to it that the access token is good for the next request: it is renewed well before its end. */
async function renewed({ anyway = false } = {}) {
  if (!tokens || (!anyway && Date.now() < tokens.renewAt)) return;
  renewing ??= renew().finally(() => (renewing = null));
  await renewing;
}

async function renew() {
  try {
    keep({ refresh: tokens.refresh, ...(await open("POST", "auth/jwt/refresh/", { refresh: tokens.refresh })) });
  } catch (error) {
    if (error.status === 401) signOut("Your session has ended. Please sign in again.");
    // Otherwise the present token may do: the server will tell.
    else if (error instanceof Unreachable) throw error;
  }
}

function keep({ access, refresh }) {
  const claims = JSON.parse(atob(access.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  // By the server's clock, which made the token: that of this device may be wrong.
  const left = claims.exp * 1000 - serverTime;
  tokens = { access, refresh, renewAt: Date.now() + left * 0.8 };
  localStorage.setItem(KEPT, JSON.stringify(tokens));
}

let serverTime = Date.now();

async function send(method, path, body, query, token) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    serverTime = Date.parse(answer.headers.get("Date")) || Date.now();
    // Read here, for a connection may break amid a body.
    return { status: answer.status, ok: answer.ok, text: await answer.text(), later: answer.headers.get("Retry-After") };
  } catch {
    throw new Unreachable();
  }
}

function read({ status, ok, text, later }) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    // A proxy's page, as it were: the status says enough.
  }
  if (!ok) throw new Refusal(status, body, Number(later) || 0);
  return body;
}
