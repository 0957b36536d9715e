/* <ps-findings>: goes from finding to finding by key, and through those of one kind, which share a row, by their count. */
(() => {
  class Findings extends HTMLElement {
    connectedCallback() {
      document.addEventListener("click", this);
    }

    disconnectedCallback() {
      document.removeEventListener("click", this);
    }

    handleEvent({ target }) {
      const button = target.closest?.("[data-lint], [data-more]");
      if (button?.dataset.lint) this.walk(Number(button.dataset.lint));
      else if (button) this.turn(button.closest("[data-finding]"));
    }

    walk(by) {
      const all = [...this.querySelectorAll("[data-finding]")];
      if (!all.length) return;
      const here = all.findIndex((each) => each.contains(document.activeElement));
      const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
      document.querySelector("#step-prompt").checked = true;
      this.reveal(all[next]);
      all[next].focus();
    }

    turn(finding) {
      const next = finding.nextElementSibling ?? finding.parentNode.firstElementChild;
      this.reveal(next);
      next.querySelector("[data-more]").focus();
    }

    reveal(finding) {
      for (const each of finding.parentNode.children) each.classList.toggle("later", each !== finding);
    }
  }

  customElements.define("ps-findings", Findings);
})();
