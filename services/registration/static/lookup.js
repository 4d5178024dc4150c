// A combobox (ARIA Authoring Practices: list autocomplete, manual selection) over the directory of libraries. What is
// typed stays as it is unless one is chosen, so a library that is not listed is no trouble.
const WAIT = 180;

for (const input of document.querySelectorAll("input[data-lookup]")) attach(input);

function attach(input) {
  const form = input.form;
  const key = form.elements["library.fscskey"];
  const box = document.createElement("div");
  const list = document.createElement("ul");
  const told = document.createElement("div");
  let found = [], active = -1, timer = 0, asked = 0;

  box.className = "lookup";
  list.id = `${input.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Libraries");
  told.className = "hidden";
  told.setAttribute("role", "status");
  input.before(box);
  box.append(input, list, told);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.autocomplete = "off";

  input.addEventListener("input", () => {
    key.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!found.length) return;
      event.preventDefault();
      open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(active < 0 && step < 0 ? found.length - 1 : (active + step + found.length) % found.length);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose([...list.children].indexOf(option));
  });

  async function ask() {
    const text = input.value.trim(), mine = ++asked;
    if (text.length < 2) return show([]);
    try {
      const answer = await fetch(`${input.dataset.lookup}?${new URLSearchParams({ q: text.slice(0, 100), limit: 8 })}`);
      const items = answer.ok ? (await answer.json()).items : [];
      if (mine === asked && document.activeElement === input) show(items);
    } catch {
      show([]); // the field is one for any text
    }
  }

  function show(items) {
    found = items;
    active = -1;
    list.replaceChildren(...items.map((one, index) => {
      const option = document.createElement("li"), place = document.createElement("small");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      place.textContent = [one.city, one.state].filter(Boolean).join(", ");
      option.append(one.name, place);
      return option;
    }));
    told.textContent = items.length ? `${items.length} ${items.length === 1 ? "library" : "libraries"} found. Use the arrow keys to choose.` : "";
    items.length ? open() : close();
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(index) {
    active = index;
    for (const [place, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(place === index));
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const one = found[index];
    input.value = one.name;
    key.value = one.fscskey;
    fill("library.state", one.state);
    fill("library.community_size", one.community_size);
    if (!form.elements["library.type"].value) fill("library.type", "public"); // the directory is of public libraries
    told.textContent = `${one.name} chosen.`;
    close();
  }

  function fill(name, value) {
    if (value && form.elements[name]) form.elements[name].value = value;
  }
}
