"use strict";

// Page Shower: the scene comes once, steps are drawn here.
window.dash_clientside = window.dash_clientside || {};

(() => {
  const state = { scene: null, slider: null, step: 0, timer: null, skip: true, perSecond: 6 };
  let linkTimer = null;

  const unchanged = () => window.dash_clientside.no_update; // defined once Dash runs
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const last = () => (state.scene ? state.scene.places.length - 1 : 0);

  // How many leading entries of a column that never falls are at most this.
  function upTo(column, step) {
    let low = 0;
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function reached(trace, step) {
    if (!trace.customdata) return trace;
    const count = upTo(trace.customdata, step);
    if (count === trace.customdata.length) return trace;
    const part = { ...trace };
    for (const name of ["x", "y", "z", "text"]) {
      if (Array.isArray(trace[name])) part[name] = trace[name].slice(0, count);
    }
    if (!count) part.x = part.y = part.z = [null]; // its name stays in the legend
    if (trace.marker && Array.isArray(trace.marker.color)) {
      part.marker = { ...trace.marker, color: trace.marker.color.slice(0, count) };
    }
    return part;
  }

  // The next step that is worth a stop.
  function next(step, way) {
    const told = state.scene.told;
    let k = step + way;
    while (state.skip && k > 0 && k < last() && !told[k]) k += way;
    return Math.min(Math.max(k, 0), last());
  }

  function go(step) {
    set("shower-step", { value: step });
  }

  function pause() {
    clearInterval(state.timer);
    state.timer = null;
    set("shower-play", { children: "Play" });
  }

  function play() {
    if (!state.scene) return;
    if (state.step >= last()) go(0);
    state.timer = setInterval(() => {
      if (!document.getElementById("shower-step")) pause();
      else if (state.step >= last()) pause();
      else go(next(state.step, 1));
    }, 1000 / state.perSecond);
    set("shower-play", { children: "Pause" });
  }

  function act(id) {
    if (!state.scene) return;
    if (id === "shower-play") {
      if (state.timer) pause();
      else play();
      return;
    }
    if (state.timer) pause();
    if (id === "shower-first") go(0);
    if (id === "shower-back") go(next(state.step, -1));
    if (id === "shower-forward") go(next(state.step, 1));
    if (id === "shower-last") go(last());
  }

  const energy = (value) => `${value.toFixed(2)} eV`;

  window.dash_clientside.shower = {
    // A new scene: from the step of the link, else from its end; the same in other colours: where it was.
    open(scene, step, start) {
      if (!scene) return [unchanged(), unchanged()];
      const slider = document.getElementById("shower-step");
      const opened = state.slider !== slider;
      const again = !opened && state.scene.layout.uirevision === scene.layout.uirevision;
      const first = opened && start !== null && start !== undefined;
      Object.assign(state, { scene, slider });
      if (again) return [last(), unchanged()];
      if (state.timer) pause();
      return [last(), first ? Math.min(Number(start), last()) : last()];
    },

    draw(value, scene) {
      if (!scene || !document.getElementById("shower-step")) return Array(11).fill(unchanged());
      const step = Math.min(Number(value), scene.places.length - 1);
      state.step = step;
      const place = scene.places[step];
      const data = scene.traces.map((trace) => reached(trace, step));
      const ring = data.length - 1;
      data[ring] = { ...data[ring], x: [place[0]], y: [place[1]], z: [place[2]] };
      const now = (name) => (scene.running[name] ? scene.running[name][step] : null);
      const books = ["deposit_eV", "host_deposit_eV", "escaped_eV", "surface_work_eV"].map(now);
      const underWay = scene.primary_eV - books.reduce((sum, part) => sum + part, 0);
      const [holes, electrons] = [now("holes"), now("electrons")];
      const counted = holes !== null;
      return [
        { data, layout: scene.layout },
        `Step ${step} of ${scene.places.length - 1}. ${scene.words[step]}`,
        ...books.map(energy),
        energy(Math.abs(underWay) < 5e-7 ? 0 : underWay),
        energy(scene.primary_eV),
        counted ? String(holes) : "not counted",
        counted ? String(electrons) : "not counted",
        scene.pairs ? String(scene.pairs[step]) : counted ? "of each nanocrystal" : "not counted",
      ];
    },

    move(...clicks) {
      const id = window.dash_clientside.callback_context.triggered_id;
      if (clicks.some(Boolean)) act(id);
      return unchanged();
    },

    settings(quiet, speed) {
      state.skip = (quiet || []).includes("skip");
      state.perSecond = Number(speed);
      if (state.timer) {
        pause();
        play();
      }
      return "shower-quiet";
    },

    // The address line follows once the steps come to rest.
    link(query, value, most, scene, start) {
      clearTimeout(linkTimer);
      const step = scene ? (Number(value) < most ? value : null) : start;
      const parts = [query ? query.slice(1) : "", step === null || step === undefined ? "" : `step=${step}`];
      const text = parts.filter(Boolean).join("&");
      linkTimer = setTimeout(() => {
        if (window.location.pathname === "/shower") set("link", { data: ["/shower", text ? `?${text}` : ""] });
      }, 400);
      return unchanged();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (window.location.pathname !== "/shower" || !state.scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.closest && at.closest("input:not([type=range]):not([type=checkbox]), textarea, select, [role=combobox], [role=listbox], .dash-dropdown")) return;
    const keys = {
      ArrowRight: "shower-forward",
      ArrowLeft: "shower-back",
      Home: "shower-first",
      End: "shower-last",
      " ": "shower-play",
    };
    const id = keys[event.key];
    if (!id || (event.key === " " && at.closest && at.closest("button, a, input, summary"))) return;
    event.preventDefault();
    act(id);
  });
})();
