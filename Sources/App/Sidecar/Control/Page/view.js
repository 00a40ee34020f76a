// What is shown. Data becomes text and nothing else: no element and no style is ever made from it.

const byID = (id) => document.getElementById(id);

function put(element, text) {
  // Nothing is written that is there already: it would be read out again, and a selection would be lost.
  if (element.textContent !== text) element.textContent = text;
}

function make(name, className, ...content) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

function symbol(name) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#" + name);
  picture.setAttribute("aria-hidden", "true");
  picture.append(use);
  return picture;
}

// The difference between the sidecar's clock and ours, in milliseconds.
let clockOffset = 0;

function secondsSince(time) { return (Date.now() + clockOffset - Date.parse(time)) / 1000; }

// A time that goes on being told by its distance from now.
function distance(time, before = "", after = " ago") {
  const element = make("time");
  element.dateTime = time;
  element.title = new Date(time).toLocaleString();
  element.dataset.before = before;
  element.dataset.after = after;
  tickOne(element);
  return element;
}

function tickOne(element) {
  const { before, after, ahead } = element.dataset;
  const seconds = secondsSince(element.dateTime);
  put(element, before + (ahead ? roughly(0.999 - seconds) : seconds < 1 && after === " ago" ? "just now" : roughly(seconds) + after));
}

function countdown(time, before) {
  const element = distance(time, before, "");
  element.dataset.ahead = "yes";
  tickOne(element);
  return element;
}

// Replaces what an element holds, unless it would be the same again.
function fill(element, key, ...content) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...content);
}

// Makes a list show these items; what was built for an item stays as long as its key does, opened or selected.
function list(element, items, keyOf, build) {
  const old = new Map([...element.children].map((child) => [child.dataset.key, child]));
  element.replaceChildren(...items.map((item) => {
    const key = keyOf(item);
    const child = old.get(key) || build(item);
    child.dataset.key = key;
    return child;
  }));
}

// The same, but nothing moves when nothing has changed.
function calmList(element, items, keyOf, build) {
  const keys = items.map(keyOf);
  const known = [...element.children].map((child) => child.dataset.key);
  if (keys.length !== known.length || keys.some((key, index) => key !== known[index])) list(element, items, keyOf, build);
}

function output(text) {
  const block = make("pre", "", text);
  block.tabIndex = 0;
  return make("details", "output", make("summary", "", "What it wrote"), block);
}

function showAnswer(status) {
  const { tone, mark, title } = conditions[status.condition] || { tone: "quiet", mark: "question", title: status.condition };
  document.body.dataset.tone = tone;
  document.body.dataset.condition = status.condition;
  byID("mark").setAttribute("href", "#" + mark);
  const [headline, reason] = answer(status);
  put(byID("answer"), headline);
  put(byID("reason"), reason);
  const site = siteName(status);
  document.title = title + " · " + site;
  const colour = { good: "1f8a55", busy: "3569d4", bad: "c8362b", warning: "c27803", quiet: "8a8f98" }[tone];
  const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='6' fill='%23" + colour + "'/></svg>";
  if (byID("icon").getAttribute("href") !== icon) byID("icon").setAttribute("href", icon);
  put(byID("site"), site);
  put(byID("ref"), status.ref);

  const note = byID("note");
  switch (status.condition) {
  case "current":
  case "unconfirmed": {
    const { time } = published(status);
    return fill(note, "published" + time, time ? distance(time, "Published ") : "");
  }
  case "held-back":
    return fill(note, "held" + published(status).hash, published(status).hash ? named(status.published) + " stays live. " : "",
      Object.assign(make("a", "", "What is held back"), { href: "#held" }));
  case "stale":
  case "empty": {
    const heard = status.remote && status.remote.verified;
    return fill(note, "stale" + heard + status.next_attempt + published(status).hash,
      published(status).hash ? named(status.published) + " stays live. " : "",
      heard ? distance(heard, "The remote was last heard ", " ago.") : "", " ",
      status.next_attempt ? countdown(status.next_attempt, "Next attempt in ") : "");
  }
  default:
    return fill(note, status.condition);
  }
}

function published(status) { return status.published || {}; }

function siteName(status) {
  const parts = status.repository.replace(/\/+$/, "").split(/[/:]/);
  return (parts.at(-1) || status.repository).replace(/\.git$/, "");
}

function showStep(id, hash, tip, what, ...when) {
  const step = byID(id);
  const code = step.querySelector(".hash");
  put(code, hash ? short(hash) : "–");
  code.title = hash || "";
  step.dataset.match = hash && hash === tip ? "yes" : "no";
  put(step.querySelector(".what"), what);
  fill(step.querySelector(".when"), when.map((part) => part.dateTime ? part.dateTime + part.dataset.before : part).join(), ...when);
}

function showWay(status) {
  const { remote, running } = status;
  const live = status.published;
  const tip = remote ? remote.hash : null;
  showStep("remote", tip, tip, status.ref,
    ...(remote ? [distance(remote.verified, "asked ")] : ["not heard yet"]),
    ...(status.next_attempt && !underWay(status) ? [", ", countdown(status.next_attempt, "again in ")] : []));
  const behind = live && status.lag > 0 ? ", " + roughly(status.lag) + " behind" : "";
  showStep("published", live && live.hash, tip,
    live ? live.subject || live.ref : "nothing yet",
    ...(live ? [distance(live.time), (live.verified ? ", verified" : "") + behind] : []));
  const runs = running && running.hash;
  showStep("running", runs, tip,
    running ? verdicts[running.verdict] + (running.cause ? ": " + running.cause : "") : "not looked at",
    ...(running && running.confirmed ? [distance(running.confirmed, "confirmed ")] : []));
}

function showHeld(status) {
  const held = status.quarantine.concat(status.postponed || []);
  byID("held").hidden = held.length === 0;
  calmList(byID("quarantine"), held, (entry) => entry.hash + entry.time + entry.reason, (entry) => {
    const head = make("p", "", make("code", "hash", short(entry.hash)), " in ", make("b", "", entry.stage), ", ", distance(entry.time));
    const item = make("li", "entry", head, make("p", "why", entry.reason));
    if (entry.output) item.append(output(entry.output));
    return item;
  });
}

function showFacts(status) {
  const facts = [["Repository", status.repository], ["Reference", status.ref], ["Link", status.link], ["Root", status.root],
    ["Asked every", duration(status.period)], ["git-sidecar", status.version]];
  calmList(byID("facts"), facts, (fact) => fact.join(), ([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value)));
}
