// Puts what the server found out about an answer under it.
watch("value", () => {
  const { turn, html } = props.value || {};
  const inspected = document.querySelector(`.turn[data-turn="${Number(turn)}"] .inspected`);
  if (!inspected) return;
  inspected.innerHTML = html;
  for (const row of inspected.querySelectorAll(".best")) {
    const table = row.closest(".scores");
    const below = row.getBoundingClientRect().bottom - table.getBoundingClientRect().bottom;
    table.scrollTop = Math.max(below + row.offsetHeight, 0);
  }
  inspected.scrollIntoView({ block: "nearest" });
});
