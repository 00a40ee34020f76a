// Deployments: the one under way, and those that were.

// What is known of the attempt under way beyond its status: how long its stages took, by their names.
let track = { attempt: null, seconds: {}, failed: null };
let latest = null;
// When it began, by our own clock.
let began = 0;

function buildTrack() {
  byID("track").append(...stages.map((stage) => {
    const item = make("li", "", make("i"), make("span", "name", stage), make("span", "time"));
    item.dataset.stage = stage;
    return item;
  }));
}

function hearAttempt(attempt) {
  if (track.attempt === attempt) return;
  track = { attempt, seconds: {}, failed: null };
  began = performance.now();
}

function hearStage(event) {
  hearAttempt(event.attempt);
  if (event.state === "ended" || event.state === "failed") track.seconds[event.stage] = event.seconds;
  if (event.state === "failed") track.failed = event.stage;
}

function showTrack(status) {
  const work = underWay(status);
  const seconds = work ? (track.attempt === work.attempt ? track.seconds : {}) : latest ? latest.seconds : {};
  const failed = work ? track.failed : latest && failedStage(latest);
  const current = work ? stages.indexOf(work.stage) : -1;
  put(byID("track-title"), work ? "Under way" : "Last deployment");
  for (const item of byID("track").children) {
    const { stage } = item.dataset;
    const index = stages.indexOf(stage);
    const state = stage === failed ? "failed" : index === current ? "now"
      : stage in seconds || index < current ? "done" : "open";
    item.dataset.state = state;
    if (state === "now") item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    put(item.lastChild, stage in seconds ? duration(seconds[stage]) : "");
    const progress = state === "now" && work.progress && work.progress.total ? work.progress : null;
    item.firstChild.style.setProperty("--done", progress ? Math.min(1, progress.done / progress.total) : 0);
    item.firstChild.dataset.counted = progress ? "yes" : "no";
  }
  if (work) {
    tickTrack(status);
  } else if (latest) {
    fill(byID("track-note"), "latest" + latest.time + latest.hash,
      make("b", "", outcomes[latest.outcome] ? outcomes[latest.outcome].word : latest.outcome),
      " in " + duration(sum(latest.seconds)) + ", ", distance(latest.time));
  } else {
    fill(byID("track-note"), "none", "none yet");
  }
}

// What changes by itself while a stage goes on.
function tickTrack(status) {
  const work = underWay(status);
  if (!work) return;
  const seconds = (performance.now() - began) / 1000;
  const counted = progressWords(work.progress);
  fill(byID("track-note"), "work" + work.attempt + work.stage + counted + roughly(seconds),
    (work.hash ? short(work.hash) + ", " : ""), make("b", "", work.stage), ", " + roughly(seconds) + " so far", counted ? ", " + counted : "");
}

function bar(deployment) {
  const done = stages.filter((stage) => deployment.seconds[stage] > 0);
  const element = make("span", "bar", ...done.map((stage) => {
    const part = make("i");
    part.dataset.stage = stage;
    part.title = stage + " " + duration(deployment.seconds[stage]);
    // In milliseconds: shares whose sum is below 1 would not fill the bar.
    part.style.flexGrow = deployment.seconds[stage] * 1000;
    return part;
  }));
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", done.map((stage) => stage + " " + duration(deployment.seconds[stage])).join(", "));
  return element;
}

function buildDeployment(deployment) {
  const { tone, mark, word } = outcomes[deployment.outcome] || { tone: "quiet", mark: "dots", word: deployment.outcome };
  const total = sum(deployment.seconds);
  const summary = make("summary", "",
    make("span", "subject", deployment.subject || deployment.ref || "no commit"),
    make("span", "outcome", word),
    make("span", "meta", make("code", "hash", short(deployment.hash)), " ", distance(deployment.time), total > 0 ? ", took " + duration(total) : ""),
    make("span", "hint", "details"));
  if (deployment.reason) summary.append(make("span", "why", deployment.reason));
  if (total > 0) summary.append(bar(deployment));
  const figures = make("dl", "figures", ...stages.filter((stage) => stage in deployment.seconds).map((stage) => {
    return make("div", "", make("dt", "", stage), make("dd", "", duration(deployment.seconds[stage])));
  }));
  const more = make("div", "more", make("p", "full", make("code", "", deployment.hash)), figures);
  if (deployment.output) {
    const block = make("pre", "", deployment.output);
    block.tabIndex = 0;
    more.append(block);
  }
  const item = make("li", "deployment", symbol(mark), make("details", "", summary, more));
  item.dataset.tone = tone;
  return item;
}

function showHistory(deployments) {
  latest = deployments[0] || null;
  byID("no-history").hidden = deployments.length > 0;
  calmList(byID("history"), deployments, (one) => one.time + one.hash + one.outcome, buildDeployment);
  const longest = Math.max(...deployments.map((one) => sum(one.seconds)), 0);
  deployments.forEach((one, index) => {
    const drawn = byID("history").children[index].querySelector(".bar");
    if (drawn) drawn.style.width = Math.max(0.6, sum(one.seconds) / longest * 100) + "%";
  });
  put(byID("scale"), longest > 0 ? "full width is " + duration(longest) : "");
  const seen = stages.filter((stage) => deployments.some((one) => one.seconds[stage] > 0));
  calmList(byID("legend"), seen, (stage) => stage, (stage) => {
    const item = make("li", "", make("i"), stage);
    item.firstChild.dataset.stage = stage;
    return item;
  });
}

function showReleases(releases) {
  const earlier = releases.filter((one) => !one.live);
  byID("back-section").hidden = earlier.length === 0;
  const chosen = document.querySelector("#releases input:checked");
  const wanted = chosen && earlier.find((one) => one.hash === chosen.value) || earlier.find((one) => !one.quarantined) || earlier[0];
  calmList(byID("releases"), releases, (one) => [one.hash, one.time, one.live, one.good, one.quarantined].join(), (one) => {
    const button = Object.assign(make("input"), { type: "radio", name: "release", value: one.hash, disabled: one.live });
    const label = make("label", "release", button, make("code", "hash", short(one.hash)),
      make("span", "subject", one.subject || one.ref || ""), make("span", "badges"), one.time ? distance(one.time) : make("time"));
    for (const word of [one.live && "live", one.good && "last good", one.quarantined && "held back"]) {
      if (word) label.querySelector(".badges").append(make("b", "", word), " ");
    }
    return make("li", "", label);
  });
  for (const input of document.querySelectorAll("#releases input")) input.checked = Boolean(wanted) && input.value === wanted.hash;
  showCommand();
}

function showCommand() {
  const chosen = document.querySelector("#releases input:checked");
  put(byID("rollback"), "git-sidecar rollback" + (chosen ? " " + short(chosen.value) : ""));
}
