/* <ps-toast>: goes by itself after a while, not while somebody reads or reaches for it; errors stay until dismissed.
   And what is not the studio's own answer, such as a proxy's error page, is said in one instead of put into the page. */
(() => {
  const READING_TIME = 7000;

  class Toast extends HTMLElement {
    connectedCallback() {
      this.querySelector("button[aria-label]")?.addEventListener("click", () => this.remove());
      for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => clearTimeout(this.timer));
      for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.start());
      this.start();
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
    }

    start() {
      clearTimeout(this.timer);
      if (!this.hasAttribute("data-stay")) this.timer = setTimeout(() => this.remove(), READING_TIME);
    }
  }

  customElements.define("ps-toast", Toast);

  // Every answer of the studio carries its policy.
  function isForeign({ response }) {
    return !response.headers.has("Content-Security-Policy");
  }

  document.addEventListener(
    "htmx:after:request",
    (event) => {
      const { ctx } = event.detail;
      if (!isForeign(ctx)) return;
      ctx.isForeign = true; // Compose has its own words for it
      event.preventDefault();
      if (ctx.sourceElement.id === "pulse" || ctx.sourceElement.closest("ps-compose")) return;
      document.getElementById("toasts").replaceChildren(document.getElementById("foreign").content.cloneNode(true));
    },
    true,
  );
})();
