/* The pulse (#pulse): htmx does the polling; this keeps quiet in a hidden tab, backs off after failures and says so, and
   drops what another answer has already put on the page. And it holds back the second half of a double press. */
(() => {
  const SLOWEST = 60_000;
  let failures = 0;
  let quietUntil = 0;
  const ours = (event) => event.detail?.ctx?.sourceElement?.id === "pulse";
  const now = () => document.dispatchEvent(new CustomEvent("pulse:now"));

  /* Says that the studio is out of reach, and stops what counts on. */
  function reach(reached) {
    document.documentElement.toggleAttribute("data-unreached", !reached);
    const notice = document.getElementById("unreached");
    if (notice) notice.hidden = reached;
  }

  function failed(reached = false) {
    reach(reached);
    failures += 1;
    quietUntil = performance.now() + Math.min(SLOWEST, 1000 * 2 ** failures);
  }

  function back() {
    failures = quietUntil = 0;
    if (!document.hidden) now();
  }

  document.addEventListener("htmx:before:request", (event) => {
    if (ours(event) && (document.hidden || performance.now() < quietUntil)) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => ours(event) && failed());
  document.addEventListener("htmx:before:response", (event) => {
    if (!ours(event)) return;
    // An error page is no pulse: keep the element, and ask again later.
    if (event.detail.ctx.response.status < 400) {
      failures = quietUntil = 0;
      reach(true);
    } else {
      event.preventDefault();
      failed(event.detail.ctx.response.status < 500);
    }
  });
  document.addEventListener("htmx:before:swap", (event) => {
    if (!ours(event)) return;
    for (const { swapSpec, fragment } of event.detail.tasks) {
      if (swapSpec.style !== "afterbegin") continue;
      for (const item of [...fragment.children]) if (item.id && document.getElementById(item.id)) item.remove();
    }
  });
  // A verb that has just taken another's place is inert for a second: to the pointer by the stylesheet, here to keys.
  document.addEventListener(
    "click",
    (event) => {
      const verb = event.isTrusted ? event.target.closest?.("[data-do]") : null;
      if (!verb?.getAnimations().some(({ animationName }) => animationName?.startsWith("settle"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener("visibilitychange", back);
  addEventListener("online", back);
  addEventListener("offline", () => reach(false));
  addEventListener("pageshow", (event) => event.persisted && back());
})();
