"use strict";
// Rows after the first are not laid out until the table is split into pages.
document.documentElement.classList.add("paged");
addEventListener("DOMContentLoaded", () => {
  const at = (id) => document.getElementById(id);
  const table = at("people"), body = table.tBodies[0];
  const search = at("search"), status = at("status"), size = at("size");
  const rows = [...table.tBodies].flatMap((part) => [...part.rows]);
  [...table.tBodies].slice(1).forEach((part) => part.remove());
  document.documentElement.classList.remove("paged");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const number = (count) => count.toLocaleString("en");
  const cell = (row, column) => row.cells[column].textContent;
  const texts = new Map(rows.map((row) => [row, plain([...row.cells].map((cell) => cell.textContent).join("\n"))]));
  const collator = new Intl.Collator("en", { numeric: true });
  const heads = [...table.tHead.rows[0].cells];
  let shown = rows, column = -1, down = false, page = 0;

  // A row without a value is last in either order.
  const sorted = (some) => {
    if (column < 0) return some;
    const keys = new Map(some.map((row) => [row, cell(row, column)]));
    return some.slice().sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
      return down ? collator.compare(b, a) : collator.compare(a, b);
    });
  };

  const show = (some) => {
    const piece = document.createDocumentFragment();
    some.forEach((row) => piece.append(row));
    body.replaceChildren(piece);
  };

  const turn = (to) => {
    const each = Number(size.value) || 100;
    const pages = Math.max(1, Math.ceil(shown.length / each));
    page = Math.min(Math.max(to, 0), pages - 1);
    show(shown.slice(page * each, (page + 1) * each));
    at("page").textContent = `Page ${number(page + 1)} of ${number(pages)}`;
    at("back").disabled = page === 0;
    at("next").disabled = page === pages - 1;
    at("pages").hidden = shown.length <= 100;
  };

  const update = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    const statuses = status.value.split(" ").filter(Boolean);
    const fits = (row) =>
      (!statuses.length || statuses.includes(row.className)) && words.every((word) => texts.get(row).includes(word));
    shown = sorted(rows.filter(fits));
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const people = rows.length === 1 ? "person" : "people";
    at("shown").textContent = `${number(shown.length)} of ${number(rows.length)} ${people}`;
    turn(0);
  };

  // The URL can select what is shown: #search=ada&status=failed&sort=Email&down
  const follow = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (!["search", "status", "sort", "size"].some((name) => wanted.has(name))) return false;
    search.value = wanted.get("search") ?? "";
    status.value = wanted.get("status") ?? "";
    size.value = wanted.get("size") ?? "100";
    column = heads.findIndex((head) => head.textContent === wanted.get("sort"));
    down = wanted.has("down");
    update();
    return true;
  };

  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => {
      down = index === column && !down;
      column = index;
      update();
    });
    head.append(button);
  });
  document.querySelectorAll("a[data-status]").forEach((link) =>
    link.addEventListener("click", () => {
      status.value = link.dataset.status;
      search.value = link.dataset.search ?? "";
      update();
    }),
  );
  search.addEventListener("input", update);
  status.addEventListener("change", update);
  size.addEventListener("change", () => turn(0));
  at("back").addEventListener("click", () => turn(page - 1));
  at("next").addEventListener("click", () => turn(page + 1));
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("controls").addEventListener("reset", () => {
    column = -1;
    down = false;
    setTimeout(update);
  });
  addEventListener("hashchange", follow);
  // On paper, all pages are printed as one and every list is unfolded, up to a limit.
  addEventListener("beforeprint", () => {
    const most = 2000;
    show(shown.slice(0, most));
    at("cut").hidden = shown.length <= most;
    at("cut").textContent = `The first ${number(most)} of ${number(shown.length)} rows are printed. Search for other rows to print them.`;
    document.querySelectorAll("details").forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => {
    at("cut").hidden = true;
    turn(page);
  });
  at("controls").hidden = false;
  if (!follow()) update();
});
