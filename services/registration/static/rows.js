// Rows for colleagues: as many as are needed, instead of the empty ones that stand there without a script.
const rows = document.querySelector("[data-rows]");
const most = Number(rows?.dataset.most);
const all = () => [...rows.querySelectorAll("[data-row]")];
const isBlank = (row) => ![...row.querySelectorAll("input, textarea, select")]
  .some((field) => field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value.trim());

function renumber(row, index) {
  for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replaceAll(/people\.\d+\./g, `people.${index}.`));
    }
  }
  row.querySelector("[data-number]").textContent = index + 1;
}

function add() {
  const index = all().length;
  const row = all().at(-1).cloneNode(true);
  for (const told of row.querySelectorAll(".wrong")) told.remove();
  for (const field of row.querySelectorAll("input, textarea, select")) {
    field.removeAttribute("aria-invalid");
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = false;
    else field.value = "";
  }
  renumber(row, index);
  rows.append(row);
  row.querySelector("input").focus();
  button.hidden = index + 1 >= most;
}

const button = document.createElement("button");
if (rows) {
  while (all().length > 1 && isBlank(all().at(-1))) all().at(-1).remove();
  button.type = "button";
  button.textContent = "Add a colleague";
  button.addEventListener("click", add);
  rows.after(button);
}

document.getElementById("errors")?.focus();
