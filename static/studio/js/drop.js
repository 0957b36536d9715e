/* <ps-drop>: pictures by dropping, pasting and browsing, one after the other with their progress; and their order by
   dragging. The order of the fields is the number; #refresh asks for the numbers anew. */
(() => {
  class Drop extends HTMLElement {
    connectedCallback() {
      this.queue = Promise.resolve();
      this.addEventListener("click", ({ target }) => target.closest("[data-dismiss]")?.parentNode.remove());
      this.addEventListener("change", ({ target }) => target.type === "file" && this.take(target));
      for (const name of ["dragstart", "dragover", "dragleave", "drop", "dragend"])
        this.addEventListener(name, (event) => this[name](event));
      document.addEventListener("paste", (this.onPaste = (event) => this.pasted(event)));
    }

    disconnectedCallback() {
      document.removeEventListener("paste", this.onPaste);
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
      for (const file of files) this.queue = this.queue.then(() => this.one(file));
      this.queue = this.queue.then(() => document.querySelector("#refresh").click());
    }

    async one(file) {
      if (this.count >= Number(this.dataset.most)) return this.say(file.name, this.dataset.full);
      if (file.size > Number(this.dataset.bytes)) return this.say(file.name, this.dataset.large);
      const tile = this.waiting(file);
      const answer = await this.send(file, tile.querySelector("progress"));
      tile.remove();
      if (answer.away) return location.assign(answer.away);
      const { body } = new DOMParser().parseFromString(answer.text, "text/html");
      const made = body.querySelector(".ref");
      if (!made) return this.say(file.name, body.textContent.trim() || this.dataset.offline);
      const { value } = made.querySelector("[name=reference]");
      const place = [...this.querySelectorAll("[name=reference]")].findIndex((each) => each.value === value);
      if (place < 0) this.adder.before(made);
      else this.say(file.name, this.dataset.twice.replace("%(n)s", place + 1));
    }

    waiting(file) {
      const tile = document.createElement("div");
      const [thumb, name, bar] = ["div", "span", "progress"].map((each) => document.createElement(each));
      tile.className = "ref";
      thumb.className = "thumb busy";
      name.className = "trunc";
      name.textContent = file.name;
      bar.setAttribute("aria-label", `${this.dataset.busy} ${file.name}`);
      thumb.append(name, bar);
      tile.append(thumb);
      this.adder.before(tile);
      return tile;
    }

    send(file, bar) {
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
        request.send(body);
      });
    }

    say(name, sentence) {
      const line = this.querySelector("template").content.cloneNode(true);
      line.querySelector("span").textContent = `${name}: ${sentence}`;
      this.querySelector(".wrongs").append(line);
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
