"use strict";
(() => {
  const form = document.querySelector(".filter");
  if (!form) return;
  const rows = [...document.querySelectorAll("#figures tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const filter = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/);
    const verdict = form.elements.verdict.value;
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = (verdict && row.dataset.verdict !== verdict) || !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length}`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
