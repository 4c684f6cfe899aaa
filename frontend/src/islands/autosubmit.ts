// A form or select that sends itself when its value changes, for people with scripts; the button
// beside it stays for everybody else.

export function watchAutosubmit(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
    if (field.dataset["autosubmit"] !== undefined) field.form?.requestSubmit();
  });
}
