/* <ps-drop>: pictures by dropping, pasting and browsing, one after the other with their progress; and their order by
   dragging. The order of the fields is the number; #refresh asks for the numbers anew. While any is on its way, Generate
   waits: it would be sent, and paid for, without them. */
(() => {
  class Drop extends HTMLElement {
    connectedCallback() {
      this.queue = Promise.resolve();
      this.waiting = new Map();
      this.addEventListener("click", ({ target }) => this.pressed(target));
      this.addEventListener("change", ({ target }) => target.type === "file" && this.take(target));
      for (const name of ["dragstart", "dragover", "dragleave", "drop", "dragend"])
        this.addEventListener(name, (event) => this[name](event));
      document.addEventListener("paste", (this.onPaste = (event) => this.pasted(event)));
      document.addEventListener("click", (this.onClick = (event) => this.guard(event)), true);
      document.addEventListener("htmx:before:swap", (this.onSwap = (event) => this.swapping(event)));
      document.addEventListener("htmx:after:swap", (this.onSwapped = () => this.show()));
    }

    disconnectedCallback() {
      document.removeEventListener("paste", this.onPaste);
      document.removeEventListener("click", this.onClick, true);
      document.removeEventListener("htmx:before:swap", this.onSwap);
      document.removeEventListener("htmx:after:swap", this.onSwapped);
    }

    pressed(target) {
      target.closest("[data-dismiss]")?.parentNode.remove();
      const tile = target.closest("[data-stop]")?.closest(".ref");
      if (!tile) return;
      this.waiting.get(tile)?.abort();
      this.ended(tile);
      this.adder.querySelector("input").focus();
    }

    ended(tile) {
      this.waiting.delete(tile);
      tile.remove();
      this.show();
    }

    /* Whatever presses it: a pointer, a key, the shortcut, with htmx or without. */
    guard(event) {
      if (!this.waiting.size || !event.target.closest?.("#generate, #refusal [form]")) return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* An answer brings the page as the server knows it. What it cannot know is taken out of the way of a new brief, and
       told anew after any. */
    swapping({ detail }) {
      if (detail.tasks?.some(({ target }) => target?.id === "brief")) for (const tile of this.waiting.keys()) tile.remove();
    }

    show() {
      for (const tile of this.waiting.keys()) if (!tile.isConnected) this.adder?.before(tile);
      const { size } = this.waiting;
      const [generate, told, counted] = ["generate", "uploading", "reference-count"].map((id) => document.getElementById(id));
      if (size) generate?.setAttribute("aria-disabled", "true");
      else if (this.isHeld) generate?.removeAttribute("aria-disabled");
      this.isHeld = size > 0;
      const words = size ? this.dataset[size > 1 ? "many" : "one"].replace("%(n)s", size) : "";
      if (told && told.textContent.trim() !== words) {
        told.replaceChildren(...(size ? [this.querySelector("#reference-held").content.cloneNode(true)] : []));
        if (size) told.querySelector("p > span").textContent = words;
      }
      counted.textContent = counted.dataset.words.replace("%(n)s", this.count);
      // Another model may take more.
      if (this.most !== counted.dataset.most) for (const line of this.querySelectorAll("[data-surplus]")) line.remove();
      this.most = counted.dataset.most;
    }

    take(input) {
      this.upload([...input.files]);
      input.value = "";
    }

    pasted(event) {
      const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
      if (!files.length || !this.adder) return;
      event.preventDefault();
      this.upload(files);
    }

    get adder() {
      return this.querySelector(".ref.add");
    }

    get count() {
      return this.querySelectorAll("[name=reference]").length;
    }

    upload(files) {
      this.querySelector(".wrongs").replaceChildren();
      for (const file of files) {
        const tile = this.announce(file);
        const { signal } = this.waiting.get(tile);
        const failed = () => this.say(file.name, this.dataset.offline);
        // Whatever becomes of one, the next has its turn and Generate is not held for ever.
        this.queue = this.queue.then(() => this.one(file, tile, signal)).catch(failed).then(() => this.ended(tile));
      }
      this.show();
      this.queue = this.queue.then(() => document.querySelector("#refresh").click());
    }

    async one(file, tile, signal) {
      if (signal.aborted) return;
      const { most } = document.querySelector("#reference-count").dataset;
      if (this.count >= Number(most)) return this.say(file.name, this.dataset.full).setAttribute("data-surplus", "");
      if (file.size > Number(this.dataset.bytes)) return this.say(file.name, this.dataset.large);
      const answer = await this.send(file, tile.querySelector("progress"), signal);
      await this.settled();
      if (signal.aborted) return;
      if (answer.away) return location.assign(answer.away);
      const { body } = new DOMParser().parseFromString(answer.text, "text/html");
      const made = body.querySelector(".ref");
      if (!made) return this.say(file.name, body.textContent.trim() || this.dataset.offline);
      const { value } = made.querySelector("[name=reference]");
      const place = [...this.querySelectorAll("[name=reference]")].findIndex((each) => each.value === value);
      if (place < 0) this.adder.before(made);
      else this.say(file.name, this.dataset.twice.replace("%(n)s", place + 1));
    }

    announce(file) {
      const tile = this.querySelector("#reference-waiting").content.firstElementChild.cloneNode(true);
      tile.querySelector("span").textContent = file.name;
      tile.querySelector("progress").setAttribute("aria-label", `${this.dataset.busy} ${file.name}`);
      tile.querySelector("button").setAttribute("aria-label", `${this.dataset.stop} ${file.name}`);
      this.adder.before(tile);
      this.waiting.set(tile, new AbortController());
      return tile;
    }

    /* The answer to a button may bring a new brief, drawn without what is added while it is on its way. */
    async settled() {
      const page = this.closest("ps-compose");
      while (page?.acting) await new Promise((go) => page.addEventListener("htmx:finally:request", go, { once: true }));
    }

    send(file, bar, signal) {
      return new Promise((resolve) => {
        const body = new FormData();
        body.append("files", file);
        body.append("number", this.count + 1);
        const request = new XMLHttpRequest();
        request.open("POST", this.dataset.url);
        request.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrfmiddlewaretoken]").value);
        // The studio's own way of asking: a sentence instead of a page, and after a sign-out the way back to this one.
        request.setRequestHeader("HX-Request", "true");
        request.setRequestHeader("HX-Current-URL", location.href);
        request.upload.onprogress = (event) => {
          if (event.lengthComputable) bar.value = event.loaded / event.total;
        };
        // Every answer of the studio carries its policy; a proxy's error page is none.
        const isOurs = () => Boolean(request.getResponseHeader("Content-Security-Policy"));
        request.onloadend = () =>
          resolve({ text: isOurs() ? request.responseText : "", away: request.getResponseHeader("HX-Redirect") });
        signal.addEventListener("abort", () => request.abort());
        request.send(body);
      });
    }

    say(name, sentence) {
      const line = this.querySelector("template").content.cloneNode(true);
      line.querySelector("span").textContent = `${name}: ${sentence}`;
      this.querySelector(".wrongs").append(line);
      return this.querySelector(".wrongs").lastElementChild;
    }

    /* Order by dragging; the arrows of each picture do the same by click and key. */

    dragstart(event) {
      this.dragged = event.target.closest(".ref");
      if (!this.dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      this.dragged.classList.add("dragged");
    }

    dragover(event) {
      const over = event.target.closest(".ref:not(.add)");
      if (this.dragged) {
        event.preventDefault();
        if (over && over !== this.dragged) this.place(over);
      } else if (event.dataTransfer.types.includes("Files") && this.adder) {
        event.preventDefault();
        this.classList.add("over");
      }
    }

    place(over) {
      const after = this.dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (after) over.after(this.dragged);
      else over.before(this.dragged);
      this.hasMoved = true;
    }

    dragleave(event) {
      if (!this.contains(event.relatedTarget)) this.classList.remove("over");
    }

    drop(event) {
      event.preventDefault();
      this.classList.remove("over");
      if (!this.dragged) this.upload([...event.dataTransfer.files]);
    }

    dragend() {
      this.dragged?.classList.remove("dragged");
      this.dragged = null;
      if (this.hasMoved) document.querySelector("#refresh").click();
      this.hasMoved = false;
    }
  }

  customElements.define("ps-drop", Drop);
})();
