/* <ps-theme>: shows the chosen theme at once and saves it behind. Without it the form posts as any other. */
(() => {
  class Theme extends HTMLElement {
    connectedCallback() {
      this.addEventListener("submit", this);
      this.addEventListener("change", this);
    }

    handleEvent(event) {
      const form = event.target.closest("form");
      const button = event.submitter ?? event.target;
      if (button.name !== "theme") return;
      if (event.type === "submit") event.preventDefault();
      this.apply(form, button);
    }

    async apply(form, button) {
      const root = document.documentElement;
      const before = root.dataset.theme;
      this.show(button.value);
      const body = new FormData(form);
      body.set("theme", button.value);
      const url = form.dataset.theme ?? form.getAttribute("action");
      const reply = await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => null);
      if (!reply?.ok) this.show(before);
    }

    show(theme) {
      document.documentElement.dataset.theme = theme;
      for (const button of document.querySelectorAll("ps-theme button[name=theme]")) {
        if (button.value === theme) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
      const radio = document.querySelector(`ps-theme input[name=theme][value=${theme}]`);
      if (radio) radio.checked = true;
    }
  }

  customElements.define("ps-theme", Theme);
})();
