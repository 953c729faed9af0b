// Times as this reader writes them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** The time of day. */
export const timeOf = (date) => clock.format(date);

/** All of it, for whoever points at a time. */
export const inFull = (date) => whole.format(date);

export const isSameDay = (one, other) => one.toDateString() === other.toDateString();

function daysAgo(date) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
}

/** What stands above a day's messages: today, yesterday, or its date. */
export function dayOf(date) {
  const ago = daysAgo(date);
  if (ago === 0 || ago === 1) {
    const word = relative.format(-ago, "day");
    return word.charAt(0).toLocaleUpperCase() + word.slice(1);
  }
  return date.getFullYear() === new Date().getFullYear() ? long.format(date) : withYear.format(date);
}

/** As short as can be, for lists. */
export function shortly(date) {
  const ago = daysAgo(date);
  if (ago === 0) return clock.format(date);
  return ago > 0 && ago < 7 ? weekday.format(date) : short.format(date);
}
