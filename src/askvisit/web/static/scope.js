// Says at the box which articles the next question looks in, where these are not all.
const remember = () => {
  const kept = element.querySelector("[data-kept]")?.dataset.kept || "";
  askvisitSession.set("scope", kept === "null" ? "" : kept);
  document.dispatchEvent(new CustomEvent("askvisit:scoped"));
};
watch("value", remember);

element.addEventListener("click", (event) => {
  if (!event.target.closest("[data-all]")) return;
  document.dispatchEvent(new CustomEvent("askvisit:widened"));
  trigger("widen");
  document.querySelector("#question textarea")?.focus();
});
