"use strict";
(() => {
  const root = document.documentElement;
  const charts = JSON.parse(document.getElementById("chart-data").textContent);

  // The colours of a chart that belong to the page and change with it.
  const colours = () => {
    const style = getComputedStyle(root);
    const [text, line] = ["--quiet", "--line"].map((name) => style.getPropertyValue(name).trim());
    return {
      "font.color": text,
      "xaxis.gridcolor": line, "xaxis.linecolor": line, "xaxis.zerolinecolor": line,
      "yaxis.gridcolor": line, "yaxis.linecolor": line, "yaxis.zerolinecolor": line,
    };
  };

  // A legend below takes its own room, none of the chart's: about so many letters fit into a line of it.
  const height = (chart, width) => {
    const named = chart.traces.filter((trace) => trace.showlegend !== false);
    const letters = named.reduce((most, trace) => Math.max(most, trace.name.length), 0);
    const columns = Math.max(1, Math.floor(width / (6 * letters + 55)));
    return 340 + 19 * Math.ceil(named.length / columns);
  };

  const place = (key) => document.getElementById(`chart-${key}`);

  const draw = () => Promise.all(Object.entries(charts).map(([key, chart]) => Plotly.newPlot(place(key), chart.traces, {
    height: height(chart, place(key).clientWidth),
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 64, r: 16, t: 12, b: 48 },
    font: { size: 12, family: getComputedStyle(document.body).fontFamily },
    xaxis: { ...chart.axes.x, automargin: true, showline: true }, yaxis: { ...chart.axes.y, automargin: true },
    showlegend: true, legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", font: { size: 11 }, tracegroupgap: 0 }, hovermode: "closest",
  }, { responsive: true, displaylogo: false, displayModeBar: false })));

  const paint = () => {
    const change = colours();
    return Promise.all(Object.keys(charts).map((key) => Plotly.relayout(place(key), change)));
  };

  root.addEventListener("theme", paint);
  draw().then(paint).then(() => { document.body.dataset.drawn = "true"; });
})();
