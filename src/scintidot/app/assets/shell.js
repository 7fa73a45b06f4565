"use strict";

// Client side of the frame: address line, theme, errors of the connection.
window.dash_clientside = window.dash_clientside || {};

let copyTimer;

window.dash_clientside.shell = {
  // The state of a page stands in the address line, and the page is found again in it.
  follow(link) {
    const [path, query] = link;
    if (window.location.pathname === path && window.location.search !== query) {
      window.history.replaceState(null, "", path + query);
    }
    return [...document.querySelectorAll("header .nav-link")].map((anchor) => {
      const own = new URL(anchor.href).pathname;
      return own === path ? path + query : window.dash_clientside.no_update;
    });
  },

  mark(path) {
    const links = [...document.querySelectorAll("header .nav-link")];
    window.dash_clientside.set_props("error", { children: "" });
    return links.map((anchor) => {
      const here = new URL(anchor.href).pathname === path;
      if (here) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
      return here ? "nav-link current" : "nav-link";
    });
  },

  theme(clicks, stored) {
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const now = stored || system;
    const next = clicks ? (now === "dark" ? "light" : "dark") : now;
    document.documentElement.dataset.theme = next;
    return [next, next === "dark" ? "Light" : "Dark"];
  },

  copy() {
    const copied = navigator.clipboard && navigator.clipboard.writeText(window.location.href);
    const back = () => window.dash_clientside.set_props("copy-link", { children: "Copy link" });
    clearTimeout(copyTimer);
    copyTimer = setTimeout(back, 2000);
    return copied ? "Link copied" : "Copy it from the address line";
  },
};

(() => {
  const say = (text) => window.dash_clientside.set_props("error", { children: text });

  // What the user does next takes the last error away; not before a click is done, which the move of the page would
  // take from its button.
  for (const kind of ["change", "input", "keydown", "click"]) {
    document.addEventListener(
      kind,
      (event) => {
        if (event.target.closest && event.target.closest("main")) say("");
      },
      true,
    );
  }

  // An answer that is a refusal says why in one sentence; no answer means that the app has ended.
  const fetch = window.fetch;
  window.fetch = async (...request) => {
    let answer;
    try {
      answer = await fetch(...request);
    } catch (fault) {
      if (fault.name !== "AbortError") say("The app does not answer: was it stopped? Start it again.");
      throw fault;
    }
    if (answer.status >= 400) {
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      say(plain ? await answer.clone().text() : `The app answered with an error (${answer.status}).`);
    }
    return answer;
  };
})();
