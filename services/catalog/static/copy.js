// A button with data-copy="#id" copies the text of that element; without the means to, it stays hidden.
const show = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  const status = button.parentElement.querySelector("[role=status]");
  if (status) status.textContent = "Copied.";
});
document.addEventListener("htmx:afterSwap", show);
show();
