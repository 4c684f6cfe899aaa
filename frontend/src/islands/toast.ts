// The toast stays ten seconds, and as long as it is touched or holds the focus.

const STAY_MS = 10_000;

export function toast() {
  return {
    shown: true,
    timer: 0,
    init() {
      this.leave();
    },
    hold() {
      window.clearTimeout(this.timer);
    },
    leave() {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        this.shown = false;
      }, STAY_MS);
    },
    destroy() {
      window.clearTimeout(this.timer);
    },
  };
}
