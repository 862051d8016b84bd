// Saves an export that the server wrote as a file, without a second request.
watch("value", () => {
  const { name, type, text } = props.value || {};
  if (!text) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
