// Numbers and moments as people read them. No state, no page.

const plain = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const NONE = "–";

export function count(value) {
  return value === null || value === undefined ? NONE : plain.format(value);
}

export function brief(value) {
  return value === null || value === undefined ? NONE : value < 10000 ? plain.format(value) : short.format(value);
}

export function percent(share, digits = 0) {
  return share === null || share === undefined ? NONE : `${(100 * share).toFixed(digits)} %`;
}

export function days(value) {
  if (value === null || value === undefined) return NONE;
  if (value < 1 / 24) return `${Math.max(1, Math.round(value * 1440))} min`;
  if (value < 2) return `${Math.round(value * 24)} h`;
  return value < 60 ? `${value.toFixed(value < 10 ? 1 : 0)} days` : value < 730 ? `${Math.round(value / 30.44)} months` : `${(value / 365.25).toFixed(1)} years`;
}

export function seconds(value) {
  if (value === null || value === undefined) return NONE;
  if (value < 1) return `${(1000 * value).toFixed(value < 0.01 ? 1 : 0)} ms`;
  if (value < 90) return `${value.toFixed(value < 10 ? 1 : 0)} s`;
  return value < 5400 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
}

export function bytes(value) {
  if (value === null || value === undefined) return NONE;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let place = 0;
  let size = value;
  while (size >= 1024 && place < units.length - 1) {
    size /= 1024;
    place += 1;
  }
  return `${size.toFixed(size < 10 && place > 0 ? 1 : 0)} ${units[place]}`;
}

export function day(moment) {
  return moment ? moment.slice(0, 10) : NONE;
}

export function clock(moment) {
  return moment ? new Date(moment).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false }) : NONE;
}

// How long ago, in words.
export function ago(moment, now = Date.now()) {
  return moment ? `${days(Math.max(0, (now - Date.parse(moment)) / 86400000))} ago` : NONE;
}

const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

export function dayOfYear(date) {
  return shortDay.format(new Date(date));
}

export function words(name) {
  return name.replaceAll("_", " ");
}

export function moment(text) {
  return `${text.slice(0, 16).replace("T", " ")} UTC`;
}

export function until(moment, now = Date.now()) {
  return moment ? seconds(Math.max(0, (Date.parse(moment) - now) / 1000)) : NONE;
}

export function measure(value, unit) {
  if (value === null || value === undefined) return NONE;
  return unit === "days" ? days(value) : unit === "percent" ? `${Math.round(value)} %` : count(value);
}
