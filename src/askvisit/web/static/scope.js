// Says at the box which articles the next question looks in, where these are not all.
const remember = () => {
  const kept = element.querySelector("[data-kept]")?.dataset.kept || "";
  askvisitSession.set("scope", kept === "null" ? "" : kept);
  document.dispatchEvent(new CustomEvent("askvisit:scoped"));
};
watch("value", remember);

element.addEventListener("click", (event) => {
  if (!event.target.closest("[data-all]")) return;
  askvisitSession.set("scope", ""); // the next question may be asked before the server has answered
  document.dispatchEvent(new CustomEvent("askvisit:widened"));
  trigger("widen");
  document.querySelector("#question textarea")?.focus();
});
