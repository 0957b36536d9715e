/* <ps-lines>: a new line of text stands there at once, so that nothing typed into it is lost; and the script of a line
   follows what is written in it until somebody chooses one. */
(() => {
  class Lines extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", (event) => event.target.closest("#line-add") && this.add(event));
      this.addEventListener("change", ({ target }) => this.chosen(target));
      document.addEventListener("htmx:after:swap", (this.onSwap = (event) => this.follow(event)));
    }

    disconnectedCallback() {
      document.removeEventListener("htmx:after:swap", this.onSwap);
    }

    add(event) {
      event.preventDefault();
      const place = this.querySelectorAll(".quote").length;
      const template = this.querySelector("template");
      const line = template.content.cloneNode(true);
      for (const { attributes } of line.querySelectorAll("*"))
        for (const each of attributes)
          if (each.value.includes("{"))
            each.value = each.value.replace("{place}", place).replace("{number}", place + 1);
      template.before(line);
      if (!place) this.querySelector("[value=line-up-1]").remove();
      this.querySelector(`#f-text-${place}`).focus();
    }

    chosen(select) {
      if (select.name !== "line_script") return;
      select.dataset.auto = "no";
      this.speak(select);
    }

    /* After a save alone: what Generate has sent must not change behind its back. */
    follow({ detail }) {
      if (detail.ctx.sourceElement.id !== "compose") return;
      const found = document.querySelector("#preview").dataset.scripts?.split(",") ?? [];
      this.querySelectorAll("[name=line_script]").forEach((select, place) => {
        const script = found[place];
        if (!script || script === select.value || select.value !== (select.dataset.auto ?? "")) return;
        select.value = select.dataset.auto = script;
        this.speak(select);
        select.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }

    /* The language is on the field, so that the right face shows it. */
    speak(select) {
      const words = select.closest(".quote").querySelector("textarea");
      const { lang, dir } = select.selectedOptions[0].dataset;
      words.lang = lang ?? "";
      words.dir = dir ?? "auto";
    }
  }

  customElements.define("ps-lines", Lines);
})();
