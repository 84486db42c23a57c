"use strict";
(() => {
  const { suites, trends } = JSON.parse(document.getElementById("data").textContent);
  const form = document.querySelector(".filters");
  const byName = new Map(suites.map((suite) => [suite.name, suite]));
  const WIDTH = 1000, HEIGHT = 100, DOTTED = 60;

  // An element with a class and a text, which is a text whatever stands in it.
  const make = (parent, tag, kind = "", text = "") => {
    const made = document.createElement(tag);
    made.className = kind;
    made.textContent = text;
    parent.append(made);
    return made;
  };

  const prefixed = (value, unit) => {
    const [factor, prefix] = [[1, ""], [1e3, "m"], [1e6, "µ"]].find(([by]) => Math.abs(value) * by >= 1) ?? [1e9, "n"];
    return `${Number((value * factor).toPrecision(4))} ${value ? prefix : ""}${unit}`;
  };

  const written = (value, unit) => {
    if (unit === "s" || unit === "J") return prefixed(value, unit);
    const short = Number.isInteger(value) || Math.abs(value) >= 1e4 ? Math.round(value) : Number(value.toPrecision(4));
    return `${short.toLocaleString("en", { maximumSignificantDigits: 15 })} ${unit}`.trim();
  };

  // The levels between the changes of a trend: [from, to, value], in runs of the suite.
  const levels = (trend) => {
    const places = [trend.first, ...trend.changes.map(([place]) => place), trend.first + trend.values.length];
    const values = trend.changes.length ? [trend.changes[0][3], ...trend.levels] : [];
    return values.map((value, number) => [places[number], places[number + 1] - 1, value]);
  };

  // The ends of an axis: all values are within, but for the few that would make a flat line of the others.
  const ends = (values) => {
    const sorted = Float64Array.from(values).sort(), last = sorted.length - 1, few = Math.ceil(last * 0.03);
    const low = sorted[few], high = sorted[last - few], reach = 0.75 * (high - low);
    return high > low ? [Math.max(sorted[0], low - reach), Math.min(sorted[last], high + reach)] : [sorted[0], sorted[last]];
  };

  const draw = (card, trend) => {
    const runs = byName.get(trend.suite).runs.length;
    const known = trend.values.filter((value) => value !== null);
    const [least, most] = ends(known);
    const x = (place) => (runs > 1 ? (WIDTH * place) / (runs - 1) : WIDTH / 2).toFixed(1);
    const within = (share) => Math.max(-0.06, Math.min(share, 1.06));
    const y = (value) => (most > least ? HEIGHT * (1 - within((value - least) / (most - least))) : HEIGHT / 2).toFixed(1);
    const points = trend.values.map((value, number) => (value === null ? null : `${x(trend.first + number)} ${y(value)}`));
    const plot = card.querySelector(".plot");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${trend.figure} of ${trend.case} from run to run`);
    const path = (kind, steps) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
      made.setAttribute("class", kind);
      made.setAttribute("d", steps);
      svg.append(made);
      return made;
    };
    path("line", points.map((point, number) => (point === null ? "" : (points[number - 1] ? "L" : "M") + point)).join(""));
    if (known.length <= DOTTED) path("dots", points.map((point) => (point === null ? "" : `M${point}h0`)).join(""));
    path("level", levels(trend).map(([from, to, value]) => `M${x(from)} ${y(value)}H${x(to)}`).join(""));
    for (const [place, direction] of trend.changes) path(`mark ${direction}`, `M${x(place)} -4V${HEIGHT + 4}`);
    const here = path("here", "");
    plot.append(svg);
    make(plot, "span", "end most", most > least ? written(most, trend.unit) : "");
    make(plot, "span", "end least", most > least ? written(least, trend.unit) : "");

    const nearest = (event) => {
      const box = plot.getBoundingClientRect();
      const wanted = Math.round(((event.clientX - box.left) / box.width) * (runs - 1)) - trend.first;
      let best = -1;
      trend.values.forEach((value, number) => {
        if (value !== null && (best < 0 || Math.abs(number - wanted) < Math.abs(best - wanted))) best = number;
      });
      return best;
    };
    plot.addEventListener("pointermove", (event) => {
      const number = nearest(event);
      here.setAttribute("d", `M${points[number]}h0`);
      tell(card, trend, number);
    });
    plot.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "mouse") return;
      here.setAttribute("d", "");
      summarise(card, trend);
    });
    plot.addEventListener("click", (event) => {
      const address = byName.get(trend.suite).reports[trend.first + nearest(event)];
      if (address && event.pointerType === "mouse") window.location.href = address;
    });
  };

  const when = (suite, place) => suite.started[place].slice(0, 16).replace("T", " ");

  // Below a plot: the run that is pointed at, with a link to its report.
  const tell = (card, trend, number) => {
    const suite = byName.get(trend.suite), place = trend.first + number, lines = card.querySelectorAll(".told");
    lines[0].textContent = "";
    lines[1].textContent = "";
    make(lines[0], "span", "value", written(trend.values[number], trend.unit));
    lines[0].append(` · ${when(suite, place)}`);
    const address = suite.reports[place];
    const run = make(lines[1], address ? "a" : "span", "run", suite.runs[place]);
    if (address) run.href = address;
    if (suite.commits[place]) lines[1].append(` (${suite.commits[place]})`);
  };

  // Below a plot that nobody points at: where the figure is now, or was last if the newest run lacks it, and its last change.
  const summarise = (card, trend) => {
    const lines = card.querySelectorAll(".told"), suite = byName.get(trend.suite);
    const last = trend.first + trend.values.length - 1, value = written(trend.values[trend.values.length - 1], trend.unit);
    lines[0].textContent = last === suite.runs.length - 1 ? `now ${value}` : `last ${value} · ${when(suite, last)}`;
    lines[1].textContent = "";
    lines[1].className = "told quiet";
    if (!trend.changes.length) {
      lines[1].textContent = trend.short ? "too few runs to tell" : "no change";
      return;
    }
    const [place, direction, amount] = trend.changes[trend.changes.length - 1];
    lines[1].classList.add(direction);
    make(lines[1], "span", "amount", amount + (direction === "changed" ? "" : ` ${direction}`));
    lines[1].append(` since ${suite.commits[place] || suite.runs[place]}`);
  };

  const seen = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    seen.unobserve(target);
    draw(target, trends[Number(target.dataset.number)]);
  }), { rootMargin: "300px" });

  // A heading for each suite, one for each of its figures, below it a card for each trend.
  const groups = [];
  const build = () => {
    const places = document.getElementById("places");
    const ways = new Map([[true, "higher is better"], [false, "lower is better"], [null, ""]]);
    let group = null;
    trends.forEach((trend, number) => {
      if (group === null || group.suite !== trend.suite || group.figure !== trend.figure) {
        const first = group === null || group.suite !== trend.suite;
        group = { suite: trend.suite, figure: trend.figure, cards: [], section: make(places, "section"), title: null };
        if (suites.length > 1 && first) group.title = make(group.section, "h2", "", trend.suite);
        const heading = make(group.section, "h3", "", `${trend.figure} `);
        make(heading, "span", "quiet", ways.get(trend.better));
        group.grid = make(group.section, "div", "trends");
        groups.push(group);
      }
      const card = make(group.grid, "figure", "trend");
      card.id = `trend-${number}`;
      card.dataset.number = number;
      make(card, "b", "", trend.case).title = trend.case;
      make(card, "span", "place", trend.place).title = trend.place;
      make(card, "div", "plot");
      make(card, "span", "told");
      make(card, "span", "told");
      summarise(card, trend);
      seen.observe(card);
      group.cards.push([card, trend]);
    });
  };

  const filter = () => {
    const { suite, figure, text, changed } = form.elements, part = text.value.trim().toLowerCase();
    let shown = 0;
    for (const group of groups) {
      const fits = (!suite.value || group.suite === suite.value) && (!figure.value || group.figure === figure.value);
      let inGroup = 0;
      for (const [card, trend] of group.cards) {
        card.hidden = !fits || (changed.checked && !trend.changes.length) || !trend.case.toLowerCase().includes(part);
        inGroup += !card.hidden;
      }
      group.section.hidden = !inGroup;
      shown += inGroup;
    }
    document.getElementById("shown").textContent = `${shown} of ${trends.length} trends`;
  };

  build();
  filter();
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // What is jumped to must be seen.
  document.querySelectorAll(".jump").forEach((link) => link.addEventListener("click", () => { form.reset(); filter(); }));
  document.body.dataset.drawn = "true";
})();
