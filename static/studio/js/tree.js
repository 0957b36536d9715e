/* <ps-tree>: arrows go from value to value where they cannot go on inside one. */
(() => {
  class Tree extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("toggle", ({ target }) => target.open && target.querySelector("input").focus(), true);
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
