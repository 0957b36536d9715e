/* <ps-chips>: short items as editable chips. Enter or a comma makes one of what was typed; a pasted list makes many. */
(() => {
  class Chips extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("paste", (event) => this.pasted(event));
      this.addEventListener("input", ({ target }) => this.name(target));
      this.addEventListener("focusout", ({ target }) => this.left(target));
      this.addEventListener("click", ({ target }) => this.removed(target.closest("button")));
    }

    get adder() {
      return this.querySelector(".add input");
    }

    pressed(event) {
      const { target, key } = event;
      if (event.isComposing || target.tagName !== "INPUT") return;
      if (key === "Enter" || (key === "," && target === this.adder)) {
        event.preventDefault();
        if (target === this.adder) this.commit([target.value]);
        else this.adder?.focus();
      } else if (key === "Backspace" && target === this.adder && !target.value) {
        const last = [...this.querySelectorAll(".chip:not(.add) input")].at(-1);
        if (!last) return;
        event.preventDefault();
        last.focus();
        last.setSelectionRange(last.value.length, last.value.length);
      }
    }

    pasted(event) {
      const words = event.clipboardData.getData("text").split(/[\n,，、;；]/);
      if (event.target !== this.adder || words.length < 2) return;
      event.preventDefault();
      words[0] = this.adder.value + words[0];
      this.commit(words);
    }

    commit(words) {
      const { adder } = this;
      const template = this.querySelector("template").content.firstElementChild;
      for (const word of words.map((each) => each.trim()).filter(Boolean)) {
        const chip = template.cloneNode(true);
        chip.querySelector("input").value = word;
        adder.closest(".chip").before(chip);
      }
      adder.value = "";
      this.tell();
    }

    left(input) {
      if (input === this.adder) return input.value.trim() ? this.commit([input.value]) : undefined;
      if (input.tagName !== "INPUT" || input.value.trim()) return;
      input.closest(".chip").remove();
      this.tell();
    }

    removed(button) {
      if (!button) return;
      button.closest(".chip").remove();
      this.adder.focus();
      this.tell();
    }

    name(input) {
      const button = input.closest(".chip")?.querySelector("button");
      button?.setAttribute("aria-label", `${this.dataset.remove} ${input.value}`);
    }

    tell() {
      this.querySelectorAll(".chip:not(.add) input").forEach((input, place) => {
        input.dataset.index = place;
        input.id = `f-${input.name}-${place}`;
        this.name(input);
      });
      this.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  customElements.define("ps-chips", Chips);
})();
