"use strict";
/* The explorer's page: reads the sliders, asks the emulator, draws ranges. The sums are those of
   sim/experiment/emulator.py, term by term in the same order; a test holds the two together. */
(() => {
  const data = JSON.parse(document.getElementById("emulator").textContent);
  const { levers, places, targets, outcomes, emulator } = data;
  const { weights, region, normal_90: half } = emulator;
  const $ = (id) => document.getElementById(id);
  const sum = (list) => list.reduce((total, each) => total + each, 0);
  const pounds = (value) => "£" + value.toFixed(2);
  const slider = (lever) => $("lever-" + lever.key);

  /* The emulator. */
  function termsOf(doses, place, target) {
    const share = doses.map((dose, row) => dose / levers[row].most);
    const found = [...share, ...share.map((each) => weights.bend * each * each)];
    share.forEach((one, row) => {
      for (let two = row + 1; two < share.length; two += 1) found.push(weights.pair * one * share[two]);
    });
    for (const each of places) {
      const tilt = each.name === place ? weights.place : 0;
      share.forEach((one) => found.push(tilt * one));
    }
    for (const each of targets) {
      const tilt = each.key === target ? weights.target : 0;
      share.forEach((one, row) => { if (levers[row].targeted) found.push(tilt * one); });
    }
    return found;
  }

  const dot = (left, right) => left.reduce((total, each, row) => total + each * right[row], 0);

  /* The upper triangle of a symmetric matrix, row by row, as base64 of float32. */
  function unpacked(text) {
    const view = new DataView(Uint8Array.from(window.atob(text), (each) => each.charCodeAt(0)).buffer);
    return Array.from({ length: view.byteLength / 4 }, (_, at) => view.getFloat32(4 * at, true));
  }

  function square(triangle, terms) {
    let total = 0;
    let at = 0;
    for (let row = 0; row < terms.length; row += 1) {
      for (let column = row; column < terms.length; column += 1, at += 1) {
        total += (row === column ? 1 : 2) * triangle[at] * terms[row] * terms[column];
      }
    }
    return Math.max(0, total);
  }

  const leverage = unpacked(region.leverage);
  const covariance = {};
  for (const { key } of outcomes) covariance[key] = unpacked(emulator.outcomes[key].covariance);

  function ask(doses, place, target) {
    const terms = termsOf(doses, place, target);
    const shares = terms.slice(0, levers.length);
    const nothing = !doses.some((dose) => dose > 0);
    const told = {};
    for (const { key } of outcomes) {
      const one = emulator.outcomes[key];
      const middle = dot(one.coefficients, terms);
      const doubt = square(covariance[key], terms);
      const noise = one.floor + dot(one.per_share, shares);
      const inner = nothing ? 0 : half * Math.sqrt(doubt);
      const outer = nothing ? 0 : half * Math.sqrt(doubt + noise * noise);
      told[key] = { middle, average: [middle - inner, middle + inner], one: [middle - outer, middle + outer] };
    }
    const total = sum(doses);
    let outside = "";
    if (total > region.most_total) outside = "total";
    else if (square(leverage, terms) > region.most_leverage * (1 + 1e-9)) outside = "mixture";
    return { told, outside, total };
  }

  /* What the page's controls say. */
  const dosesNow = () => levers.map((lever) => Number(slider(lever).value));
  const sideOf = (doses, side) => sum(doses.filter((_, row) => levers[row].side === side));

  function put(doses) {
    levers.forEach((lever, row) => {
      const control = slider(lever);
      control.value = Math.min(lever.most, Math.max(0, doses[row])).toFixed(1);
    });
    show();
  }

  /* Scale one side to a sum, no lever past its end; an empty side starts from the village's mix,
     and what the levers in use cannot take goes to the others of that side. */
  function scaled(doses, side, wanted) {
    const mine = levers.map((lever) => lever.side === side);
    let from = doses;
    if (sideOf(doses, side) === 0) {
      const mix = data.presets.whole_village;
      from = levers.map((lever) => mix[lever.key] || 0);
    }
    const result = doses.map((dose, row) => (mine[row] ? 0 : dose));
    const rows = levers.map((_, row) => row).filter((row) => mine[row]);
    const fill = (weights, among) => {
      let open = among;
      for (;;) {
        const left = wanted - sum(rows.map((row) => result[row]));
        open = open.filter((row) => result[row] < levers[row].most - 0.001);
        if (left < 0.001 || !open.length) return;
        const weight = sum(open.map((row) => weights[row]));
        for (const row of open) result[row] = Math.min(levers[row].most, result[row] + (left * weights[row]) / weight);
      }
    };
    fill(from, rows.filter((row) => from[row] > 0));
    fill(levers.map((lever) => lever.most), rows);
    return result;
  }

  function divide(total, community) {
    const doses = dosesNow();
    put(scaled(scaled(doses, "formal", total * (1 - community)), "community", total * community));
  }

  /* Words. A figure is always a range. */
  function figure(value, digits) {
    const plain = Math.abs(value).toFixed(digits);
    return Number(plain).toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  function rangeWords(range, outcome) {
    const [low, high] = range;
    const { digits } = outcome;
    const [one, two] = [figure(low, digits), figure(high, digits)];
    const money = outcome.unit.startsWith("pounds") ? "£" : "";
    const zero = figure(0, digits);
    if (one === zero && two === zero) return "no difference";
    if (low >= 0 || one === zero) return `${money}${low < 0 ? zero : one} to ${money}${two} more`;
    if (high <= 0 || two === zero) return `${money}${high > 0 ? zero : two} to ${money}${one} fewer`.replace("fewer", money ? "less" : "fewer");
    return `${money}${one} ${money ? "less" : "fewer"} to ${money}${two} more`;
  }

  function verdict(told, outcome) {
    const sign = (range) => (range[0] > 0 ? 1 : range[1] < 0 ? -1 : 0);
    const judge = (way) => (outcome.better === 0 ? "" : way === outcome.better ? "better: " : "worse: ");
    if (told.middle === 0 && told.one[0] === told.one[1]) return "no difference";
    if (data.weak.includes(outcome.key)) return "take care: the emulator can hardly tell plans apart here";
    if (sign(told.one)) return judge(sign(told.one)) + "clear in nearly every run";
    if (sign(told.average)) return judge(sign(told.average)) + "clear on average, not in every run";
    return "not clear: it could go either way";
  }

  /* Bars. The scale of each outcome never changes, so that plans can be compared. */
  function drawBar(box, told, most) {
    const at = (value) => 150 + 145 * Math.max(-1, Math.min(1, value / most));
    const place = (name, range) => {
      const mark = box.querySelector("." + name);
      mark.setAttribute("x", at(range[0]).toFixed(2));
      mark.setAttribute("width", Math.max(1.5, at(range[1]) - at(range[0])).toFixed(2));
    };
    place("one", told.one);
    place("average", told.average);
  }

  const mostOf = {};
  for (const outcome of outcomes) mostOf[outcome.key] = 1.2 * outcome.most || 1;

  let waiting = 0;
  function announce(text) {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => { $("heard").textContent = text; }, 500);
  }

  function show() {
    const doses = dosesNow();
    const place = $("place").value;
    const target = $("target").value;
    const { told, outside, total } = ask(doses, place, target);
    const community = total > 0 ? sideOf(doses, "community") / total : 0;
    levers.forEach((lever, row) => {
      $("out-" + lever.key).textContent = pounds(doses[row]);
      slider(lever).setAttribute("aria-valuetext", `${pounds(doses[row])} a head a year`);
    });
    $("total").value = Math.round(total);
    $("out-total").textContent = pounds(total);
    $("total").setAttribute("aria-valuetext", `${pounds(total)} a head a year`);
    $("split").value = Math.round(100 * community);
    $("split").disabled = total === 0;
    const split = total > 0 ? `${Math.round(100 * community)}% community` : "nothing to divide";
    $("out-split").textContent = split;
    $("split").setAttribute("aria-valuetext", split);
    const here = places.find((each) => each.name === place);
    $("bill").textContent = `For all ${here.people.toLocaleString("en-GB")} residents: about £${(total * here.people / 1e6).toFixed(1)} million a year.`;

    const lines = {
      total: `Not in the tested range: this plan costs ${pounds(total)} a head a year, and nothing above ${pounds(region.most_total)} was tested. Move some sliders down.`,
      mixture: "Not in the tested range: no plan that was tested is much like this mixture. Bring the largest sliders down.",
    };
    const refused = outside !== "";
    $("results").classList.toggle("refused", refused);
    $("said").classList.toggle("refused", refused);
    $("results").dataset.outside = outside;
    for (const outcome of outcomes) {
      const box = $("outcome-" + outcome.key);
      const one = told[outcome.key];
      if (refused) {
        delete box.dataset.low; delete box.dataset.high; delete box.dataset.middle;
        box.querySelector(".said").textContent = "Not in the tested range";
        box.querySelector(".hint").textContent = "";
        drawBar(box, { one: [0, 0], average: [0, 0] }, 1);
      } else {
        Object.assign(box.dataset, {
          middle: one.middle, low: one.one[0], high: one.one[1],
          averageLow: one.average[0], averageHigh: one.average[1],
        });
        const words = rangeWords(one.one, outcome);
        box.querySelector(".said").textContent = words === "no difference" ? "No difference" : `${words}; on average ${rangeWords(one.average, outcome)}`;
        box.querySelector(".hint").textContent = verdict(one, outcome);
        drawBar(box, one, mostOf[outcome.key]);
      }
    }
    const first = outcomes[0];
    let sentence = `With ${pounds(total)} a head a year in ${place}: people often or always lonely, ${rangeWords(told[first.key].one, first)} in every 10,000.`;
    if (total === 0) sentence = "Nothing is funded, so nothing differs from the baseline. Move a slider or choose a plan.";
    if (refused) sentence = lines[outside];
    $("said").textContent = sentence;
    $("bar").textContent = refused ? "Not in the tested range" : `${pounds(total)} a head. Often lonely: ${rangeWords(told[first.key].one, first)} in 10,000`;
    announce(sentence);
    $("plan").textContent = planText(doses, place, target, total);
  }

  /* The same plan as a file for the model itself. */
  function planText(doses, place, target, total) {
    const written = (value) => (typeof value === "string" ? `"${value}"` : Number.isInteger(value) ? String(value) : value.toFixed(2));
    const lines = [
      'title = "A plan from the explorer"',
      `summary = "${total.toFixed(2)} pounds a head a year, chosen with the sliders of the explorer."`,
      'kind = "what councils could do"', "", "[run]", `place = "${place}"`, `years = ${data.made.years}`,
    ];
    levers.forEach((lever, row) => {
      if (doses[row] <= 0) return;
      lines.push("", "[[invest]]", `lever = "${lever.key}"`, `gbp_per_head = ${doses[row].toFixed(2)}`, `payer = "${data.payer}"`);
      for (const [key, value] of Object.entries(lever.settings)) lines.push(`${key} = ${written(value)}`);
      if (lever.targeted) lines.push(`where = "${target}"`);
    });
    return lines.join("\n") + "\n";
  }

  for (const lever of levers) slider(lever).addEventListener("input", show);
  for (const id of ["place", "target"]) $(id).addEventListener("change", show);
  $("total").addEventListener("input", () => {
    const now = sum(dosesNow());
    const share = now > 0 ? sideOf(dosesNow(), "community") / now : data.usual_share;
    divide(Number($("total").value), share);
  });
  $("split").addEventListener("input", () => divide(sum(dosesNow()), Number($("split").value) / 100));
  for (const button of document.querySelectorAll("button[data-preset]")) {
    button.addEventListener("click", () => {
      const mix = data.presets[button.dataset.preset];
      put(levers.map((lever) => mix[lever.key] || 0));
    });
  }
  $("desk").hidden = false;
  put(levers.map((lever) => data.presets.whole_village[lever.key] || 0));
})();
