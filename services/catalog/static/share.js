// Sharing a page by what the device has for that.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    // Who closes the dialogue has not failed.
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  });
}
