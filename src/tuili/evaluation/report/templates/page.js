"use strict";
// Legend: bring out one series in every figure.
for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(on && other === button));
    for (const series of document.querySelectorAll("[data-series].series")) {
      series.classList.toggle("dim", on && series.dataset.series !== button.dataset.series);
    }
  });
}

// Explorer: an attempt, its paths, the steps of one path.
const data = document.getElementById("exhibits");
if (data) explore(JSON.parse(data.textContent));

function explore(exhibits) {
  const [filter, picker, problem, list, view] = ["filter", "attempt", "problem", "paths", "path"].map((id) => document.getElementById(id));
  const signs = { correct: "✓", incorrect: "✗", ungraded: "?", unfinished: "·" };
  const runs = new Set(exhibits.map((one) => one.run)).size > 1;

  const passes = {
    all: () => true,
    correct: (one) => one.mark === "correct",
    incorrect: (one) => one.mark === "incorrect",
    ungraded: (one) => one.mark === "ungraded",
    missed: (one) => one.mark !== "correct" && one.found,
  };

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function mark(one) {
    return element("span", { className: `mark ${one.mark}`, title: one.reason ? `${one.mark}: ${one.reason}` : one.mark }, signs[one.mark]);
  }

  function said(one) {
    return one.reason ? `${one.mark}: ${one.reason}` : one.mark;
  }

  function fill() {
    const shown = exhibits.map((one, i) => [one, i]).filter(([one]) => passes[filter.value](one));
    picker.replaceChildren(...shown.map(([one, i]) => {
      const level = one.problem.level === null ? "" : ` · level ${one.problem.level}`;
      return element("option", { value: i }, `${signs[one.mark]} ${one.problem.id}${level} · ${runs ? one.run + " · " : ""}${one.strategy} · seed ${one.seed}`);
    }));
    if (shown.length) show();
    else {
      problem.textContent = "None of the attempts on this page.";
      list.replaceChildren();
      view.replaceChildren();
    }
  }

  function show() {
    const one = exhibits[picker.value];
    const hidden = one.drawn - one.paths.length;
    problem.replaceChildren(
      element("p", {}, one.problem.prompt),
      element("p", { className: "meta" }, mark(one), ` answered ${one.answer === null ? "nothing" : one.answer} (${said(one)}) · ${one.tokens.toLocaleString("en")} tokens in all`
        + (one.ending === "done" ? "" : ` · ended: ${one.ending}`) + (hidden > 0 ? ` · ${one.paths.length} of ${one.drawn} paths shown` : "")),
    );
    list.replaceChildren(...one.paths.map((path, i) => {
      const row = element("li", { id: `path-${i}`, tabIndex: -1 },
        mark(path),
        element("span", { className: "answer" }, path.answer === null ? "no answer" : path.answer),
        path.chosen ? element("span", { className: "chosen" }, "chosen") : element("span", {}),
        element("span", { className: "below" }, [path.score === null ? null : `score ${path.score.toFixed(3)}`, `${path.tokens} tokens`,
          path.purpose === "explore" ? null : path.purpose, path.after.length ? `${path.id}, shown ${path.after.join(", ")}` : null, path.mark === "unfinished" ? "discarded" : null].filter(Boolean).join(" · ")));
      row.setAttribute("role", "option");
      row.addEventListener("click", () => select(i, false));
      return row;
    }));
    select(0, false);
  }

  function select(i, focus) {
    const one = exhibits[picker.value];
    const path = one.paths[i];
    [...list.children].forEach((row, at) => {
      row.setAttribute("aria-selected", String(at === i));
      row.tabIndex = at === i ? 0 : -1;
    });
    if (focus) list.children[i].focus();
    const stopped = { end: "ended its turn", length: "cut at max tokens", step: "discarded", failed: "engine failed" }[path.stop];
    view.replaceChildren(
      element("p", { className: "meta" }, `path ${path.id} · `, mark(path), ` ${said(path)} · ${path.tokens} tokens · ${stopped}`,
        path.chosen ? element("span", { className: "chosen" }, " · chosen") : null),
      ...path.steps.map(step),
      path.more ? element("p", { className: "meta" }, `${path.more} more steps are left out of this page.`) : "",
    );
  }

  function step([text, score]) {
    const row = element("div", { className: "step" },
      element("span", { className: score === null ? "score none" : "score", title: score === null ? "not scored" : `verifier's score ${score}` }, score === null ? "–" : score.toFixed(2)),
      element("pre", {}, text.replace(/\n+$/, "")));
    if (score !== null) {
      const [from, to, share] = score < 0.5 ? ["--wrong", "--doubt", score * 2] : ["--doubt", "--right", score * 2 - 1];
      row.style.setProperty("--colour", `color-mix(in oklch, var(${to}) ${Math.round(share * 100)}%, var(${from}))`);
    }
    return row;
  }

  function turn(by) {
    const options = picker.options.length;
    if (!options) return;
    picker.selectedIndex = (picker.selectedIndex + by + options) % options;
    show();
  }

  list.addEventListener("keydown", (event) => {
    const at = [...list.children].findIndex((row) => row.getAttribute("aria-selected") === "true");
    const last = list.children.length - 1;
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(to, true);
  });
  document.getElementById("previous").addEventListener("click", () => turn(-1));
  document.getElementById("next").addEventListener("click", () => turn(1));
  filter.addEventListener("change", fill);
  picker.addEventListener("change", show);
  fill();
}
