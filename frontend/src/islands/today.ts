// Today: which card is current, keys 1 to 5 and Enter on it, and メールする, which says so by itself.
// After a card has gone the next one becomes current, with the focus where it was: on the same button.

const CARD = "[data-call]";

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(CARD)];
}

function current(): HTMLElement | null {
  return document.querySelector<HTMLElement>(`${CARD}[data-current]`);
}

function choose(card: HTMLElement | null | undefined, focus = false): void {
  if (!card) return;
  for (const other of cards()) other.toggleAttribute("data-current", other === card);
  if (!focus) return;
  const target = card.querySelector<HTMLElement>("[data-tel]") ?? card.querySelector<HTMLElement>("a, button");
  target?.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select") || target.closest("[popover]") !== null)
  );
}

function press(event: KeyboardEvent): void {
  if (document.documentElement.dataset["mkKeys"] === "off" || document.querySelector("[data-calls]") === null) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || inField(event.target)) return;
  const card = current();
  if (event.key === "j" || event.key === "k") {
    const every = cards();
    const here = card ? every.indexOf(card) : -1;
    const holds = card?.contains(document.activeElement) ?? false;
    // The first press takes hold of the current card; the next ones go on.
    const step = holds ? (event.key === "j" ? 1 : -1) : 0;
    choose(every[Math.min(every.length - 1, Math.max(0, here + step))], true);
  } else if (/^[1-5]$/.test(event.key)) {
    card?.querySelector<HTMLElement>(`[data-key="${event.key}"]`)?.click();
  } else if (event.key === "Enter" && (event.target === document.body || event.target === card)) {
    card?.querySelector<HTMLElement>("[data-open]")?.click();
  } else {
    return;
  }
  event.preventDefault();
}

export function watchToday(): void {
  document.addEventListener("keydown", press);
  // A card grows as it becomes current. Under the pointer that waits for the click: what is pressed must
  // not move away between down and up.
  let pointing = false;
  document.addEventListener("pointerdown", () => (pointing = true), true);
  for (const end of ["click", "pointercancel", "keydown"]) {
    document.addEventListener(end, () => (pointing = false), true);
  }
  for (const way of ["focusin", "click"]) {
    document.addEventListener(way, (event) => {
      if (!pointing && event.target instanceof Element) choose(event.target.closest<HTMLElement>(CARD));
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-mailed]") : null;
    const said = link && document.getElementById(link.dataset["mailed"] ?? "");
    // The mailer opens by the link itself; a moment later the card may go.
    if (said) window.setTimeout(() => said.click(), 300);
  });
  let held = false;
  let place = 0;
  document.addEventListener("htmx:before:swap", () => {
    const card = current();
    held = card?.contains(document.activeElement) ?? false;
    place = card ? cards().indexOf(card) : 0;
  });
  document.addEventListener("htmx:after:swap", () => {
    // A result was taken back: its card stands where it stood, and one goes on with it.
    const back = document.querySelector<HTMLElement>("[data-restored]");
    if (back) {
      back.removeAttribute("data-restored");
      choose(back, true);
      return;
    }
    if (document.querySelector("[data-calls]") === null || current() !== null) return;
    const every = cards();
    choose(every[Math.min(place, every.length - 1)], held);
  });
}
