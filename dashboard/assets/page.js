// What every page does once JavaScript runs: tables that sort, commands that can be copied, ages.
"use strict";
document.documentElement.classList.add("script");

// A button in the head of a column; `sort(column, ascending)` is called when it is pressed.
function makeSortable(heads, sort) {
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      showOrder(heads, column, ascending);
      sort(column, ascending);
    });
  });
}

function showOrder(heads, column, ascending) {
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  if (column >= 0) heads[column].setAttribute("aria-sort", ascending ? "ascending" : "descending");
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compareKeys(one, other) {
  return typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);
}

function keyOf(cell, place, given) {
  if (given) return -place;
  if (cell.dataset.k !== undefined) return Number(cell.dataset.k);
  return cell.textContent.trim();
}

// What is on the page
for (const place of document.querySelectorAll(".toc")) {
  place.setAttribute("aria-label", "On this page");
  for (const head of document.querySelectorAll("h2[id]")) {
    const link = document.createElement("a");
    link.href = "#" + head.id;
    link.textContent = head.textContent;
    place.append(link, " ");
  }
}

// What may have to be scrolled sideways can be reached by the keyboard.
for (const place of document.querySelectorAll(".wide")) {
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", place.querySelector("caption").textContent + ", as a table");
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const given = [...body.rows];  // the order in which Python put them, from the greatest
  makeSortable(heads, (column, ascending) => {
    const rows = given.map((row, place) => [keyOf(row.cells[column], place, heads[column].dataset.given !== undefined), row]);
    rows.sort((one, other) => (ascending ? 1 : -1) * compareKeys(one[0], other[0]));
    body.append(...rows.map((pair) => pair[1]));
  });
}

for (const place of document.querySelectorAll(".copy")) {
  const code = place.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy: " + code.textContent);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  place.append(" ", button);
}

function age(seconds) {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const past = seconds - Date.now() / 1000;
  for (const [unit, length] of [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600]]) {
    if (Math.abs(past) >= length) return words.format(Math.trunc(past / length), unit);
  }
  return "just now";
}
for (const place of document.querySelectorAll("[data-since]")) place.textContent = " · " + age(Number(place.dataset.since));

// The state of a page stands behind the # of its address, so that every state is a link.
function readState() {
  const text = location.hash.slice(1);
  return text.includes("=") ? new URLSearchParams(text) : new URLSearchParams();
}

function writeState(state) {
  const kept = [...state].filter((pair) => pair[1]);
  const text = new URLSearchParams(kept).toString();
  const before = location.hash.slice(1);
  if (text !== before && (text || before.includes("="))) history.replaceState(null, "", "#" + text);
}

const stateOfPage = () => Object.fromEntries(readState());
const remember = (changes) => writeState(Object.entries({ ...stateOfPage(), ...changes }));

function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
const labelled = (text, field) => make("label", {}, text, field);
const optionOfVersion = (row) => make("option", { value: row.id }, row.id + (row.className === "gone" ? " (deregistered)" : ""));

addEventListener("keydown", (event) => {
  const find = document.querySelector("input[type=search]");
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && find && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    find.focus();
  }
});
