// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const apply = (): void => {
    const chosen = root.dataset["mkTheme"] ?? "system";
    root.dataset["bsTheme"] = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  };
  apply();
  dark.addEventListener("change", apply);
  root.addEventListener("mk:theme", apply);
})();
