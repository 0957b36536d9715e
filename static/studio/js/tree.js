/* <ps-tree>: arrows go from value to value where they cannot go on inside one; what opens is ready to be typed into. */
(() => {
  class Tree extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("click", (event) => this.opened(event));
    }

    /* At once: an event that comes after the opening would take the focus from somebody who types already. */
    opened(event) {
      const details = event.target.closest("summary")?.parentNode;
      if (!details || details.open) return;
      event.preventDefault();
      details.open = true;
      details.querySelector("input").focus();
    }

    pressed(event) {
      const { target, key, altKey, ctrlKey, metaKey, shiftKey, isComposing } = event;
      if (key === "Enter" && target.matches("details input") && !isComposing) {
        event.preventDefault();
        return target.closest("details").querySelector("button").click();
      }
      const by = { ArrowUp: -1, ArrowDown: 1 }[key];
      if (!by || altKey || ctrlKey || metaKey || shiftKey || isComposing || !target.matches("textarea")) return;
      const { value, selectionStart, selectionEnd } = target;
      const isAtEdge = by < 0 ? !value.slice(0, selectionStart).includes("\n") : !value.slice(selectionEnd).includes("\n");
      const fields = [...this.querySelectorAll("textarea")];
      const next = fields[fields.indexOf(target) + by];
      if (!isAtEdge || !next) return;
      event.preventDefault();
      next.focus();
      next.setSelectionRange(0, next.value.length);
    }
  }

  customElements.define("ps-tree", Tree);
})();
