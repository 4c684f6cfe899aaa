// Rows that are chosen by check boxes: the bar says how many, "all" follows.

function recount(table: HTMLElement): void {
  const boxes = [...table.querySelectorAll<HTMLInputElement>("tbody input[data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = table.querySelector<HTMLInputElement>("input[data-choose-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const bar = document.querySelector<HTMLElement>(`[data-bulk-for="${CSS.escape(table.id)}"]`);
  if (!bar) return;
  bar.hidden = chosen === 0;
  const count = bar.querySelector("[data-chosen]");
  if (count) count.textContent = String(chosen);
}

export function watchTables(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement)) return;
    const table = input.closest<HTMLElement>("table");
    if (!table) return;
    if (input.dataset["chooseAll"] !== undefined) {
      for (const box of table.querySelectorAll<HTMLInputElement>("tbody input[data-choose]")) box.checked = input.checked;
      recount(table);
    } else if (input.dataset["choose"] !== undefined) recount(table);
  });
}
