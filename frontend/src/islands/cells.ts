// Cells of a map that save themselves when they are left: Esc brings back what stood there, Ctrl+Enter
// (Enter in a line of one row) saves at once.

type Field = HTMLInputElement | HTMLTextAreaElement;

function fieldOf(target: EventTarget | null): Field | undefined {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return undefined;
  return target.closest("[data-cell]") ? target : undefined;
}

export function watchCells(): void {
  document.addEventListener("keydown", (event) => {
    const field = fieldOf(event.target);
    if (!field || event.isComposing) return;
    if (event.key === "Escape") {
      field.value = field.defaultValue;
      field.blur();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || field instanceof HTMLInputElement)) {
      event.preventDefault();
      field.blur();
    }
  });
}
