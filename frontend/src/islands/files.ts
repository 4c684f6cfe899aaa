// A file dropped anywhere on the dashed field lands in its file input.

export function watchFiles(): void {
  const fieldOf = (event: Event): Element | null =>
    event.target instanceof Element ? event.target.closest("[data-drop]") : null;

  document.addEventListener("dragover", (event) => {
    if (fieldOf(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const input = fieldOf(event)?.querySelector<HTMLInputElement>("input[type=file]");
    if (!input || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
