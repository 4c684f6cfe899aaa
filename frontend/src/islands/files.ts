// Files dropped anywhere on the dashed field land in its file input; chosen ones are listed by name.

const OVER = "data-over";

function list(input: HTMLInputElement): void {
  const names = input.closest("[data-drop]")?.querySelector("[data-file-names]");
  // One name stands in the input itself.
  const files = input.files && input.files.length > 1 ? [...input.files] : [];
  names?.replaceChildren(
    ...files.map((file) => {
      const line = document.createElement("li");
      line.textContent = file.name;
      return line;
    }),
  );
}

export function watchFiles(): void {
  const fieldOf = (event: Event): Element | null =>
    event.target instanceof Element ? event.target.closest("[data-drop]") : null;

  document.addEventListener("dragover", (event) => {
    const field = fieldOf(event);
    if (!field) return;
    event.preventDefault();
    field.setAttribute(OVER, "");
  });
  document.addEventListener("dragleave", (event) => {
    const field = fieldOf(event);
    const to = event.relatedTarget;
    if (field && !(to instanceof Node && field.contains(to))) field.removeAttribute(OVER);
  });
  document.addEventListener("drop", (event) => {
    const field = fieldOf(event);
    field?.removeAttribute(OVER);
    const input = field?.querySelector<HTMLInputElement>("input[type=file]");
    if (!input || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    if (input.multiple || event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
    else {
      const first = new DataTransfer();
      const file = event.dataTransfer.files[0];
      if (file) first.items.add(file);
      input.files = first.files;
    }
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input instanceof HTMLInputElement && input.type === "file") list(input);
  });
}
