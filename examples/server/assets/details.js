// The panel with a room's people and settings: what the API lets this user do, it offers.

import { get, patch, remove } from "./api.js";
import { avatar, clearFaults, confirmed, find, icon, make, say, whenSent } from "./dom.js";
import { userNamed } from "./rooms.js";

export class Details {
  #me;
  #room = null;
  #changed;
  #gone;

  /** `changed` gets the room as it is now; `gone` its id, when the user is no longer in it. */
  constructor(me, { changed, gone }) {
    this.#me = me;
    this.#changed = changed;
    this.#gone = gone;
    whenSent(find("#rename"), async ({ name }) => {
      await this.#change({ name });
      say("The room was renamed.");
    });
    whenSent(find("#add-person"), async ({ username }) => {
      const user = await userNamed(username.trim(), "username");
      await this.#change((room) => ({ users: [...new Set([...idsOf(room), user.id])] }));
      find("#add-person").reset();
      say(`${user.username} was added to the room.`);
    });
    find("#leave-room").addEventListener("click", () => this.#askToLeave());
    find("#delete-room").addEventListener("click", () => this.#try(() => this.#delete()));
    const dialog = find("#successor");
    find(".cancel", dialog).addEventListener("click", () => dialog.close());
    whenSent(find("form", dialog), async ({ admin }) => {
      await this.#leave(Number(admin));
      dialog.close();
    });
  }

  /** Shows a room, as it is known. */
  show(room) {
    const isOther = this.#room?.id !== room.id;
    this.#room = room;
    const isAdmin = room.admin === this.#me().id;
    for (const id of ["rename", "add-person", "delete-room"]) find(`#${id}`).hidden = !isAdmin;
    find("#leave-room").hidden = !isAdmin || room.users.length < 2;
    find("#details-title").textContent = isAdmin ? "Room" : room.name;
    const name = find("#rename-name");
    if (isOther || document.activeElement !== name) name.value = room.name;
    if (isOther) for (const form of ["#rename", "#add-person"]) clearFaults(find(form));
    find("#details-fault").textContent = "";
    find("#people-count").textContent = room.users.length;
    find("#people").replaceChildren(...room.users.map((user) => this.#row(user, isAdmin)));
    const admin = room.users.find((user) => user.id === room.admin);
    find("#people-rule").textContent = isAdmin
      ? ""
      : admin
        ? `${admin.username} is the admin. Only the admin can rename the room, and add or remove members.`
        : "The admin's account was deleted, so nobody can change this room.";
  }

  #row(user, isAdmin) {
    const isMe = user.id === this.#me().id;
    const role = user.id === this.#room.admin ? "admin" : isMe ? "you" : null;
    return make("li", {},
      avatar(user.id, user.username),
      make("span", { className: "name" }, user.username),
      role && make("span", { className: "role" }, role),
      isAdmin && !isMe
        ? make("button", {
          type: "button", className: "round", "aria-label": `Remove ${user.username}`, title: "Remove",
          onclick: () => this.#try(() => this.#remove(user)),
        }, icon("close"))
        : null,
    );
  }

  async #remove(user) {
    const text = `${user.username} can no longer read or send messages here. Their messages are kept.`;
    if (!(await confirmed(`Remove ${user.username}?`, text, "Remove"))) return;
    await this.#change((room) => ({ users: idsOf(room).filter((id) => id !== user.id) }));
    say(`${user.username} was removed.`);
  }

  #askToLeave() {
    const others = this.#room.users.filter((user) => user.id !== this.#me().id);
    find("#successor-admin").replaceChildren(...others.map((user) => make("option", { value: user.id }, user.username)));
    find("#successor").showModal();
  }

  async #leave(admin) {
    const { id } = this.#room;
    await this.#change((room) => ({ admin, users: idsOf(room).filter((user) => user !== this.#me().id) }));
    this.#gone(id);
    say("You left the room.");
  }

  async #delete() {
    const { id, name } = this.#room;
    const text = "All of its messages are deleted for everyone. This cannot be undone.";
    if (!(await confirmed(`Delete “${name}”?`, text, "Delete"))) return;
    await remove(`rooms/${id}/`);
    this.#gone(id);
    say("The room was deleted.");
  }

  /** Changes the room. Its people are sent whole, so they are read anew just before, lest somebody's change is undone. */
  async #change(change) {
    const path = `rooms/${this.#room.id}/`;
    const wanted = typeof change === "function" ? change(await get(path)) : change;
    const room = await patch(path, wanted);
    if (room.users.some((user) => user.id === this.#me().id)) this.#changed(room);
  }

  async #try(deed) {
    try {
      await deed();
    } catch (error) {
      find("#details-fault").textContent = error.message;
    }
  }
}

const idsOf = (room) => room.users.map((user) => user.id);
