// Places popovers beside the button that opened them and keeps aria-expanded true to what is seen.

const GAP = 6;
const EDGE = 12;
const TALLEST = 520;

// The place is a rule of a sheet, not a style attribute: htmx copies attributes of swapped elements,
// and the page's security policy refuses style attributes that are set as text.
const places = new CSSStyleSheet();

function openerOf(popover: HTMLElement): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(popover.id)}"]:not([popovertargetaction])`);
}

function place(popover: HTMLElement, opener: HTMLElement): void {
  const from = opener.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const below = from.bottom + GAP;
  const left = Math.min(from.left, window.innerWidth - EDGE - size.width);
  const x = Math.round(Math.max(EDGE, left));
  const roomBelow = window.innerHeight - EDGE - below;
  const roomAbove = from.top - GAP - EDGE;
  // What it holds, not how tall it stands: it may be squeezed where it is now.
  const wanted = Math.min(popover.scrollHeight, TALLEST);
  const under = wanted <= roomBelow || roomBelow >= roomAbove;
  // Above its opener a popover hangs by its foot: it may still grow when its effect line arrives.
  const y = under
    ? `top: ${Math.round(below)}px; max-height: min(${Math.round(Math.max(roomBelow, 160))}px, ${TALLEST}px)`
    : `bottom: ${Math.round(window.innerHeight - from.top + GAP)}px; max-height: min(${Math.round(roomAbove)}px, ${TALLEST}px)`;
  places.replaceSync(`[id="${CSS.escape(popover.id)}"] { left: ${x}px; ${y}; }`);
}

export function watchPopovers(): void {
  document.adoptedStyleSheets.push(places);
  // "toggle" does not bubble; capturing at the document hears every popover, also swapped-in ones.
  document.addEventListener(
    "toggle",
    (event) => {
      const popover = event.target;
      if (!(popover instanceof HTMLElement) || !popover.classList.contains("mk-pop")) return;
      const opener = openerOf(popover);
      const open = (event as ToggleEvent).newState === "open";
      opener?.setAttribute("aria-expanded", String(open));
      if (open && opener) place(popover, opener);
      popover.dispatchEvent(new CustomEvent(open ? "mk:open" : "mk:close", { bubbles: true }));
    },
    true,
  );
  const replace = (): void => {
    for (const popover of document.querySelectorAll<HTMLElement>(".mk-pop:popover-open")) {
      const opener = openerOf(popover);
      if (opener) place(popover, opener);
    }
  };
  window.addEventListener("scroll", replace, { passive: true, capture: true });
  window.addEventListener("resize", replace, { passive: true });
  // A list that came later may not fit where the empty box did.
  document.addEventListener("htmx:after:swap", replace);
}
