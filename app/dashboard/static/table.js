// A table that sorts by any of its columns.
import { html, useMemo, useState } from "./preact.js";

// columns: {name, title, number, value(row) to sort by, cell(row) to show}; the first is the row's head.
export function SortableTable({ caption, columns, rows, by, descending = true }) {
  const [order, setOrder] = useState({ by, descending });
  const sorted = useMemo(() => {
    const column = columns.find((each) => each.name === order.by) || columns[0];
    return [...rows].sort((one, other) => {
      const [a, b] = [column.value(one), column.value(other)];
      if (a === b) return 0;
      if (a === null || a === undefined) return 1; // what is not known comes last, whichever way
      if (b === null || b === undefined) return -1;
      const difference = typeof a === "string" ? a.localeCompare(b) : a - b;
      return order.descending ? -difference : difference;
    });
  }, [rows, order, columns]);
  // Words begin with A, numbers with the largest.
  const first = (name) => columns.find((each) => each.name === name).number === true;
  const sort = (name) => setOrder({ by: name, descending: order.by === name ? !order.descending : first(name) });
  const direction = (name) => (order.by === name ? (order.descending ? "descending" : "ascending") : undefined);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class="hidden">${caption}</caption>
      <thead><tr>${columns.map(
        (column) => html`<th key=${column.name} scope="col" class=${column.number ? "number" : ""} aria-sort=${direction(column.name)}>
          <button type="button" onClick=${() => sort(column.name)}>${column.title}</button></th>`,
      )}</tr></thead>
      <tbody>${sorted.map((row, place) => html`<tr key=${row.full_name || row.name || place}>${columns.map((column, number) =>
        number === 0
          ? html`<th scope="row">${column.cell(row)}</th>`
          : html`<td class=${column.number ? "number" : ""}>${column.cell(row)}</td>`,
      )}</tr>`)}</tbody>
    </table>
  </div>`;
}

// The same that are told of many things: one card, and lines between them.
export function Strip({ figures }) {
  return html`<dl class="strip card">${figures.map(
    ([name, value, more]) => html`<div key=${name}><dt>${name}</dt><dd class="figure">${value}</dd>${more && html`<dd class="small quiet">${more}</dd>`}</div>`,
  )}</dl>`;
}
