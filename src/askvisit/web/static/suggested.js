// Puts other suggestions into the conversation, where the choice of articles changed.
watch("value", () => {
  const there = document.querySelector("#chat .suggested");
  if (there && props.value?.html !== undefined) there.outerHTML = props.value.html;
});
