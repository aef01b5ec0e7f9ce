// A report, saved from the page: nothing is asked for again.

const FIELDS = [
  "full_name", "state", "language", "license", "archived", "fork", "stars", "forks", "open_issues", "pushed_at",
  "commits_last_year", "contributors", "half_of_commits_by", "signals",
];

function quoted(value) {
  const text = value === null || value === undefined ? "" : Array.isArray(value) ? value.join(" ") : String(value);
  // A spreadsheet must not take it for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function csv(report) {
  return [FIELDS.join(","), ...report.repositories.map((row) => FIELDS.map((field) => quoted(row[field])).join(","))].join("\r\n");
}

export function save(report, form) {
  const text = form === "json" ? JSON.stringify(report, null, 2) : csv(report);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: form === "json" ? "application/json" : "text/csv" }));
  link.download = `${report.login}.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // not at once: some browsers have not begun by then
}
