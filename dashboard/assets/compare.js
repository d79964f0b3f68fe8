// Shows what one version is made of, and two versions side by side. It decides nothing: which values two versions have,
// whether these are the same and how they differ was worked out when the page was made.
"use strict";
(() => {
  const versions = document.getElementById("table-of-versions");
  const rows = versions ? [...versions.tBodies[0].rows] : [];  // in the order that the places of #compared-items refer to
  const known = (id, otherwise) => (rows.some((row) => row.id === id) ? id : otherwise);

  // What a version is made of: one at a time, by a drop-down.
  const made = [...document.querySelectorAll("#making details")];
  const which = make("select", { name: "made" }, ...made.map((one) => make("option", { value: one.id.slice(5) }, one.firstChild.textContent)));

  function showMade() {
    for (const one of made) {
      one.hidden = one.id.slice(5) !== which.value;
      one.open = !one.hidden;
    }
  }
  if (made.length > 1) {
    document.getElementById("making").classList.add("by-choice");
    const form = make("form", { className: "filters" }, labelled("Version", which));
    form.addEventListener("change", () => {
      showMade();
      remember({ made: which.value });
    });
    made[0].before(form);
  }

  // Comparison
  const data = document.getElementById("compared-items");
  const { items, commits, added, notes } = data ? JSON.parse(data.textContent) : { items: [] };
  const from = make("select", { name: "from" }, ...rows.map(optionOfVersion));
  const to = make("select", { name: "to" }, ...rows.map(optionOfVersion));
  const every = make("input", { type: "checkbox", name: "all" });
  const comparison = make("div", { id: "comparison", className: "wide", tabIndex: 0 });
  comparison.setAttribute("role", "region");
  comparison.setAttribute("aria-label", "Comparison");
  comparison.setAttribute("aria-live", "polite");
  const groups = { version: "Registration", artifact: "Artifact", data: "Data", code: "Code", command: "Command", param: "Parameters", metric: "Metrics", trailer: "Trailers" };
  const placeIn = (places, row) => (places ? places[row] : row);

  // What each line is, its name, the older value, the newer one, how they differ, and whether they do.
  function* lines(one, other) {
    const cell = (row, place) => rows[row].cells[place].innerText.trim();
    for (const [label, place] of [["Registered", 2], ["By", 3]]) {
      yield ["version", label, cell(one, place), cell(other, place), "", cell(one, place) !== cell(other, place)];
    }
    yield* linesOf(one, other, (what) => what === "artifact" || what === "data");
    const [old, now] = [placeIn(commits, one), placeIn(commits, other)];
    const place = rows[one].cells.length - 2;
    yield ["code", "commit", cell(one, place), cell(other, place), old === now ? "" : "changed", old !== now];
    if (old !== now && added.length) {
      const between = (first, second) => (Array.isArray(added[0]) ? added[first][second] || 0 : Math.max(0, added[second] - added[first]));
      yield ["code", "commits", "", `+${between(old, now)} -${between(now, old)}`, "", true];
    }
    yield* linesOf(one, other, (what) => what !== "artifact" && what !== "data");
  }

  function* linesOf(one, other, wanted) {
    for (const [what, name, texts = [], places = 0, changes = 0] of items.filter((item) => wanted(item[0]))) {
      const [before, after] = [placeIn(places, one), placeIn(places, other)];
      const differs = before !== after;
      const change = (changes && changes[0][changes[1][before][after]]) || (differs ? "changed" : "");
      yield [what, name, texts[before] || "", texts[after] || "", change, differs];
    }
  }

  function tableOf(one, other) {
    const columns = [from.value, to.value, "Change"].map((text) => make("th", { scope: "col" }, text));
    const table = make(
      "table", {},
      make("caption", { className: "hidden" }, `${from.value} beside ${to.value}`),
      make("thead", {}, make("tr", {}, make("td"), ...columns)),
    );
    let body = null;
    for (const [what, name, before, after, change, differs] of lines(one, other)) {
      if (!differs && !every.checked && what !== "version") continue;
      if (body?.dataset.what !== what) {
        body = make("tbody", {}, make("tr", {}, make("th", { scope: "rowgroup", colSpan: 4 }, groups[what])));
        body.dataset.what = what;
        table.append(body);
      }
      const cells = [before || "\u2013", after || "\u2013", change].map((text) => make("td", {}, text));
      if (change.endsWith("(worse)")) cells[2].className = "worse";
      body.append(make("tr", { className: differs ? "differs" : "" }, make("th", { scope: "row" }, name), ...cells));
    }
    return table;
  }

  function commandsFor(one, other) {
    const tags = [one, other].map((row) => rows[row].dataset.tag || versions.dataset.model + "@" + rows[row].id);
    const quoted = tags.map((tag) => "'" + tag.replaceAll("'", "'\\''") + "'").join(" ");
    const commands = [one, other].some((row) => rows[row].dataset.tag) ? ["git diff"] : ["tagwarden diff", "git diff"];
    return make("p", { className: "quiet" }, "In a clone: ", ...commands.flatMap((command) => [make("code", {}, `${command} ${quoted}`), " "]));
  }

  function compare() {
    const [one, other] = [from, to].map((select) => rows.findIndex((row) => row.id === select.value));
    const table = tableOf(one, other);
    const same = table.querySelectorAll("tbody[data-what]:not([data-what=version]) .differs").length === 0;
    const told = same ? ["No difference is known."] : [];
    comparison.replaceChildren(table, ...[...told, ...notes].map((text) => make("p", { className: "quiet" }, text)), commandsFor(one, other));
  }

  function compared() {
    compare();
    remember({ from: from.value, to: to.value, all: every.checked ? "1" : "" });
  }

  if (rows.length > 1) {
    const swap = make("button", { type: "button", id: "swap" }, "Swap");
    swap.addEventListener("click", () => {
      [from.value, to.value] = [to.value, from.value];
      compared();
    });
    const form = make("form", { className: "filters" }, labelled("From", from), labelled("To", to), swap, make("label", { className: "check" }, every, "Show what is the same, too"));
    form.addEventListener("change", compared);
    document.getElementById("comparing").append(form, comparison);
  }

  function restore() {
    const asked = stateOfPage();
    const first = made.find((one) => one.id === "made-" + asked.made) || made[0];
    if (first) {
      which.value = first.id.slice(5);
      showMade();
    }
    if (rows.length > 1) {
      from.value = known(asked.from, rows[1].id);
      to.value = known(asked.to, rows[0].id);
      every.checked = asked.all === "1";
      compare();
    }
    if (asked.from || asked.to) document.getElementById("compare")?.scrollIntoView();
    else if (asked.made) document.getElementById("made")?.scrollIntoView();
  }
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) restore();
  });
  restore();
})();
