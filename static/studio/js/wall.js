/* <ps-wall>: one tab stop for a wall of tiles or a list of jobs (data-line), arrows inside it, and the way back to the
   tile that was opened. */
(() => {
  const ITEM = ".tile, .job";
  const VERBS = { r: "[data-do=retry]", delete: "[data-do=cancel]" };

  class Wall extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keydown", this);
      this.addEventListener("focusin", this);
      this.addEventListener("click", this);
      this.observer = new MutationObserver(() => this.rove());
      this.observer.observe(this, { childList: true, subtree: true });
      this.fromOutside = (event) => this.enter(event);
      document.addEventListener("keydown", this.fromOutside);
      this.watchSwaps = (event) => this.keepFocus(event);
      document.addEventListener("htmx:before:swap", this.watchSwaps);
      document.addEventListener("htmx:after:swap", this.watchSwaps);
      this.rove();
      // Not before the browser has gone to the fragment itself, which takes the focus away again.
      if (document.readyState === "complete") this.comeBack();
      else addEventListener("load", () => requestAnimationFrame(() => this.comeBack()), { once: true });
    }

    disconnectedCallback() {
      this.observer.disconnect();
      document.removeEventListener("keydown", this.fromOutside);
      document.removeEventListener("htmx:before:swap", this.watchSwaps);
      document.removeEventListener("htmx:after:swap", this.watchSwaps);
    }

    get stops() {
      return [...this.querySelectorAll(":is(.tile, .job) .open")];
    }

    rove(chosen = this.chosen) {
      const stops = this.stops;
      this.chosen = stops.includes(chosen) ? chosen : stops[0];
      for (const stop of stops) {
        const tabindex = stop === this.chosen ? "0" : "-1";
        if (stop.getAttribute("tabindex") !== tabindex) stop.setAttribute("tabindex", tabindex);
      }
      if (this.hasAttribute("data-line")) return;
      for (const action of this.querySelectorAll(".act > a")) action.tabIndex = -1;
    }

    handleEvent(event) {
      const stop = event.target.closest?.(ITEM)?.querySelector(".open");
      if (!stop) return;
      if (event.type === "focusin") this.rove(stop);
      else if (event.type === "click") event.target === stop && this.leave(stop);
      else if (!event.ctrlKey && !event.metaKey && !event.altKey) this.press(event, stop);
    }

    press(event, stop) {
      const stops = this.stops;
      const line = this.hasAttribute("data-line");
      const at = stops.indexOf(stop);
      const right = getComputedStyle(this).direction === "rtl" ? -1 : 1;
      const moves = {
        ArrowDown: () => (line ? stops[at + 1] : this.beside(stops, stop, 1)),
        ArrowUp: () => (line ? stops[at - 1] : this.beside(stops, stop, -1)),
        ArrowRight: () => !line && stops[at + right],
        ArrowLeft: () => !line && stops[at - right],
        Home: () => stops[0],
        End: () => stops.at(-1),
      };
      if (event.target === stop && event.key in moves) this.go(moves[event.key]() || null);
      else if (!this.act(event.key.toLowerCase(), stop)) return;
      event.preventDefault();
    }

    /* The first arrow on a page where nothing has the focus: to the first tile that is seen. */
    enter(event) {
      const free = [document.body, document.getElementById("main"), null].includes(document.activeElement);
      const keys = this.hasAttribute("data-line") ? /^Arrow(Up|Down)$/ : /^Arrow/;
      if (event.defaultPrevented || !free || !keys.test(event.key) || document.querySelector(":popover-open")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const { top, bottom } = this.getBoundingClientRect();
      const seen = this.stops.find((stop) => {
        const box = stop.getBoundingClientRect();
        return box.top >= top && box.top < bottom;
      });
      if (!seen) return;
      event.preventDefault();
      this.go(seen);
    }

    go(stop) {
      if (!stop) return;
      stop.focus({ preventScroll: true });
      stop.closest(ITEM).scrollIntoView({ block: "nearest" });
    }

    /* The tile of the next row up or down whose middle is nearest. */
    beside(stops, stop, way) {
      const here = stop.getBoundingClientRect();
      const middle = (box) => box.left + box.width / 2;
      const boxes = stops.map((each) => [each, each.getBoundingClientRect()]);
      const beyond = boxes.filter(([, box]) => (box.top - here.top) * way > here.height / 4);
      const edge = Math.min(...beyond.map(([, box]) => box.top * way)) * way;
      const row = beyond.filter(([, box]) => Math.abs(box.top - edge) < here.height / 4);
      const gap = ([, box]) => Math.abs(middle(box) - middle(here));
      return row.sort((a, b) => gap(a) - gap(b))[0]?.[0];
    }

    act(key, stop) {
      if (key.length === 1 && document.querySelector("ps-keys")?.dataset.single === "off") return false;
      const item = stop.closest(ITEM);
      const button = key === "d" ? item.querySelector(".act a[download]") : VERBS[key] && item.querySelector(VERBS[key]);
      button?.click();
      return Boolean(button);
    }

    /* Before leaving for a picture: make this entry of the history lead back to it, at the height it was seen at. */
    leave(stop) {
      const { id } = stop.closest(ITEM);
      if (!id.startsWith("image-")) return;
      const url = new URL(location);
      url.search = `?at=${id.slice(6)}`;
      url.hash = id;
      history.replaceState({ ...history.state, top: stop.getBoundingClientRect().top }, "", url);
    }

    comeBack() {
      const tile = document.getElementById(location.hash.slice(1));
      if (!tile?.matches(ITEM) || !this.contains(tile)) return;
      const top = history.state?.top;
      tile.scrollIntoView({ block: "center" });
      if (top !== undefined) this.scrollTop += tile.getBoundingClientRect().top - top;
      tile.querySelector(".open").focus({ preventScroll: true });
    }

    /* A tile that is replaced while it holds the focus hands it to what stands in its place. */
    keepFocus({ type }) {
      if (type === "htmx:before:swap") {
        const item = document.activeElement?.closest(ITEM);
        this.held = item && this.contains(item) ? [...this.querySelectorAll(ITEM)].indexOf(item) : -1;
      } else if (this.held >= 0 && document.activeElement === document.body) {
        this.querySelectorAll(ITEM)[this.held]?.querySelector(".open, button")?.focus({ preventScroll: true });
      }
    }
  }

  customElements.define("ps-wall", Wall);
})();
