// Charts: each a picture with a sentence for who does not see it, and a table of the same numbers.
import { html, useEffect, useRef } from "./preact.js";

let library = null;

// Fetched when the first chart is shown; a saved page has it already.
export function chartLibrary() {
  if (globalThis.Chart) return Promise.resolve(globalThis.Chart);
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/assets/vendor/chart.js";
    script.onload = () => resolve(globalThis.Chart);
    script.onerror = () => reject(new Error("the chart library could not be loaded"));
    document.head.append(script);
  });
  return library;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function palette(many) {
  return Array.from({ length: many }, (_, place) => colour(`--chart-${(place % 6) + 1}`));
}

// head: names of the columns; rows: what is drawn, as text, for the table.
export function Chart({ label, sentence, low = false, configure, head, rows, watch }) {
  const canvas = useRef(null);
  useEffect(() => {
    let chart = null;
    let gone = false;
    const draw = () =>
      chartLibrary().then((Library) => {
        if (gone || !canvas.current) return;
        chart?.destroy();
        Library.defaults.font.family = getComputedStyle(document.body).fontFamily;
        Library.defaults.color = colour("--quiet");
        Library.defaults.borderColor = colour("--line");
        Library.defaults.animation = false;
        chart = new Library(canvas.current, configure({ colour, palette }));
      });
    draw().catch(() => {});
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    document.addEventListener("themechange", draw);
    return () => {
      gone = true;
      chart?.destroy();
      scheme.removeEventListener("change", draw);
      document.removeEventListener("themechange", draw);
    };
  }, [watch]);
  return html`<figure aria-label=${label} role="group">
    <div class=${low ? "canvas low" : "canvas"}><canvas ref=${canvas} role="img" aria-label=${sentence}></canvas></div>
    <figcaption class="small quiet">${sentence}</figcaption>
    <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" aria-label=${`${label}: numbers`}><table>
      <thead><tr>${head.map((title, place) => html`<th scope="col" class=${place ? "number" : ""}>${title}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell, place) => (place ? html`<td class="number">${cell}</td>` : html`<th scope="row">${cell}</th>`))}</tr>`)}</tbody>
    </table></div></details>
  </figure>`;
}

const noLegend = { legend: { display: false } };

export function WeeksChart({ weeks, label = "Commits by week" }) {
  const most = weeks.reduce((best, week) => (week.commits > best.commits ? week : best), { commits: 0, start: "" });
  const total = weeks.reduce((sum, week) => sum + week.commits, 0);
  return html`<${Chart} label=${label} watch=${weeks}
    sentence=${total ? `${total} commits in ${weeks.length} weeks; most in the week of ${most.start}: ${most.commits}.` : "No commits in the last year."}
    head=${["Week of", "Commits"]} rows=${weeks.map((week) => [week.start, week.commits])}
    configure=${({ colour: of }) => ({
      type: "bar",
      data: { labels: weeks.map((week) => week.start), datasets: [{ label: "Commits", data: weeks.map((week) => week.commits), backgroundColor: of("--chart-1"), borderRadius: 2 }] },
      options: { maintainAspectRatio: false, plugins: noLegend, scales: { x: { grid: { display: false }, ticks: { maxTicksLimit: 8, maxRotation: 0 } }, y: { beginAtZero: true, ticks: { precision: 0 } } } },
    })} />`;
}

export function AgesChart({ groups, label, sentence }) {
  return html`<${Chart} label=${label} low=${true} watch=${groups} sentence=${sentence}
    head=${["Age", "Open"]} rows=${groups.map((group) => [group.label, group.count])}
    configure=${({ colour: of }) => ({
      type: "bar",
      data: { labels: groups.map((group) => group.label), datasets: [{ label: "Open", data: groups.map((group) => group.count), backgroundColor: of("--chart-2"), borderRadius: 2 }] },
      options: { indexAxis: "y", maintainAspectRatio: false, plugins: noLegend, scales: { x: { beginAtZero: true, ticks: { precision: 0 } }, y: { grid: { display: false } } } },
    })} />`;
}

export function LanguagesChart({ languages }) {
  const shown = languages.slice(0, 5);
  const rest = languages.slice(5).reduce((sum, language) => sum + language.share, 0);
  const parts = rest > 0 ? [...shown, { name: "others", share: rest }] : shown;
  const told = parts.map((part) => `${part.name} ${(100 * part.share).toFixed(1)} %`).join(", ");
  return html`<${Chart} label="Languages" low=${true} watch=${languages} sentence=${told ? `${told}.` : "No code that GitHub knows the language of."}
    head=${["Language", "Share"]} rows=${languages.map((language) => [language.name, `${(100 * language.share).toFixed(2)} %`])}
    configure=${({ palette: of }) => ({
      type: "doughnut",
      data: { labels: parts.map((part) => part.name), datasets: [{ data: parts.map((part) => part.share), backgroundColor: of(parts.length), borderWidth: 0 }] },
      options: { maintainAspectRatio: false, cutout: "62%", plugins: { legend: { position: "right", labels: { boxWidth: 12 } } } },
    })} />`;
}

export function ReleasesChart({ releases }) {
  const moments = releases.time_line.map((release) => ({ x: Date.parse(release.published_at), y: release.prerelease ? 0 : 1, tag: release.tag_name }));
  const sentence = moments.length
    ? `${releases.counted} releases from ${releases.time_line[0].published_at.slice(0, 10)} to ${releases.time_line.at(-1).published_at.slice(0, 10)}; ${releases.last_year} in the last year.`
    : "No release was ever published.";
  return html`<${Chart} label="Releases on a time line" low=${true} watch=${releases} sentence=${sentence}
    head=${["Release", "Published"]} rows=${[...releases.time_line].reverse().map((release) => [release.tag_name, release.published_at.slice(0, 10)])}
    configure=${({ colour: of }) => ({
      type: "scatter",
      data: { datasets: [{ label: "Releases", data: moments, pointRadius: 5, pointHoverRadius: 7, backgroundColor: moments.map((moment) => of(moment.y ? "--chart-1" : "--chart-2")) }] },
      options: {
        maintainAspectRatio: false,
        plugins: { ...noLegend, tooltip: { callbacks: { label: (item) => `${item.raw.tag}, ${new Date(item.raw.x).toISOString().slice(0, 10)}` } } },
        scales: {
          x: { ticks: { maxTicksLimit: 6, maxRotation: 0, callback: (value) => new Date(value).toISOString().slice(0, 7) } },
          y: { min: -0.5, max: 1.5, grid: { display: false }, ticks: { stepSize: 1, callback: (value) => (value === 1 ? "releases" : value === 0 ? "prereleases" : "") } },
        },
      },
    })} />`;
}
