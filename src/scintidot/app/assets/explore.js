"use strict";

// Page Explore: sliders, fields and switches become one request; the next is sent when the last is answered.
window.dash_clientside = window.dash_clientside || {};

window.dash_clientside.explore = (() => {
  let same; // Dash's word for "as it was", which is there once its renderer has loaded
  const patience = 8000; // [ms] after which a request without an answer is given up
  let number = 0;
  let waiting = null;
  let sent = null;

  const textAt = (slider, step) => {
    const share = Number(step) / slider.steps;
    const value = slider.logarithmic
      ? slider.low * (slider.high / slider.low) ** share
      : slider.low + (slider.high - slider.low) * share;
    return String(Number(value.toPrecision(slider.logarithmic ? 3 : 10)));
  };

  const stepOf = (slider, text) => {
    const value = Number(text);
    if (text === "" || !Number.isFinite(value) || (slider.logarithmic && value <= 0)) return same;
    const share = slider.logarithmic
      ? Math.log(value / slider.low) / Math.log(slider.high / slider.low)
      : (value - slider.low) / (slider.high - slider.low);
    return Math.round(Math.min(Math.max(share, 0), 1) * slider.steps);
  };

  const gather = (turn, refresh, pins, theme, time, reset, ...rest) => {
    same = window.dash_clientside.no_update;
    const values = rest.slice(0, -3);
    const [answer, last, spec] = rest.slice(-3);
    const context = window.dash_clientside.callback_context;
    const triggered = new Set(context.triggered.map((entry) => entry.prop_id.split(".")[0]));
    const { sliders, numbers, choices } = spec;
    const holders = sliders.filter((slider) => slider.held);
    const count = sliders.length;
    const steps = values.slice(0, count);
    const texts = values.slice(count, 2 * count);
    const held = values.slice(2 * count, 2 * count + holders.length).map((value) => value.length > 0);
    const others = values.slice(2 * count + holders.length);
    if (!last) [waiting, sent] = [null, null]; // the page has just been opened

    const out = {
      steps: steps.map(() => same),
      texts: texts.map(() => same),
      held: held.map(() => same),
    };
    const put = (kind, index, now, value) => {
      if (now[index] !== value) out[kind][index] = now[index] = value;
    };
    if (waiting && answer && answer.number === waiting.number) waiting = null;

    sliders.forEach((slider, index) => {
      const place = holders.indexOf(slider);
      const hold = (on) => {
        if (place >= 0 && held[place] !== on) {
          held[place] = on;
          out.held[place] = on ? ["held"] : [];
        }
      };
      const isFree = () => place >= 0 && !held[place];
      if (triggered.has("explore-reset")) {
        hold(false);
        if (place < 0 && answer && answer.refused && answer.typed) {
          put("texts", index, texts, answer.typed[slider.name]);
          put("steps", index, steps, stepOf(slider, texts[index]));
        }
      }
      if (triggered.has(`explore-slider-${slider.name}`)) {
        put("texts", index, texts, textAt(slider, steps[index]));
        hold(true);
      } else if (triggered.has(`explore-${slider.name}`)) {
        hold(texts[index] !== "");
        if (!isFree()) put("steps", index, steps, stepOf(slider, texts[index]));
      }
      if (isFree() && answer && answer.numbers) {
        put("texts", index, texts, answer.numbers[slider.name]);
        put("steps", index, steps, stepOf(slider, texts[index]));
      }
    });

    const state = {};
    sliders.forEach((slider, index) => {
      const place = holders.indexOf(slider);
      if (place < 0 || held[place]) state[slider.name] = texts[index];
    });
    [...numbers, ...choices].forEach((name, index) => {
      state[name] = others[index];
    });
    const request = { values: state, pins: pins || [], theme, time };
    const key = JSON.stringify([request, refresh]);
    const now = Date.now();
    const busy = waiting && now - waiting.since < patience;
    if (busy || key === sent || !theme) return [same, ...out.steps, ...out.texts, ...out.held];
    number += 1;
    sent = key;
    waiting = { number, since: now };
    return [{ ...request, number }, ...out.steps, ...out.texts, ...out.held];
  };

  const most = 4;
  const pin = (clicks, unpins, pins, answer) => {
    same = window.dash_clientside.no_update;
    const [trigger] = window.dash_clientside.callback_context.triggered;
    if (!trigger || !trigger.value) return same;
    if (trigger.prop_id.startsWith("explore-pin.")) {
      const query = answer && answer.query;
      if (query === undefined || pins.includes(query)) return same;
      return [...pins, query].slice(-most);
    }
    const { index } = JSON.parse(trigger.prop_id.split(".")[0]);
    return pins.filter((_, place) => place !== index);
  };

  // With the answer it is the turn of what has been asked for meanwhile. As an output of a callback this would be a
  // circle, which Dash does not follow.
  const taken = (answer) => {
    if (answer) window.dash_clientside.set_props("explore-turn", { data: answer.number });
  };

  // The clock ticks while a simulation would say more, or runs.
  const wind = (answer, job) => !((answer && answer.wanting && answer.wanting.length) || (job && job.name));

  return { gather, pin, taken, wind };
})();
