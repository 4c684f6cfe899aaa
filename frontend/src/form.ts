// The pages of forms: their style, and in a frame of another site their height, told to that site, and whose
// browser it is, asked of that site's tag.
import "./css/tokens.css";
import "./css/form.css";

if (window.parent !== window && "embedded" in document.documentElement.dataset) {
  const tell = (): void => {
    const page = document.querySelector("main");
    if (page) window.parent.postMessage({ mikomiFormHeight: Math.ceil(page.getBoundingClientRect().height) + 2 }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
}

interface Told {
  mikomiVisitor?: unknown;
  mikomiSource?: unknown;
}

const form = document.querySelector("form");
if (window.parent !== window && form) {
  const fields = ["mk_visitor", "mk_source"].map((name) => form.elements.namedItem(name) as HTMLInputElement | null);
  const ask = (): void => {
    // The tag may come later than the form.
    if (!fields[0]?.value) window.parent.postMessage("mikomi?", "*");
  };
  addEventListener("message", (event) => {
    const told = event.data as Told | null;
    if (event.source !== window.parent || typeof told?.mikomiVisitor !== "string") return;
    [told.mikomiVisitor, told.mikomiSource].forEach((value, place) => {
      const field = fields[place];
      if (field && !field.value && typeof value === "string") field.value = value;
    });
  });
  ask();
  addEventListener("load", ask);
  addEventListener("focusin", ask);
}
