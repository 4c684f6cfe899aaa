// The pages of forms: their style, and in a frame of another site their height, told to that site.
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
