// Filters and sorts the models of the home page. All that it compares was worked out when the site was built.
"use strict";
(() => {
  const table = document.getElementById("models");
  if (!table) return;
  const STEP = 200;
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const heads = [...table.tHead.rows[0].cells];
  const columns = heads.filter((head) => head.dataset.stage !== undefined).map((head) => head.dataset.stage);
  const others = heads.some((head) => head.dataset.sort === "more");

  const models = window.tagwardenModels.map(
    ([file, model, repository, stable, latest, rank, deprecated, stages, what, time, by, errors, warnings, audited]) => ({
      file, model, repository, stable, latest, rank, deprecated, stages, what, time, by, errors, warnings, audited,
      health: !audited ? "unknown" : errors ? "errors" : warnings ? "warnings" : "clean",
      text: [model, repository, stable, latest, by, ...stages.map((held) => held[1])].join("\n").toLowerCase(),
    }),
  );

  const keys = {
    model: (one) => one.model,
    latest: (one) => one.rank,
    last: (one) => one.time,
    health: (one) => (one.audited ? one.errors * 1e6 + one.warnings : -1),
    more: (one) => one.stages.filter((held) => !columns.includes(held[0])).length,
  };
  const keyFor = (sort) => keys[sort] || ((one) => (one.stages.find((held) => held[0] === sort) || [0, 0, 0])[2]);

  function add(parent, name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    parent.append(made);
    return made;
  }
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const counted = (number, word) => number.toLocaleString("en") + " " + word + (number === 1 ? "" : "s");

  // The same cells as in templates/home.html, which a test holds against each other.
  function rowOf(one) {
    const row = document.createElement("tr");
    const head = add(row, "th");
    head.scope = "row";
    add(head, "a", one.model).href = one.file;
    if (one.deprecated) {
      head.append(" ");
      add(head, "span", "deprecated", "flag");
    }
    add(head, "span", one.repository, "sub");
    const cell = (label, text, className) => {
      const made = add(row, "td", text, className);
      made.dataset.label = label;
      return made;
    };
    const latest = cell("Latest", one.stable || one.latest || "–");
    if (one.stable && one.latest !== one.stable) add(latest, "span", one.latest, "sub");
    for (const stage of columns) {
      const held = one.stages.find((each) => each[0] === stage);
      const place = cell(stage);
      if (held) {
        add(place, "b", held[1]);
        add(place, "span", "since " + day(held[2]), "sub");
      } else add(place, "span", "–", "none");
    }
    if (others) {
      const place = cell("Other stages");
      for (const held of one.stages.filter((each) => !columns.includes(each[0]))) {
        const shown = add(place, "span", held[0] + " ", "held");
        add(shown, "b", held[1]);
        place.append(" ");
      }
    }
    add(cell("Last event", one.what, "wrap"), "span", day(one.time) + " by " + one.by, "sub");
    const health = cell("Health");
    if (!one.audited) add(health, "span", "not audited", "health unknown");
    else if (one.errors) add(health, "span", counted(one.errors, "error"), "health bad");
    else if (one.warnings) add(health, "span", counted(one.warnings, "warning"), "health warn");
    else add(health, "span", "clean", "health good");
    return row;
  }

  const holds = (one, stage) =>
    !stage ||
    (stage === "*" && one.stages.length > 0) ||
    (stage === "-" && one.stages.length === 0) ||
    one.stages.some((held) => "=" + held[0] === stage);

  let limit = STEP;
  let found = models;
  let order = { sort: "", ascending: false };

  function draw() {
    table.tBodies[0].replaceChildren(...found.slice(0, limit).map(rowOf));
    more.hidden = found.length <= limit;
    const shown = Math.min(limit, found.length);
    const matching = found.length === models.length ? counted(found.length, "model") : found.length.toLocaleString("en") + " of " + counted(models.length, "model");
    count.textContent = (shown < found.length ? "The first " + shown + " of " + matching : matching) + ".";
  }

  function apply() {
    const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { value: stage } = form.stage, { value: repo } = form.repo, { value: health } = form.health;
    found = models.filter(
      (one) =>
        words.every((word) => one.text.includes(word)) &&
        holds(one, stage) &&
        (!repo || repo === "=" + one.repository) &&
        (!health || health === one.health),
    );
    if (order.sort) {
      const key = keyFor(order.sort);
      const turn = order.ascending ? 1 : -1;
      found = found.map((one) => [key(one), one]).sort((a, b) => turn * compareKeys(a[0], b[0])).map((pair) => pair[1]);
    }
    draw();
  }

  function remember() {
    const sort = order.sort && (order.ascending ? "" : "-") + order.sort;
    writeState([["q", form.q.value], ["stage", form.stage.value], ["repo", form.repo.value], ["health", form.health.value], ["sort", sort]]);
  }

  function changed() {
    limit = STEP;
    apply();
    remember();
  }

  function restore() {
    const state = readState();
    for (const name of ["q", "stage", "repo", "health"]) form[name].value = state.get(name) || "";
    const sort = state.get("sort") || "";
    order = { sort: sort.replace(/^-/, ""), ascending: !sort.startsWith("-") };
    showOrder(heads, heads.findIndex((head) => head.dataset.sort === order.sort), order.ascending);
    apply();
  }

  makeSortable(heads, (column, ascending) => {
    order = { sort: heads[column].dataset.sort, ascending };
    changed();
  });
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    order = { sort: "", ascending: false };
    showOrder(heads, -1);
    setTimeout(changed);
  });
  more.addEventListener("click", () => {
    limit += STEP;
    draw();
  });
  addEventListener("hashchange", restore);
  restore();
})();
