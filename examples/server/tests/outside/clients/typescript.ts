// What a program in TypeScript does with the generated types: `node typescript.js URL NAME PASSWORD`.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type CursorPage = components["schemas"]["CursorPageOfMessages"];
type NumberedPage = components["schemas"]["PageOfMessages"];

const [baseUrl, username, password] = process.argv.slice(2) as [string, string, string];

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Both answers of one operation, told apart by a property that one of them alone has. */
function isCursorPage(page: CursorPage | NumberedPage): page is CursorPage {
  return "has_more_before" in page;
}

const anyone = createClient<paths>({ baseUrl });
const tokens = await anyone.POST("/auth/jwt/create/", { body: { username, password } });
check(tokens.data !== undefined, "logs in");
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${tokens.data.access}` } });

const me = await api.GET("/auth/users/me/");
check(me.data?.username === username, "reads an account");
const found = await api.GET("/auth/users/", { params: { query: { username } } });
check(found.data?.results[0]?.id === me.data.id, "finds a user by name");

const room = await api.POST("/rooms/", { body: { name: "Tea", users: [me.data.id] } });
check(room.data !== undefined && room.data.admin === me.data.id, "makes a room");
for (const content of ["one", "two", "three"]) {
  const sent = await api.POST("/messages/", { body: { room: room.data.id, content } });
  check(sent.data?.content === content, "sends a message");
}

const query = { room: room.data.id };
const newest = await api.GET("/messages/", { params: { query: { ...query, limit: 2, count: "exact" } } });
check(newest.data !== undefined && isCursorPage(newest.data), "gets a cursor page");
const [count, before, after]: [number | undefined, boolean, boolean] = [
  newest.data.count,
  newest.data.has_more_before,
  newest.data.has_more_after,
];
check(count === 3 && before && !after, "reads a cursor page");
const numbered = await api.GET("/messages/", { params: { query } });
check(numbered.data !== undefined && !isCursorPage(numbered.data), "gets a page by number");
check(numbered.data.count === 3 && numbered.data.results.length === 3, "reads a page by number");

const refused = await api.POST("/rooms/", { body: { name: "", users: [] } });
check(refused.error !== undefined && "users" in refused.error, "is refused");
const faults: string[] | undefined = refused.error.users;
check(faults?.[0] === "This list may not be empty.", "reads the faults of a field");
console.log("ok");
