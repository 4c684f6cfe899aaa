// After a swap the focus goes back to the word that was changed, and editors that came with an
// error open again. Answers that are not swapped in are said in words.

interface SwapDetail {
  ctx?: { sourceElement?: Element };
}

// A popover that was opened while an answer was on its way, and what of it had the focus.
interface Opened {
  id: string;
  focused: number;
}

const FOCUSED = "a, button, input, select, textarea";

function openedBeside(source: Element | undefined): Opened | undefined {
  const open = document.querySelector<HTMLElement>(":popover-open");
  if (!open?.id || (source && open.contains(source))) return undefined;
  return { id: open.id, focused: [...open.querySelectorAll(FOCUSED)].findIndex((one) => one === document.activeElement) };
}

function openAgain(opened: Opened): void {
  const there = document.getElementById(opened.id);
  if (!there?.popover || there.matches(":popover-open")) return;
  there.showPopover();
  const focused = [...there.querySelectorAll<HTMLElement>(FOCUSED)][opened.focused];
  focused?.focus();
}

function openWaiting(): void {
  for (const editor of document.querySelectorAll<HTMLElement>("[data-mk-open]")) {
    editor.removeAttribute("data-mk-open");
    editor.showPopover();
  }
}

function say(what: "fault" | "refused"): void {
  const toasts = document.getElementById("mk-toasts");
  const words = toasts?.dataset[what];
  if (!toasts || !words) return;
  const box = document.createElement("div");
  box.className = "mk-toast";
  box.textContent = words;
  toasts.replaceChildren(box);
}

export function watchSwaps(): void {
  let returnTo: string | undefined;
  let opened: Opened | undefined;
  openWaiting();
  document.addEventListener("htmx:before:swap", (event) => {
    const source = (event as CustomEvent<SwapDetail>).detail.ctx?.sourceElement;
    returnTo = source instanceof HTMLElement ? source.dataset["returnTo"] : undefined;
    opened = openedBeside(source);
  });
  document.addEventListener("htmx:after:swap", () => {
    if (opened) openAgain(opened);
    opened = undefined;
    openWaiting();
    const open = document.querySelector(":popover-open");
    if (returnTo && open === null) document.getElementById(returnTo)?.focus();
    returnTo = undefined;
  });
  document.addEventListener("htmx:response:error", (event) => {
    const ctx = (event as CustomEvent<{ ctx?: { response?: { raw?: Response } } }>).detail.ctx;
    const status = ctx?.response?.raw?.status ?? 500;
    if (status === 403) say("refused");
    else if (status >= 500 || status === 404) say("fault");
    if (status === 401) window.location.reload();
  });
  document.addEventListener("htmx:error", () => say("fault"));
}
