// A quote of an answer is pinned to the notebook, with the question that it answers.
document.addEventListener(
  "click",
  async (event) => {
    const button = event.target.closest?.("[data-pin]");
    if (!button) return;
    const found = await lookUp({ place: placeOf(button.closest("li").querySelector("a.cite")) });
    if (found.error) return sayOn(button, "Could not pin");
    const asked = button.closest(".part")?.querySelector("h3");
    const question = asked || button.closest(".turn").querySelector(".message.user p");
    sayOn(button, addPin({ ...found.pin, question: question.innerText }));
  },
  listening,
);
