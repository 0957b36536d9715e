/* <ps-keys>: shortcuts. The rows of the help sheet are the map, so what the sheet says is what the keys do.
   A row: data-keys="g c" | "/" | "mod+k" | "shift+1", and data-go (address), data-press or data-focus (selectors). */
(() => {
  const TYPING =
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])";
  const PAUSE = 1000;

  function parse(word) {
    const parts = word.length > 1 ? word.split("+") : [word];
    const key = parts.pop().toLowerCase();
    return { key, mod: parts.includes("mod"), alt: parts.includes("alt"), shift: parts.includes("shift") };
  }

  function fits(stroke, event) {
    if (stroke.mod !== (event.ctrlKey || event.metaKey) || stroke.alt !== event.altKey) return false;
    const letter = /^[a-z]$/.test(stroke.key);
    // With Shift a digit arrives as its layout's symbol; its code still names the digit.
    if (stroke.shift && /^\d$/.test(stroke.key)) return event.shiftKey && event.code === `Digit${stroke.key}`;
    if ((letter || stroke.shift || stroke.key.length > 1) && stroke.shift !== event.shiftKey) return false;
    return event.key.toLowerCase() === stroke.key;
  }

  class Keys extends HTMLElement {
    connectedCallback() {
      this.waiting = "";
      document.addEventListener("keydown", this);
      if (/Mac|iPhone|iPad/.test(navigator.platform)) {
        for (const cap of document.querySelectorAll("kbd")) cap.textContent = cap.textContent.replace("Ctrl", "⌘");
      }
    }

    disconnectedCallback() {
      document.removeEventListener("keydown", this);
    }

    handleEvent(event) {
      if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      const before = this.waiting;
      this.wait("");
      // A layer that Esc closes keeps it for itself.
      const layer = event.key === "Escape" ? "dialog[open], :popover-open" : "dialog[open]";
      const quiet = event.target.closest?.(TYPING) || document.querySelector(layer);
      for (const row of this.querySelectorAll("[data-keys]")) {
        const words = row.dataset.keys.split(" ");
        const stroke = parse(words[before ? 1 : 0] ?? "");
        if (before && words[0] !== before) continue;
        if (!stroke.key || !fits(stroke, event) || (this.needsQuiet(stroke) && (quiet || this.off(stroke)))) continue;
        if (!before && words.length === 2) this.wait(words[0]);
        else if (!this.act(row)) continue;
        event.preventDefault();
        return;
      }
    }

    needsQuiet(stroke) {
      return !stroke.mod && !stroke.alt && !/^f\d+$/.test(stroke.key);
    }

    off(stroke) {
      return this.dataset.single === "off" && stroke.key.length === 1;
    }

    wait(first) {
      clearTimeout(this.timer);
      this.waiting = first;
      if (first) this.timer = setTimeout(() => (this.waiting = ""), PAUSE);
    }

    act({ dataset }) {
      const field = dataset.focus && document.querySelector(dataset.focus);
      if (field?.checkVisibility()) {
        field.focus();
        field.select?.();
        return true;
      }
      if (dataset.go) location.assign(dataset.go);
      else if (dataset.press) document.querySelector(dataset.press)?.click();
      else return false;
      return true;
    }
  }

  // A dialog opened from a menu has no opener to go back to, for the menu has closed: the menu's own button is next.
  let menu = null;
  document.addEventListener("command", (event) => (menu = event.source?.closest("[popover]")?.id), true);
  document.addEventListener(
    "close",
    ({ target }) => {
      const lost = document.activeElement === document.body || target.contains(document.activeElement);
      if (lost && menu) document.querySelector(`[popovertarget="${menu}"]`)?.focus();
    },
    true,
  );

  customElements.define("ps-keys", Keys);
})();
