// Puts what the server found out about an answer under it.
watch("value", () => {
  const { turn, html } = props.value || {};
  const inspected = document.querySelector(`.turn[data-turn="${Number(turn)}"] .inspected`);
  if (!inspected) return;
  inspected.innerHTML = html;
  inspected.scrollIntoView({ block: "nearest" });
});
