// Goes to a version, puts two side by side, and shows the intervals that contain a day. It decides nothing: all of it
// stands in the page's tables.
"use strict";
(() => {
  const versions = document.getElementById("table-of-versions");
  const state = () => Object.fromEntries(readState());
  const remember = (changes) => writeState(Object.entries({ ...state(), ...changes }));

  const jump = document.getElementById("jump");
  jump?.addEventListener("change", () => {
    if (jump.value) location.hash = jump.value;
  });

  // Comparison
  const form = document.getElementById("comparing");
  const place = document.getElementById("comparison");
  const heads = versions ? [...versions.tHead.rows[0].cells].map((cell) => cell.textContent) : [];
  const rows = versions ? [...versions.tBodies[0].rows] : [];
  const words = (cell) => cell.innerText.trim();
  const quoted = (text) => "'" + text + "'";

  function addCells(row, texts) {
    for (const text of texts) {
      const cell = row.insertCell();
      cell.textContent = text;
    }
  }

  function change(one, other) {
    const [from, to] = [one, other].map((text) => (text === "" ? NaN : Number(text)));
    if (!Number.isFinite(from) || !Number.isFinite(to)) return one === other ? "" : "changed";
    if (from === to) return "";
    return (to > from ? "+" : "−") + Number(Math.abs(to - from).toPrecision(6));
  }

  function compare() {
    const one = document.getElementById(form.from.value);
    const other = document.getElementById(form.to.value);
    place.replaceChildren();
    if (!one || !other) return;
    const table = document.createElement("table");
    const caption = table.createCaption();
    caption.className = "hidden";
    caption.textContent = form.from.value + " beside " + form.to.value;
    const top = table.createTHead().insertRow();
    for (const text of ["", form.from.value, form.to.value, "Change"]) {
      const head = document.createElement(text ? "th" : "td");
      if (text) head.scope = "col";
      head.textContent = text;
      top.append(head);
    }
    const body = table.createTBody();
    heads.forEach((label, column) => {
      if (column === 0) return;
      const [before, after] = [one, other].map((row) => words(row.cells[column]));
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = label;
      row.append(head);
      addCells(row, [before || "–", after || "–", change(before, after)]);
      row.className = before === after ? "" : "differs";
    });
    const code = document.createElement("p");
    code.className = "quiet";
    code.textContent = "In a clone: ";
    const command = document.createElement("code");
    command.textContent = "git diff " + quoted(one.dataset.tag) + " " + quoted(other.dataset.tag);
    code.append(command);
    place.append(table, code);
  }

  if (form) {
    for (const select of [form.from, form.to]) {
      for (const option of [...jump.options].slice(1)) select.append(option.cloneNode(true));
    }
    form.addEventListener("change", () => {
      compare();
      remember({ from: form.from.value, to: form.to.value });
    });
    document.getElementById("swap").addEventListener("click", () => {
      [form.from.value, form.to.value] = [form.to.value, form.from.value];
      form.dispatchEvent(new Event("change"));
    });
  }

  // As of a day
  const asOf = document.getElementById("asof");
  const stood = document.getElementById("stood");
  const intervals = [...document.getElementById("intervals").tBodies[0].rows];

  function showDay() {
    const end = asOf.day.value ? Date.parse(asOf.day.value + "T23:59:59Z") / 1000 : NaN;
    const all = Number.isNaN(end);
    const then = intervals.filter((row) => all || (row.dataset.a <= end && (row.dataset.z === undefined || end < row.dataset.z)));
    intervals.forEach((row) => (row.hidden = !then.includes(row)));
    stood.replaceChildren();
    if (all) return;
    if (!then.length) stood.textContent = "Nothing was registered yet, or everything had been taken out.";
    for (const row of then) {
      const item = document.createElement("span");
      const what = document.createElement("b");
      what.textContent = row.cells[1].textContent;
      item.append(row.cells[0].textContent + " ", what);
      stood.append(item);
    }
  }

  asOf.addEventListener("input", () => {
    showDay();
    remember({ at: asOf.day.value });
  });
  asOf.addEventListener("submit", (event) => event.preventDefault());
  asOf.addEventListener("reset", () =>
    setTimeout(() => {
      showDay();
      remember({ at: "" });
    }),
  );

  function restore() {
    const { from, to, at } = state();
    if (form) {
      const known = (id, otherwise) => ([...form.from.options].some((option) => option.value === id) ? id : otherwise);
      form.from.value = known(from, rows[1].id);
      form.to.value = known(to, rows[0].id);
      compare();
    }
    asOf.day.value = at || "";
    showDay();
    if (from || to) document.getElementById("compare")?.scrollIntoView();
    else if (at) document.getElementById("when").scrollIntoView();
  }
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) restore();
  });
  restore();
})();
