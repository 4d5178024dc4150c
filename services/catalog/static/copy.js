// A button with data-copy copies that text, one with data-copy-from the text of the element that this selects. Without the
// means to it stays hidden.
const show = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const { copy, copyFrom } = button.dataset;
  await navigator.clipboard.writeText(copy ?? document.querySelector(copyFrom).textContent);
  button.parentElement.querySelector("[role=status]").textContent = "Copied";
});
document.addEventListener("htmx:afterSwap", show);
show();
