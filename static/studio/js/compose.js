/* <ps-compose>: links fields and prompt, holds saves back while a word is being composed or a button's answer is on its
   way, drops answers that are older than the last keystroke, and keeps in this browser what could not be saved. */
(() => {
  const RETRY_AFTER = 5000;
  const COPY_AFTER = 200;
  const REST = 800;
  const SAVED = [200, 422];
  const OWN = ["csrfmiddlewaretoken", "base_number", "tab", "count", "token", "do", "keep"];
  // Among these an empty field is the one for the next.
  const CHIPS = ["mood", "style", "preserve", "avoid"];
  // Reaching for a storage may itself be refused.
  const BROWSER = () => localStorage;
  const TAB = () => sessionStorage;
  // A value and what it belongs to, row by row; every other list ("line_text", "line_script") counts as a whole.
  const ROWS = { leaf: "leaf_value", fill_name: "fill_value" };
  const AFTER = { fix: "#undo button", line: "#line-add", reference: ".drop input", leaf: "[data-new]", view: "[name=body], #tree textarea" };

  function grouped(fields) {
    const groups = new Map();
    let row = "";
    for (const [name, value] of fields) {
      if (name in ROWS) row = `${name} ${value}`;
      const key = name in ROWS || Object.values(ROWS).includes(name) ? row : name.split("_")[0];
      groups.set(key, [...(groups.get(key) ?? []), [name, value]]);
    }
    return groups;
  }

  class Compose extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.slot_ = `ps-draft-${this.dataset.prompt}`;
      this.loaded = this.own();
      this.inputs = this.count = this.restsUntil = this.removedUntil = 0;
      this.addEventListener("input", (event) => this.typed(event), true);
      this.addEventListener("compositionend", (event) => this.again(event.target));
      this.addEventListener("focusin", (event) => this.light(event.target.closest("[data-attribute]")));
      this.addEventListener("click", (event) => this.clicked(event));
      this.addEventListener("click", (event) => this.removing(event), true);
      this.addEventListener("change", (event) => this.changed(event.target));
      for (const name of ["config:request", "before:request", "before:swap", "after:swap", "after:request", "finally:request", "error"])
        this.addEventListener(`htmx:${name}`, (event) => this.htmx(name, event));
      window.addEventListener("keydown", (this.onKey = (event) => this.pressed(event)), true);
      window.addEventListener("online", (this.onLine = () => this.isCut && this.again(this)));
      window.addEventListener("pagehide", (this.onLeave = () => this.leave()));
      window.addEventListener("pageshow", (this.onReturn = (event) => this.returned(event)));
      this.mark();
      this.comeBack();
    }

    disconnectedCallback() {
      window.removeEventListener("keydown", this.onKey, true);
      window.removeEventListener("online", this.onLine);
      window.removeEventListener("pagehide", this.onLeave);
      window.removeEventListener("pageshow", this.onReturn);
      clearTimeout(this.retry);
    }

    /* Typing and saving */

    typed(event) {
      // The steps of a phone, and a file that is opened, are no words of this form.
      const { target } = event;
      if (target !== this && (target.form !== this.form || target.type === "file")) return event.stopPropagation();
      this.inputs += 1;
      this.isDirty = true;
      // A retry is no typing: what Generate said stays.
      if (event.target !== this) this.querySelector("#refusal")?.replaceChildren();
      clearTimeout(this.copying);
      this.copying = setTimeout(() => this.copy(), COPY_AFTER);
      if (!event.isComposing && !this.acting && !this.coming) return;
      event.stopPropagation();
      this.isLate = true;
    }

    again(target) {
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }

    htmx(name, event) {
      const { ctx } = event.detail;
      // The form itself, Generate, and "Send as written".
      if (!ctx || (ctx.sourceElement !== this.form && ctx.sourceElement.getAttribute("form") !== "compose")) return;
      const action = ctx.request.submitter?.value ?? "";
      if (name === "config:request") {
        ctx.request.body.set("count", (this.count += 1));
        ctx.inputs = this.inputs;
      } else if (name === "before:request") {
        if (this.coming || (ctx.sourceElement !== this.form && performance.now() < this.restsUntil)) return event.preventDefault();
        if (!action) return;
        this.acting = ctx;
        this.querySelector("#refusal")?.replaceChildren();
      } else if (name === "before:swap") {
        const isOld = ctx.inputs !== this.inputs;
        if (isOld && !action && ctx.sourceElement === this.form) return event.preventDefault();
        // Generate's tiles and a button's brief are news all the same, but their picture of the other fields is not.
        for (const task of isOld ? event.detail.tasks : []) if (/^(output|preview)$/.test(task.target?.id)) task.target = null;
        this.settle("down");
      } else if (name === "after:swap") {
        this.settle("up");
        this.mark();
        this.refocus(action);
        if (action.includes("-remove")) this.removedUntil = performance.now() + REST;
        if (ctx.sourceElement !== this.form && ctx.response.status === 200) {
          this.shown();
          this.rest();
        }
      } else if (name === "after:request") this.reached(ctx);
      else if (name === "error") this.cut(ctx);
      else if (this.acting === ctx) {
        this.acting = null;
        if (this.isLate) this.again(this);
        this.isLate = false;
      }
    }

    /* A morph compares attributes, while people change properties: write one into the other before and after. */
    settle(way) {
      for (const field of this.querySelectorAll("textarea, input, option")) {
        const name = field.matches("option") ? "selected" : /radio|checkbox/.test(field.type) ? "checked" : "";
        if (way === "up") {
          if (name) field[name] = field.hasAttribute(name);
        } else if (name) field.toggleAttribute(name, field[name]);
        else if (field.type !== "file" && field.defaultValue !== field.value) field.defaultValue = field.value;
      }
    }

    /* On a phone the takes are on another step, and everywhere the checks may have pushed them out of sight. */
    shown() {
      const isPhone = this.querySelector(".m-steps").checkVisibility();
      this.querySelector("#step-prompt").checked = true;
      this.querySelector("#takes-area").scrollIntoView({ block: isPhone ? "start" : "nearest" });
    }

    /* A quick answer comes between the two halves of a double press; the second must not be another job. */
    rest() {
      this.restsUntil = performance.now() + REST;
      this.querySelector("#generate").setAttribute("aria-disabled", "true");
      setTimeout(() => this.awake(), REST);
    }

    awake() {
      const uploads = this.querySelector("ps-drop");
      if (!uploads?.isHeld) this.querySelector("#generate")?.removeAttribute("aria-disabled");
    }

    /* A button that removes brings its neighbour under the pointer: the second half of a double press is not for that. */
    removing(event) {
      if (!event.target.closest("[name=do][value*='-remove']")) return;
      const now = performance.now();
      if (this.acting || now < this.removedUntil) {
        event.preventDefault();
        event.stopPropagation();
      } else this.removedUntil = now + REST;
    }

    refocus(action) {
      if (!action || document.activeElement !== document.body) return;
      const next = AFTER[action.split(/[|-]/)[0]];
      if (next) this.querySelector(next)?.focus({ preventScroll: true });
    }

    reached({ response, inputs, text, sourceElement, isForeign }) {
      // A refused Generate has saved what it read, unless the answer asks whose words to keep.
      const isSaved = SAVED.includes(response.status) && !text.includes("data-load");
      if (isForeign || response.status >= 500) return this.cut({ sourceElement });
      // 204 is the way to the sign-in page, 409 another tab's newer work, 403 a page that is out of date: a toast says
      // so, trying again would change nothing, and what was typed here is still to be kept.
      if (!SAVED.includes(response.status)) this.copy();
      this.isCut = false;
      clearTimeout(this.retry);
      this.querySelector("#offline").hidden = true;
      this.say(isSaved);
      if (!isSaved || inputs !== this.inputs) return;
      this.isDirty = false;
      this.forget();
    }

    /* In the header: when it was saved, or that it is not. */
    say(isSaved) {
      for (const each of this.querySelectorAll("#saved [data-when]")) each.hidden = (each.dataset.when === "saved") !== isSaved;
    }

    cut({ sourceElement = this.form } = {}) {
      this.isCut = true;
      this.querySelector("#offline").hidden = false;
      this.say(false);
      if (sourceElement !== this.form) this.querySelector("#refusal")?.replaceChildren(this.querySelector("#ungenerated").content.cloneNode(true));
      this.copy();
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.again(this), RETRY_AFTER);
    }

    /* What is not saved yet: sent on leaving, kept in this browser, and offered when the page comes back without it. What
       this very tab has left behind comes in unasked. */

    fields() {
      return [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
    }

    own() {
      return this.fields().filter(([name]) => !OWN.includes(name));
    }

    shows(kept) {
      const words = (fields) => JSON.stringify(fields.filter(([name, value]) => value.trim() || !CHIPS.includes(name)));
      return words(kept) === words(this.own());
    }

    /* What was typed since this page came, over what is kept from before. */
    merged(kept) {
      if (!kept) return this.own();
      const [now, before, old] = [this.own(), this.loaded, kept].map(grouped);
      const isTyped = (key) => JSON.stringify(now.get(key)) !== JSON.stringify(before.get(key));
      return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => (isTyped(key) ? now : old).get(key) ?? []);
    }

    /* A later save than any before it. Words that come back are saved in the name of the page that was left: once,
       whether its beacon has arrived or not, and never over what somebody else has saved since. */
    posted(kept) {
      const page = Object.fromEntries(this.fields().filter(([name]) => OWN.includes(name)));
      return [...Object.entries({ ...page, count: (this.count += 1), ...this.left?.page }), ...this.merged(kept)];
    }

    keep(storage, value) {
      try {
        if (value) storage().setItem(this.slot_, JSON.stringify(value));
        else storage().removeItem(this.slot_);
      } catch {
        /* A browser that keeps nothing loses only this safety net. */
      }
    }

    kept(storage) {
      try {
        return JSON.parse(storage().getItem(this.slot_));
      } catch {
        return null;
      }
    }

    copy() {
      clearTimeout(this.copying);
      this.keep(BROWSER, this.merged(this.coming ?? this.offered));
    }

    /* Everything on this page is saved; what is offered still waits for a decision. */
    forget() {
      clearTimeout(this.copying);
      if (this.offered) this.copy();
      else this.keep(BROWSER, null);
    }

    leave() {
      if (!this.isDirty || !this.form) return;
      this.copy();
      const posted = this.posted(this.coming);
      navigator.sendBeacon(this.form.action, new URLSearchParams(posted));
      // What is offered from elsewhere must not come in with the rest.
      if (this.offered && !this.coming) return;
      const { tab, base_number } = Object.fromEntries(posted);
      this.keep(TAB, { page: { tab, base_number }, count: this.count, fields: this.merged(this.coming) });
    }

    returned({ persisted }) {
      if (!persisted) return;
      this.keep(TAB, null);
      if (this.isDirty) this.again(this);
    }

    /* This page may have been drawn before the beacon of the page before it arrived. */
    comeBack() {
      const left = this.kept(TAB);
      this.keep(TAB, null);
      if (!left || this.shows(left.fields)) return this.offer(this.kept(BROWSER));
      this.left = left;
      this.count = left.count;
      this.bring(left.fields);
    }

    offer(kept) {
      if (!kept || this.shows(kept)) return this.keep(BROWSER, null);
      this.offered = kept;
      this.querySelector("#kept").hidden = false;
    }

    async bring(kept) {
      this.coming = kept;
      const { inputs, left } = this;
      const posted = this.posted(kept);
      // What is replaced because somebody asked for it is set aside, as with "Keep mine".
      if (!left) posted.push(["keep", this.form.elements.base_number.value]);
      const body = new URLSearchParams(posted);
      const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
      const answer = await fetch(this.form.action, { method: "POST", headers, body }).catch(() => null);
      const away = answer?.headers.get("HX-Redirect");
      const isSaved = SAVED.includes(answer?.status);
      const isBehind = answer?.status === 409;
      // A page that is behind what came from here comes anew; one that was left behind somebody else's words must ask.
      if (!isSaved && !away && (left || !isBehind)) return this.stay(kept, isBehind);
      if (isSaved) this.keep(BROWSER, null);
      this.isDirty = isSaved && inputs !== this.inputs;
      if (away) location.assign(away);
      else location.reload();
    }

    /* The words could not come in by themselves: from now on it is this page that saves. */
    stay(kept, isBehind) {
      this.coming = this.left = null;
      this.offer(kept);
      if (!isBehind) this.cut();
      else if (this.isLate) this.again(this);
      this.isLate = false;
    }

    /* Fields and prompt */

    light(field) {
      if (field && !field.matches("[data-finding]") && this.querySelector("#preview").contains(field)) return;
      this.lit = field?.dataset.attribute;
      this.leaf = field?.closest("#tree") && field.dataset.index;
      this.glow();
    }

    /* The whole part of an attribute; of a JSON text, the leaf. */
    glow() {
      for (const part of this.querySelectorAll("[data-segment]"))
        part.classList.toggle("hot", part.dataset.segment === this.lit && !this.leaf);
      for (const piece of this.querySelectorAll("dd[data-segment=body] [data-index]"))
        piece.classList.toggle("hot", piece.dataset.index === this.leaf);
    }

    mark() {
      for (const chip of this.querySelectorAll(".chip.lintd")) chip.classList.remove("lintd");
      for (const { dataset } of this.querySelectorAll("[data-finding][data-index]"))
        this.field(dataset.attribute, dataset.index)?.closest(".chip")?.classList.add("lintd");
      this.glow();
    }

    field(attribute, index) {
      const all = `.brief [data-attribute="${attribute}"]`;
      return (index && this.querySelector(`${all}[data-index="${index}"]`)) || this.querySelector(all);
    }

    go(field, { from, to } = {}) {
      if (!field) return;
      this.querySelector("#step-brief").checked = true;
      field.focus();
      if (from) field.setSelectionRange(from, to);
    }

    clicked(event) {
      const { target } = event;
      const press = target.closest("[data-step], [data-copy], [data-kept], [data-show], [data-step-to], [data-load]");
      const part = target.closest("[data-segment]");
      if (press) this.press(press, event);
      else if (part && getSelection().isCollapsed) {
        event.preventDefault();
        this.go(this.field(part.dataset.segment, target.closest("[data-index]")?.dataset.index));
      }
    }

    press(button, event) {
      const { dataset } = button;
      if (dataset.step) this.step(button.parentNode.querySelector("input"), Number(dataset.step));
      else if (dataset.copy) this.clip(button, this.querySelector(dataset.copy));
      else if (dataset.stepTo) this.querySelector(`#${dataset.stepTo}`).checked = true;
      else if (dataset.kept === "back") this.bring(this.offered);
      else if (dataset.kept) {
        this.offered = null;
        if (this.isDirty) this.copy();
        else this.forget();
        button.closest("#kept").hidden = true;
      } else if ("load" in dataset) {
        // The page that comes offers what was typed here.
        this.copy();
        this.isDirty = false;
      } else {
        event.preventDefault();
        const { attribute } = button.closest("[data-attribute]").dataset;
        const adder = button.hash.startsWith("#f-references") && this.querySelector(".drop input");
        this.go(this.querySelector(button.hash) ?? (adder || this.field(attribute)), dataset);
      }
    }

    step(input, by) {
      if (by > 0) input.stepUp();
      else input.stepDown();
      this.again(input);
    }

    async clip(button, source) {
      // A field would turn every line end into LF: the prompt is fetched as it is sent.
      const answer = await fetch(source.dataset.fetch).catch(() => null);
      const sent = answer?.ok ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(await answer.arrayBuffer()) : source.value;
      try {
        await navigator.clipboard.writeText(sent);
      } catch {
        source.value = sent;
        source.hidden = false;
        source.select();
        document.execCommand("copy");
        source.hidden = true;
      }
      const words = button.querySelector("span");
      const before = words.textContent;
      words.textContent = button.dataset.copied;
      setTimeout(() => (words.textContent = before), 1500);
    }

    pressed(event) {
      if (!event.altKey || event.ctrlKey || event.metaKey || !/^Digit[1-9]$/.test(event.code)) return;
      const row = document.querySelector(`[data-keys="alt+${event.code.slice(5)}"]`);
      const fields = row?.dataset.focus.split(",").map((each) => this.querySelector(each.trim()));
      const field = fields?.find((each) => each);
      if (!field) return;
      event.preventDefault();
      event.stopPropagation();
      this.go(field);
    }

    /* Fewer takes than one become one; for more than the model makes, the answer says how many it makes. */
    changed(input) {
      if ("submit" in input.dataset) return input.form.requestSubmit();
      const { name, value, min } = input;
      const fitting = name === "takes" ? String(Math.max(Math.trunc(value) || 1, min)) : value;
      if (fitting === value) return;
      input.value = fitting;
      this.again(input);
    }
  }

  customElements.define("ps-compose", Compose);
})();
