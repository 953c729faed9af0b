// Signing in, making an account, and what mailed links are for.

import { open, signIn } from "./api.js";
import { find, hasGlassKeyboard, say, whenSent } from "./dom.js";

const FORMS = ["sign-in", "sign-up", "forgot", "password-reset", "username-reset", "activate"];

/** The parts of the mailed link that the page was opened by. */
let link = {};

/** Makes the forms work; `signedIn` is called when somebody is. */
export function prepareAccounts(signedIn) {
  whenSent(find("#sign-in"), async ({ username, password }) => {
    await signIn(username, password);
    find("#sign-in").reset();
    signedIn();
  });
  whenSent(find("#sign-up"), async ({ username, email, password }) => {
    await open("POST", "auth/users/", { username, password, ...(email && { email }) });
    try {
      await signIn(username, password);
    } catch (error) {
      if (error.status !== 401) throw error;
      return back(`We sent an email to ${email || "you"}. Open its link to activate your account.`);
    }
    find("#sign-up").reset();
    signedIn();
  });
  whenSent(find("#forgot"), async ({ email }) => {
    await open("POST", "auth/users/reset_password/", { email });
    back("If an account has this address, we sent it an email with a link.");
  });
  whenSent(find("#password-reset"), async ({ new_password }) => {
    await open("POST", "auth/users/reset_password_confirm/", { ...link, new_password });
    back("Your password was changed. Sign in with the new one.");
  });
  whenSent(find("#username-reset"), async ({ new_username }) => {
    await open("POST", "auth/users/reset_username_confirm/", { ...link, new_username });
    back("Your username was changed. Sign in with the new one.");
  });
  whenSent(find("#activate"), async () => {
    await open("POST", "auth/users/activation/", link);
    back("Your account is active. You can sign in now.");
  });
}

/** Whether a place in the page is one of a mailed link. */
export const isMailed = ([name, uid, token]) => FORMS.indexOf(name) > 2 && Boolean(uid && token);

/** Shows the form that the place in the page names. */
export function showAccounts([name, uid, token], reason) {
  const shown = FORMS.includes(name) && (FORMS.indexOf(name) < 3 || (uid && token)) ? name : "sign-in";
  link = { uid, token };
  for (const form of FORMS) find(`#${form}`).hidden = form !== shown;
  find("#sign-in-reason").textContent = reason;
  find("#welcome").hidden = false;
  document.title = `${find(`#${shown} h2`).textContent} – Chat`;
  // On a phone this would bring up the keyboard before anything was read.
  if (!hasGlassKeyboard()) find(`#${shown} input`)?.focus();
}

function back(text) {
  location.hash = "#/";
  say(text);
}
