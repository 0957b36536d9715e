/* <ps-palette>: moves through results that the server wrote. The first row is always chosen, so Enter always acts. */
(() => {
  class Palette extends HTMLElement {
    connectedCallback() {
      this.dialog = this.querySelector("dialog");
      this.field = this.querySelector("input[role=combobox]");
      this.list = this.querySelector("[role=listbox]");
      this.dialog.addEventListener("beforetoggle", (event) => this.opens(event.newState === "open"));
      this.field.addEventListener("focus", () => this.opening && this.opens(false));
      this.dialog.addEventListener("toggle", (event) => event.newState === "open" && this.field.dispatchEvent(new Event("ps:open")));
      this.field.addEventListener("input", () => (this.behind = true));
      this.field.addEventListener("keydown", (event) => this.pressed(event));
      this.list.addEventListener("click", (event) => event.target.closest("[role=option]") && this.dialog.close());
      this.addEventListener("htmx:after:swap", () => this.arrived());
    }

    get options() {
      return [...this.list.querySelectorAll("[role=option]")];
    }

    /* What was asked the last time is selected before the first key of this time: later, that key would be lost. A field
       that is closed and opened in one breath never loses the focus, so it does not get it either. */
    opens(opening) {
      this.opening = opening;
      this.field.select();
    }

    arrived() {
      // An answer to what was typed before does not count.
      this.behind = this.list.querySelector("[data-q]")?.dataset.q !== this.field.value;
      this.choose(this.options[0]);
      if (this.hurried) this.enter();
    }

    choose(option) {
      for (const each of this.options) each.setAttribute("aria-selected", String(each === option));
      this.field.setAttribute("aria-activedescendant", option?.id ?? "");
      option?.scrollIntoView({ block: "nearest" });
    }

    enter() {
      // Somebody who types faster than the answer arrives still gets what they typed.
      this.hurried = this.behind;
      if (!this.behind) this.list.querySelector("[aria-selected=true]")?.click();
    }

    pressed(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.isComposing || (!step && event.key !== "Enter")) return;
      event.preventDefault();
      if (!step) return this.enter();
      const { options } = this;
      const now = options.findIndex((option) => option.ariaSelected === "true");
      this.choose(options[(now + step + options.length) % options.length]);
    }
  }

  customElements.define("ps-palette", Palette);
})();
