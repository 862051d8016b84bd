// An export of the conversation is saved as it comes.
watch("value", () => props.value?.text && saveFile(props.value));
