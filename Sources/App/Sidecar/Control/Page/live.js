// How it is kept up to date: by events, and by asking again, since a dead connection does not say so.

let status = null;
let deployments = [];
let source = null;
let isLost = false;
let heard = null;
let asking = null;
let retry = 1000;

function show() {
  if (!status) return;
  showAnswer(status);
  showWay(status);
  showTrack(status);
  showHeld(status);
  showFacts(status);
}

function showConnection() {
  document.body.dataset.lost = isLost ? "yes" : "no";
  if (isLost && !status) put(byID("answer"), "The sidecar does not answer");
  put(byID("connection"), isLost
    ? "Connection lost" + (heard === null ? "" : ", last heard " + roughly((performance.now() - heard) / 1000) + " ago")
    : heard === null ? "Connecting…" : "Connected");
}

function hear() {
  heard = performance.now();
  isLost = false;
  showConnection();
}

function hearStatus(next) {
  clockOffset = Date.parse(next.now) - Date.now();
  const news = !status || published(status).hash !== published(next).hash || status.condition !== next.condition
    || status.quarantine.length !== next.quarantine.length;
  status = next;
  if (next.deployment) {
    hearAttempt(next.deployment.attempt);
    began = performance.now() - next.deployment.seconds * 1000;
  }
  hear();
  show();
  return news;
}

async function get(path) {
  const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(path + " answered " + response.status);
  return response.json();
}

// Without what an earlier version did not write down.
function whole(deployment) { return { ...deployment, hash: deployment.hash || "", seconds: deployment.seconds || {} }; }

async function askReleases() {
  try {
    const answer = await get("v1/releases");
    deployments = answer.deployments.map(whole);
    showHistory(deployments);
    showReleases(answer.releases);
    show();
  } catch {
    // The next look at the status finds out whether the connection is lost.
  }
}

async function ask() {
  clearTimeout(asking);
  try {
    if (hearStatus(await get("v1/status"))) await askReleases();
  } catch {
    isLost = true;
    showConnection();
  }
  clearTimeout(asking);
  const isOpen = source && source.readyState === EventSource.OPEN;
  const pause = document.hidden ? 15 : isOpen ? Math.min(30, Math.max(5, status ? status.period : 5)) : 2;
  asking = setTimeout(ask, pause * 1000);
}

function listen() {
  if (source) source.close();
  source = new EventSource("v1/events");
  const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  source.addEventListener("open", () => { retry = 1000; });
  on("status", (next) => { if (hearStatus(next)) askReleases(); });
  on("stage", (event) => {
    hear();
    hearStage(event);
    if (status && (event.state === "started" || event.state === "progress")) {
      status.deployment = { attempt: event.attempt, hash: event.hash, stage: event.stage, progress: event.progress };
    }
    show();
  });
  on("deployment", (event) => {
    hear();
    deployments = [whole(event), ...deployments.filter((one) => one.time !== event.time)].slice(0, 20);
    showHistory(deployments);
    askReleases();
  });
  on("attempt", () => ask());
  const mine = source;
  source.addEventListener("error", () => {
    // Whether the sidecar is gone, the next look says; it may only have too many who listen.
    ask();
    // The browser connects again by itself, except where the answer was no stream.
    if (mine.readyState === EventSource.CLOSED && mine === source) {
      setTimeout(() => { if (!document.hidden && mine === source) listen(); }, retry);
      retry = Math.min(30000, retry * 2);
    }
  });
}

function tick() {
  for (const element of document.querySelectorAll("time[datetime]")) tickOne(element);
  if (status) tickTrack(status);
  if (isLost) showConnection();
}

// A page that nobody looks at keeps no connection open: browsers have few for each server.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    source.close();
  } else {
    listen();
    ask();
  }
});

byID("releases").addEventListener("change", showCommand);

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(byID(button.dataset.copies).textContent);
        put(byID("said"), "Copied");
        put(button, "Copied");
        setTimeout(() => { put(button, "Copy"); put(byID("said"), ""); }, 1500);
      } catch {
        // Not allowed here: then at least it is selected.
        getSelection().selectAllChildren(byID(button.dataset.copies));
      }
    });
  }
}

buildTrack();
showConnection();
listen();
ask();
setInterval(tick, 1000);
