"use strict";
(() => {
  const root = document.documentElement;
  const wanted = window.matchMedia("(prefers-color-scheme: dark)");

  // What has colours of its own listens for the event `theme` of the root.
  const paint = (dark) => {
    root.classList.toggle("dark", dark);
    root.dispatchEvent(new Event("theme"));
  };

  document.getElementById("theme").addEventListener("click", () => paint(!root.classList.contains("dark")));
  wanted.addEventListener("change", (event) => paint(event.matches));
  paint(wanted.matches);
})();
