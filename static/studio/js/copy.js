/* <ps-copy>: its button copies the text of [data-copy], or of the code, inside it. Hidden where nothing can be copied. */
(() => {
  class Copy extends HTMLElement {
    connectedCallback() {
      this.button = this.querySelector("button");
      this.button.hidden = !navigator.clipboard;
      this.addEventListener("click", this);
    }

    async handleEvent(event) {
      if (!this.button.contains(event.target)) return;
      await navigator.clipboard.writeText(this.querySelector("[data-copy], code").textContent);
      this.button.classList.add("did");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.button.classList.remove("did"), 1500);
    }
  }

  customElements.define("ps-copy", Copy);
})();
