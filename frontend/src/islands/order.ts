// Lists whose entries are put in order by buttons: the entry moves, the focus stays on the button.

export function watchOrder(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-move]") : null;
    const entry = button?.closest("li");
    const list = entry?.closest("[data-orderable]");
    if (!button || !entry || !list) return;
    if (button.dataset["move"] === "-1") entry.previousElementSibling?.before(entry);
    else entry.nextElementSibling?.after(entry);
    button.focus();
  });
}
