// Forms of staff: further rows without a round trip, and a question before what was typed is lost.

const form = document.querySelector("form.editing");

for (const rows of form.querySelectorAll("[data-rows]")) {
  const template = rows.querySelector("template");
  const button = rows.querySelector("button.add");
  button.hidden = false;
  button.addEventListener("click", () => {
    const number = rows.querySelectorAll(".row-of").length;
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML
      .replaceAll("NUMBER", number)
      .replaceAll(", another<", `, ${number + 1}<`)
      .replaceAll(", further<", `, ${number + 1}<`);
    const row = holder.content.firstElementChild;
    button.before(row);
    row.querySelector("input, select, textarea").focus();
  });
}

const errors = document.getElementById("errors");
errors?.focus();

let typed = false;
form.addEventListener("input", () => { typed = true; });
form.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});
