/* <ps-zoom data-button="id" data-width="3840" data-full="address">: the whole picture, or every pixel of it on a pixel of
   the display. At 100 % the original is fetched where the rendition is smaller; dragging moves it. */
(() => {
  class Zoom extends HTMLElement {
    connectedCallback() {
      this.image = this.querySelector("img");
      this.button = document.getElementById(this.dataset.button);
      if (this.button) {
        this.button.hidden = false;
        this.button.addEventListener("click", () => this.toggle());
      }
      this.image.addEventListener("dblclick", (event) => this.toggle(event));
      this.addEventListener("pointerdown", this);
      // Before the page's own keys, where Esc leaves the page.
      document.addEventListener("keydown", this, true);
    }

    disconnectedCallback() {
      document.removeEventListener("keydown", this, true);
    }

    toggle(event) {
      const box = this.image.getBoundingClientRect();
      const at = event ? [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height] : [0.5, 0.5];
      const full = this.classList.toggle("full");
      this.button?.setAttribute("aria-pressed", full);
      this.image.style.width = full ? `${this.dataset.width / devicePixelRatio}px` : "";
      if (!full) return;
      if (this.dataset.full && this.image.srcset) {
        for (const name of ["srcset", "sizes"]) this.image.removeAttribute(name);
        this.image.src = this.dataset.full;
      }
      const grown = this.image.getBoundingClientRect();
      this.scrollTo(at[0] * grown.width - this.clientWidth / 2, at[1] * grown.height - this.clientHeight / 2);
    }

    handleEvent(event) {
      if (event.type === "keydown") {
        if (event.key !== "Escape" || !this.classList.contains("full") || document.querySelector("dialog[open]")) return;
        event.preventDefault();
        this.toggle();
      } else if (event.type === "pointerdown") {
        if (!this.classList.contains("full") || event.pointerType === "touch" || event.button) return;
        event.preventDefault();
        this.setPointerCapture(event.pointerId);
        for (const type of ["pointermove", "pointerup", "pointercancel"]) this.addEventListener(type, this);
      } else if (event.type === "pointermove") {
        this.scrollBy(-event.movementX, -event.movementY);
      } else {
        for (const type of ["pointermove", "pointerup", "pointercancel"]) this.removeEventListener(type, this);
      }
    }
  }

  customElements.define("ps-zoom", Zoom);
})();
