// What the page draws itself, in SVG by attributes alone: its policy allows no style inside of it.
import { html } from "./preact.js";

// How full something is, from the share that is left (0 to 1).
export function level(share) {
  return share <= 0.1 ? "empty" : share <= 0.25 ? "low" : "good";
}

// A basin with water in it: a quota. `words` is what it says to who does not see it.
export function Basin({ share, label, words }) {
  const surface = 6 + (1 - Math.min(1, Math.max(0, share))) * 58;
  const wave = `M-2 ${surface.toFixed(1)}q6-4 12 0t12 0 12 0 12 0 12 0 12 0 12 0V72H-2Z`;
  return html`<svg class=${`basin ${level(share)}`} viewBox="0 0 72 68" role="meter" aria-label=${label}
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(100 * share)} aria-valuetext=${words}>
    ${share > 0 && html`<path class="water" d=${wave} />`}
    <path class="marks" d="M0 20.500h7M0 35h11M0 49.500h7" />
  </svg>`;
}

// One bar made of shares (0 to 1 each), each with a colour's name; the numbers stand beside it as text.
export function Channel({ parts, thin = false }) {
  let from = 0;
  return html`<svg class=${thin ? "channel thin" : "channel"} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bed" width="100" height="10" />
    ${parts.map(([share, kind]) => {
      const x = from;
      from += 100 * share;
      return share > 0 && html`<rect class=${kind} x=${x} width=${Math.max(0.6, 100 * share)} height="10" />`;
    })}
  </svg>`;
}

const ICONS = {
  good: "M3.500 8.500l3 3 6-7",
  warn: "M8 1.800l6.600 12H1.400zM8 6.300v3.400M8 11.600v.2",
  bad: "M4.500 4.500l7 7M11.500 4.500l-7 7",
  none: "M5 8h6",
};

// A mark whose shape alone tells it from the others; words stand beside it.
export function Icon({ kind }) {
  return html`<svg class=${`icon ${kind}`} viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[kind]} /></svg>`;
}
