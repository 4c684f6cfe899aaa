// The frame: theme choice, the phone's menu, pages restored from the cache of the browser.

function keep(name: string, value: string): void {
  const year = 60 * 60 * 24 * 365;
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`;
}

function chooseKeys(button: HTMLElement): void {
  const on = document.documentElement.dataset["mkKeys"] === "off";
  document.documentElement.dataset["mkKeys"] = on ? "on" : "off";
  keep("mikomi_keys", on ? "on" : "off");
  button.setAttribute("aria-pressed", String(on));
}

function chooseTheme(theme: string): void {
  const root = document.documentElement;
  root.dataset["mkTheme"] = theme;
  keep("mikomi_theme", theme);
  root.dispatchEvent(new Event("mk:theme"));
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === theme));
  }
}

function toggleMenu(open: boolean): void {
  const side = document.getElementById("mk-side");
  side?.toggleAttribute("data-open", open);
  document.querySelector("[data-menu-toggle]")?.setAttribute("aria-expanded", String(open));
  if (open) side?.querySelector<HTMLElement>("a, button")?.focus();
}

export function watchFrame(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const theme = event.target.closest<HTMLElement>("[data-theme-choice]")?.dataset["themeChoice"];
    if (theme) chooseTheme(theme);
    const keys = event.target.closest<HTMLElement>("[data-keys-choice]");
    if (keys) chooseKeys(keys);
    if (event.target.closest("[data-menu-toggle]")) {
      toggleMenu(!document.getElementById("mk-side")?.hasAttribute("data-open"));
    }
    if (event.target.closest("[data-search-open]")) {
      toggleMenu(true);
      document.getElementById("mk-search-input")?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const side = document.getElementById("mk-side");
    if (event.key === "Escape" && side?.hasAttribute("data-open")) {
      toggleMenu(false);
      document.querySelector<HTMLElement>("[data-menu-toggle]")?.focus();
    }
  });
  for (const box of document.querySelectorAll<HTMLElement>(".mk-plot-scroll")) box.scrollLeft = box.scrollWidth;
}
