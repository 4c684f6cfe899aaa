// Editors of sentence tokens: steppers, the live effect line, a filter over long choices.
// The contract with the server is written in kit/templates/kit/sentence.html.

const WAIT_MS = 250;
const pending = new WeakMap<HTMLFormElement, { timer: number; abort: AbortController }>();

function stepBy(button: HTMLButtonElement): void {
  const input = button.closest(".mk-stepper")?.querySelector<HTMLInputElement>("input[type=number]");
  if (!input) return;
  if (button.dataset["step"] === "up") input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

async function showEffect(form: HTMLFormElement, signal: AbortSignal): Promise<void> {
  const line = form.querySelector<HTMLElement>(".mk-editor-effect");
  const address = form.dataset["effectUrl"];
  if (!line || !address) return;
  const url = new URL(address, window.location.href);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "csrfmiddlewaretoken") url.searchParams.append(name, value);
  }
  line.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal, headers: { "HX-Request": "true" } });
    if (answer.ok) line.innerHTML = await answer.text();
  } catch (error) {
    // The preview is a help: saving still works, and tells what is wrong, when it cannot be had.
    if (!(error instanceof DOMException && error.name === "AbortError")) line.textContent = "";
  }
  if (!signal.aborted) line.removeAttribute("aria-busy");
}

function planEffect(form: HTMLFormElement, wait: number): void {
  const earlier = pending.get(form);
  if (earlier) {
    window.clearTimeout(earlier.timer);
    earlier.abort.abort();
  }
  const abort = new AbortController();
  const timer = window.setTimeout(() => void showEffect(form, abort.signal), wait);
  pending.set(form, { timer, abort });
}

function filterChoices(input: HTMLInputElement): void {
  const wanted = input.value.normalize("NFKC").toLowerCase();
  const choices = input.closest(".mk-editor-field")?.querySelectorAll<HTMLElement>(".mk-choice") ?? [];
  for (const choice of choices) {
    const text = (choice.textContent ?? "").normalize("NFKC").toLowerCase();
    const checked = choice.querySelector<HTMLInputElement>("input")?.checked ?? false;
    choice.hidden = !checked && !text.includes(wanted);
  }
}

export function watchSentences(): void {
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    const step = target.closest<HTMLButtonElement>(".mk-stepper button[data-step]");
    if (step) stepBy(step);
  });
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLElement)) return;
    if (input instanceof HTMLInputElement && input.dataset["filter"] !== undefined) {
      filterChoices(input);
      return;
    }
    const form = input.closest<HTMLFormElement>("form.mk-editor-form");
    if (form) planEffect(form, WAIT_MS);
  });
  document.addEventListener("mk:open", (event) => {
    if (!(event.target instanceof Element)) return;
    const form = event.target.querySelector<HTMLFormElement>("form.mk-editor-form");
    if (!form) return;
    planEffect(form, 0);
    const first = form.querySelector<HTMLInputElement>("[data-first]");
    first?.focus();
    if (first?.type === "number" || first?.type === "text") first.select();
  });
  // A closed editor forgets what was typed but not decided.
  document.addEventListener("mk:close", (event) => {
    if (event.target instanceof Element) event.target.querySelector<HTMLFormElement>("form.mk-editor-form")?.reset();
  });
}
