// Parts of a page that ask again and again: they rest while nobody looks, or while something in them is open,
// and the keyboard's focus stays on the link it was on.
import htmx from "htmx.org";

interface Asking {
  ctx?: { sourceElement?: Element };
}

const SELECTOR = "[data-mk-poll]";

export function watchPolling(): void {
  let href: string | null = null;
  const asking = (event: Event): HTMLElement | null => {
    const source = (event as CustomEvent<Asking>).detail.ctx?.sourceElement;
    return source instanceof HTMLElement && source.matches(SELECTOR) ? source : null;
  };
  document.addEventListener("htmx:before:request", (event) => {
    const part = asking(event);
    if (part && (document.hidden || part.querySelector(":popover-open"))) event.preventDefault();
  });
  document.addEventListener("htmx:before:swap", (event) => {
    const held = document.activeElement;
    href = held && asking(event)?.contains(held) ? held.getAttribute("href") : null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (href) document.querySelector<HTMLElement>(`${SELECTOR} a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
    href = null;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const part of document.querySelectorAll(SELECTOR)) htmx.trigger(part, "mk:look");
  });
}
