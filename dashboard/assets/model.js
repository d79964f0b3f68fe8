// Goes to a version, draws who held what when, and shows a day. It decides nothing: all that it shows stands in the
// page's tables.
"use strict";
(() => {
  const versions = document.getElementById("table-of-versions");
  const rows = versions ? [...versions.tBodies[0].rows] : [];

  // Versions
  if (rows.length > 1) {
    const jump = make("select", {}, make("option", { value: "" }, "a version"), ...rows.map(optionOfVersion));
    jump.addEventListener("change", () => {
      if (jump.value) location.hash = jump.value;
    });
    document.getElementById("jump").append(make("label", {}, "Go to ", jump));
  }

  // Who held what, and when: by days, as their ends are what is asked for.
  const intervals = [...document.getElementById("intervals").tBodies[0].rows].map((row) => {
    const [what, version, start, until] = [...row.cells].map((cell) => cell.textContent);
    return { row, what, version, start, until: until === "now" ? "" : until };
  });

  // What changed when a stage got what it holds: a link to the comparison
  for (const card of document.querySelectorAll(".cards article")) {
    const stage = card.querySelector("h3").textContent;
    const [now, before] = intervals.filter((one) => one.what === stage);
    const areRows = [now, before].every((one) => rows.some((row) => row.id === one?.version));
    if (!areRows || now.until || now.version === before.version) continue;
    const state = new URLSearchParams({ from: before.version, to: now.version });
    card.append(make("p", {}, make("a", { href: "#" + state }, "What changed since " + before.version)));
  }

  const day = make("input", { type: "date", name: "day" });
  const stood = make("p", { className: "stood" });
  stood.id = "stood";
  stood.setAttribute("aria-live", "polite");

  function showDay() {
    const asked = day.value;
    const then = intervals.filter((one) => !asked || (one.start.slice(0, 10) <= asked && (!one.until || asked < one.until.slice(0, 10))));
    for (const one of intervals) one.row.hidden = !then.includes(one);
    stood.replaceChildren();
    if (asked && !then.length) stood.textContent = "Nothing was registered then, or everything had been taken out.";
    if (asked) stood.append(...then.map((one) => make("span", {}, one.what + " ", make("b", {}, one.version))));
    mark();
  }

  // The drawing
  const at = (text) => Date.parse(text.replace(" ", "T") + "Z");
  const first = Math.min(...intervals.map((one) => at(one.start)));
  const last = Math.max(...intervals.flatMap((one) => [at(one.start), one.until ? at(one.until) : 0]));
  const end = last + Math.max((last - first) / 12, 86400000);
  const share = (moment) => (100 * (Math.min(Math.max(moment, first), end) - first)) / (end - first);
  const marker = make("i");

  function mark() {
    marker.hidden = !day.value;
    if (day.value) marker.style.left = share(at(day.value + " 23:59")) + "%";
  }

  function draw() {
    const drawing = make("div", { className: "lanes" });
    drawing.setAttribute("aria-hidden", "true");  // the table below says the same
    const stages = [...document.querySelectorAll(".cards h3")].map((head) => head.textContent);
    for (const what of ["@latest", ...stages].filter((each) => intervals.some((one) => one.what === each))) {
      const lane = make("div", { className: "lane" });
      intervals.filter((one) => one.what === what).reverse().forEach((one, number) => {
        const left = share(at(one.start));
        const width = share(one.until ? at(one.until) : end) - left;
        const bar = make("span", { className: number % 2 ? "odd" : "", title: `${what} ${one.version}, ${one.start} to ${one.until || "now"}` }, one.version);
        bar.style.left = left + "%";
        bar.style.width = width + "%";
        lane.append(bar);
      });
      drawing.append(make("b", {}, what), lane);
    }
    const lanes = [...drawing.querySelectorAll(".lane")];
    lanes[0]?.append(marker);
    marker.style.setProperty("--lanes", lanes.length);
    drawing.addEventListener("click", (event) => {
      const lane = event.target.closest(".lane");
      if (!lane) return;
      const box = lane.getBoundingClientRect();
      day.value = new Date(first + ((event.clientX - box.left) / box.width) * (end - first)).toISOString().slice(0, 10);
      dayChanged();
    });
    return drawing;
  }

  function dayChanged() {
    showDay();
    remember({ at: day.value });
  }

  const form = make("form", { className: "filters" }, labelled("As of the end of", day), make("button", { type: "reset" }, "All times"));
  form.addEventListener("input", dayChanged);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(dayChanged));
  document.getElementById("asof").append(form, ...(intervals.length ? [draw()] : []), stood);

  function restore() {
    const asked = stateOfPage();
    day.value = asked.at || "";
    showDay();
    if (asked.at && !asked.from && !asked.to) document.getElementById("when").scrollIntoView();
  }
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) restore();
  });
  restore();
})();
