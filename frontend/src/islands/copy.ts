// A button that copies the text of what its `data-copy` names.

const SAID_MS = 2000;

async function copy(text: string, from: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard: what is selected can be copied by hand.
    window.getSelection()?.selectAllChildren(from);
    document.execCommand("copy");
  }
}

export function watchCopy(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const from = button && document.querySelector(button.dataset["copy"] ?? "");
    if (!button || !from) return;
    void copy(from.textContent ?? "", from).then(() => {
      const words = button.lastChild;
      const before = words?.textContent ?? "";
      if (!words || before === button.dataset["copied"]) return;
      words.textContent = button.dataset["copied"] ?? before;
      setTimeout(() => (words.textContent = before), SAID_MS);
    });
  });
}
