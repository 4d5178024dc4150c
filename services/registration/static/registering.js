// Says in which zone the browser is, so that mails tell the time there, and keeps a form from being sent twice.
for (const field of document.querySelectorAll("input[data-timezone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

for (const form of document.querySelectorAll("form.register")) {
  form.addEventListener("submit", () => {
    // After the form's values are taken; on the way back the page may be shown from memory.
    setTimeout(() => form.querySelector("button.main").disabled = true);
  });
  addEventListener("pageshow", () => form.querySelector("button.main").disabled = false);
}

document.getElementById("errors")?.focus();
