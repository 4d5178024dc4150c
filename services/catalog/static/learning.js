// The learning page with scripts: htmx brings what fits as filters change. This keeps the address short, what is
// unfolded unfolded, and the keyboard where it was.

const narrow = document.querySelector(".narrow");
const wide = matchMedia("(min-width: 60rem)");
if (wide.matches) narrow.open = true;

// Below many filters nobody sees what was found.
const see = document.querySelector(".see");
see.hidden = false;
see.querySelector("button").addEventListener("click", () => {
  narrow.open = false;
  document.getElementById("count").focus();
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const known of detail.target.querySelectorAll("details[id]")) {
    const coming = detail.fragment.querySelector(`#${known.id}`);
    if (coming) coming.open = known.open;
  }
});

let first;
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.dataset.more) first = { list: target.dataset.more, at: document.getElementById(target.dataset.more).children.length };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!first) return;
  document.getElementById(first.list).children[first.at]?.querySelector("a").focus();
  first = undefined;
});
