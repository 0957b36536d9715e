/* <ps-elapsed data-elapsed="12" data-seconds="%(s)d s" data-minutes="%(m)d min %(s)d s">12 s</ps-elapsed>: counts on
   between two pulses, from the server's figure alone, so that a wrong clock on either side does not matter. With
   data-left it counts down instead and ends with the words of data-over. Stands still while the studio is out of reach. */
(() => {
  class Elapsed extends HTMLElement {
    static observedAttributes = ["data-elapsed", "data-left"];

    connectedCallback() {
      this.timer = setInterval(() => this.show(), 1000);
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }

    attributeChangedCallback() {
      const { elapsed, left } = this.dataset;
      this.began = performance.now() - Number(elapsed ?? -left) * 1000;
      if (this.isConnected) this.show();
    }

    show() {
      if (document.hidden || document.documentElement.hasAttribute("data-unreached")) return;
      const since = Math.round((performance.now() - this.began) / 1000);
      const down = "left" in this.dataset;
      const passed = down ? Math.max(-since, 0) : since;
      const words = down && !passed ? this.dataset.over : this.dataset[passed < 60 ? "seconds" : "minutes"];
      const text = words.replace("%(m)d", Math.floor(passed / 60)).replace("%(s)d", passed % 60);
      if (this.textContent !== text) this.textContent = text;
    }
  }

  customElements.define("ps-elapsed", Elapsed);
})();
