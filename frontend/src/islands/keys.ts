// Keys that work outside fields: / search, J and K through rows, Enter open, Z undo.
// `data-mk-keys="off"` on <html>, from the person's own menu, switches them off.

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select") || target.closest("[popover]") !== null)
  );
}

function moveBy(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-key-row]")];
  if (rows.length === 0) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step));
  const row = rows[next];
  const link = row?.matches("a, button") ? row : row?.querySelector<HTMLElement>("a, button");
  link?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

export function watchKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset["mkKeys"] === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || inField(event.target)) return;
    switch (event.key) {
      case "/": {
        const search = document.getElementById("mk-search-input");
        if (!search) return;
        event.preventDefault();
        search.focus();
        return;
      }
      case "j":
        moveBy(1);
        return;
      case "k":
        moveBy(-1);
        return;
      case "z":
        (
          document.querySelector<HTMLElement>(".mk-toasts [data-undo]") ?? document.querySelector<HTMLElement>("[data-undo]")
        )?.click();
        return;
      default:
    }
  });
}
