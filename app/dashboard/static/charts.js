// Charts: each a picture with a sentence for who does not see it, and a table of the same numbers.
import { html, useEffect, useRef, useState } from "./preact.js";
import { day, dayOfYear } from "./format.js";

const RECENT_WEEKS = 13;
let library = null;

// Fetched when the first chart is shown; a saved page has it already.
export function chartLibrary() {
  if (globalThis.Chart) return Promise.resolve(globalThis.Chart);
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("./vendor/chart.js", import.meta.url).href;
    script.onload = () => resolve(globalThis.Chart);
    script.onerror = () => {
      library = null; // the next chart tries again
      script.remove();
      reject(new Error("the chart library could not be loaded"));
    };
    document.head.append(script);
  });
  return library;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function dressed(Library) {
  const { defaults } = Library;
  Object.assign(defaults.font, { family: getComputedStyle(document.body).fontFamily, size: 12 });
  Object.assign(defaults, { color: colour("--quiet"), borderColor: colour("--line"), animation: false });
  Object.assign(defaults.plugins.tooltip, {
    backgroundColor: colour("--tip"), titleColor: colour("--on-tip"), bodyColor: colour("--on-tip"), padding: 10, cornerRadius: 6, displayColors: false,
  });
  return Library;
}

// head: names of the columns; rows: what is drawn, as text, for the table. Children stand beside the picture.
export function Chart({ label, sentence, shape = "", configure, head, rows, watch, children }) {
  const canvas = useRef(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let chart = null;
    let gone = false;
    const draw = async () => {
      try {
        const Library = await chartLibrary();
        if (gone || !canvas.current) return;
        chart?.destroy();
        chart = new (dressed(Library))(canvas.current, configure({ colour }));
        setMissing(false);
      } catch (error) {
        console.warn(`${label}: ${error.message}`);
        if (!gone) setMissing(true);
      }
    };
    draw();
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
    <div class=${`picture ${shape}`} hidden=${missing}><div class="canvas"><canvas ref=${canvas} role="img" aria-label=${sentence}></canvas></div>${children}</div>
    ${missing && html`<p role="status">The chart could not be drawn; its numbers are here.</p>`}
    <figcaption class=${children ? "hidden" : "small quiet"}>${sentence}</figcaption>
    <details open=${missing}><summary>Numbers</summary><div class="scroll tall" tabindex="0" role="region" aria-label=${`${label}: numbers`}><table>
      <thead><tr>${head.map((title, place) => html`<th scope="col" class=${place ? "number" : ""}>${title}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell, place) => (place ? html`<td class="number">${cell}</td>` : html`<th scope="row">${cell}</th>`))}</tr>`)}</tbody>
    </table></div></details>
  </figure>`;
}

const noLegend = { legend: { display: false } };

// `most`: the top of the scale, where several such charts are to be compared.
export function WeeksChart({ weeks, label = "Commits by week", most = undefined, shape = "" }) {
  const best = weeks.reduce((before, week) => (week.commits > before.commits ? week : before), { commits: 0, start: "" });
  const total = weeks.reduce((sum, week) => sum + week.commits, 0);
  if (total === 0) return html`<p class="quiet">No commits in the last year.</p>`;
  return html`<${Chart} label=${label} watch=${weeks} shape=${shape}
    sentence=${`${total} commits in ${weeks.length} weeks; most in the week of ${best.start}: ${best.commits}.`}
    head=${["Week of", "Commits"]} rows=${weeks.map((week) => [week.start, week.commits])}
    configure=${({ colour: of }) => ({
      type: "bar",
      data: {
        labels: weeks.map((week) => week.start),
        datasets: [{
          label: "Commits",
          data: weeks.map((week) => week.commits),
          backgroundColor: weeks.map((_, place) => of(place < weeks.length - RECENT_WEEKS ? "--chart-before" : "--chart-1")),
          borderRadius: 2,
          categoryPercentage: 0.9,
        }],
      },
      options: {
        maintainAspectRatio: false,
        plugins: { ...noLegend, tooltip: { callbacks: { title: ([item]) => `Week of ${item.label}` } } },
        scales: {
          x: { grid: { display: false }, ticks: { maxTicksLimit: 8, maxRotation: 0, callback: (place) => dayOfYear(weeks[place].start) } },
          y: { beginAtZero: true, suggestedMax: most, border: { display: false }, ticks: { precision: 0, maxTicksLimit: 5 } },
        },
      },
    })} />`;
}

export function AgesChart({ groups, label, sentence }) {
  return html`<${Chart} label=${label} shape="low" watch=${groups} sentence=${sentence}
    head=${["Age", "Open"]} rows=${groups.map((group) => [group.label, group.count])}
    configure=${({ colour: of }) => ({
      type: "bar",
      data: {
        labels: groups.map((group) => group.label),
        datasets: [{ label: "Open", data: groups.map((group) => group.count), backgroundColor: of("--chart-1"), borderRadius: 2, maxBarThickness: 16 }],
      },
      options: {
        indexAxis: "y",
        maintainAspectRatio: false,
        plugins: noLegend,
        scales: { x: { beginAtZero: true, border: { display: false }, ticks: { precision: 0, maxTicksLimit: 6 } }, y: { grid: { display: false } } },
      },
    })} />`;
}

export function LanguagesChart({ languages }) {
  const shown = languages.slice(0, 5);
  const rest = languages.slice(5).reduce((sum, language) => sum + language.share, 0);
  const parts = rest > 0 ? [...shown, { name: "others", share: rest }] : shown;
  const share = (part) => `${(100 * part.share).toFixed(1)} %`;
  if (parts.length === 0) return html`<p class="quiet">No code that GitHub knows the language of.</p>`;
  return html`<${Chart} label="Languages" shape="round" watch=${languages} sentence=${`${parts.map((part) => `${part.name} ${share(part)}`).join(", ")}.`}
    head=${["Language", "Share"]} rows=${languages.map((language) => [language.name, `${(100 * language.share).toFixed(2)} %`])}
    configure=${({ colour: of }) => ({
      type: "doughnut",
      data: {
        labels: parts.map((part) => part.name),
        datasets: [{ data: parts.map((part) => part.share), backgroundColor: parts.map((_, place) => of(`--chart-${place + 1}`)), borderColor: of("--raised"), borderWidth: 2 }],
      },
      options: { maintainAspectRatio: false, cutout: "66%", plugins: { ...noLegend, tooltip: { callbacks: { label: (item) => share(parts[item.dataIndex]) } } } },
    })}>
    <ul class="keys" aria-hidden="true">${parts.map((part, place) => html`<li class=${`c${place + 1}`}><span>${part.name}</span><span class="numbers">${share(part)}</span></li>`)}</ul><//>`;
}

export function ReleasesChart({ releases }) {
  const { time_line: line } = releases;
  if (line.length === 0) return html`<p class="quiet">No release was ever published.</p>`;
  const moments = line.map((release) => ({ x: Date.parse(release.published_at), y: release.prerelease ? 0 : 1, tag: release.tag_name }));
  const both = new Set(moments.map((one) => one.y)).size === 2;
  return html`<${Chart} label="Releases on a time line" shape="line" watch=${releases}
    sentence=${`${releases.counted} releases from ${day(line[0].published_at)} to ${day(line.at(-1).published_at)}; ${releases.last_year} in the last year.`}
    head=${["Release", "Published"]} rows=${[...line].reverse().map((release) => [release.tag_name, day(release.published_at)])}
    configure=${({ colour: of }) => ({
      type: "scatter",
      data: {
        datasets: [{
          label: "Releases", data: moments, pointRadius: 5, pointHoverRadius: 7, borderColor: of("--raised"),
          backgroundColor: moments.map((one) => of(one.y ? "--chart-1" : "--chart-2")),
        }],
      },
      options: {
        maintainAspectRatio: false,
        layout: { padding: { left: 8, right: 8 } },
        plugins: { ...noLegend, tooltip: { callbacks: { label: (item) => `${item.raw.tag}, ${new Date(item.raw.x).toISOString().slice(0, 10)}` } } },
        scales: {
          x: { grid: { display: false }, ticks: { maxTicksLimit: 6, maxRotation: 0, callback: (value) => new Date(value).toISOString().slice(0, 7) } },
          y: {
            min: -0.6, max: 1.6, border: { display: false }, display: both,
            afterBuildTicks: (axis) => { axis.ticks = [{ value: 0 }, { value: 1 }]; },
            ticks: { callback: (value) => (value === 1 ? "releases" : "prereleases") },
          },
        },
      },
    })} />`;
}
