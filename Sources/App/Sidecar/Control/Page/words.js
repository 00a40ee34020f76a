// What is said: here facts become words, and no element is touched.

const stages = [
  "resolve", "fetch", "verify", "stage", "prepare", "validate", "trial", "publish", "notify", "confirm", "keep",
];

// Of each condition: its colour, its symbol, and the title of the window.
const conditions = {
  "current": { tone: "good", mark: "check", title: "Live" },
  "deploying": { tone: "busy", mark: "up", title: "Deploying" },
  "held-back": { tone: "bad", mark: "pause", title: "Held back" },
  "unconfirmed": { tone: "warning", mark: "question", title: "Not confirmed" },
  "stale": { tone: "warning", mark: "bang", title: "Stale" },
  "empty": { tone: "quiet", mark: "dots", title: "Empty" },
};

const outcomes = {
  "deployed": { tone: "good", mark: "check", word: "deployed" },
  "rejected": { tone: "bad", mark: "cross", word: "rejected, never published" },
  "rolled-back": { tone: "bad", mark: "back", word: "rolled back" },
  "chosen": { tone: "busy", mark: "hand", word: "chosen by hand" },
  "overtaken": { tone: "quiet", mark: "up", word: "overtaken by a newer commit" },
  "failed": { tone: "warning", mark: "bang", word: "failed" },
};

const verdicts = {
  "proved": "proved",
  "likely": "very likely",
  "unknown": "not known for sure",
  "stale": "does not follow",
};

function short(hash) { return hash.slice(0, 8); }

function number(value) { return value.toLocaleString("en"); }

function duration(seconds) {
  if (seconds < 0.0005) return "< 1 ms";
  if (seconds < 0.9995) return Math.round(seconds * 1000) + " ms";
  if (seconds < 9.95) return seconds.toFixed(1) + " s";
  if (seconds < 59.5) return Math.round(seconds) + " s";
  const minutes = Math.floor(seconds / 60);
  if (seconds < 3600) return minutes + " min " + Math.floor(seconds % 60) + " s";
  return Math.floor(minutes / 60) + " h " + minutes % 60 + " min";
}

// How long something takes or took, in its largest unit.
function roughly(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min";
  if (s < 48 * 3600) return Math.floor(s / 3600) + " h";
  return Math.floor(s / 86400) + " days";
}

function size(bytes) {
  let value = bytes;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 1000 || unit === "GB") return (value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)) + " " + unit;
    value /= 1000;
  }
}

function progressWords(progress) {
  if (!progress) return "";
  const isSize = progress.unit === "bytes";
  const done = isSize ? size(progress.done) : number(progress.done);
  if (!progress.total) return done + (isSize ? "" : " " + progress.unit);
  return done + " of " + (isSize ? size(progress.total) : number(progress.total) + " " + progress.unit);
}

function sum(seconds) { return Object.values(seconds).reduce((total, next) => total + next, 0); }

// The stage in which a deployment ended that did not go well.
function failedStage(deployment) {
  if (deployment.outcome === "deployed" || deployment.outcome === "chosen") return null;
  return deployment.stage || Object.keys(deployment.seconds).at(-1) || null;
}

function named(release) {
  return release.subject ? "“" + release.subject + "”" : short(release.hash);
}

// The deployment under way, once there is more to it than a look at the remote.
function underWay(status) {
  return status.condition === "deploying" || status.condition === "empty" ? status.deployment : null;
}

// The answer to what everybody wants to know first.
function answer(status) {
  const { condition, remote, published, running, deployment, last_failure: failure } = status;
  switch (condition) {
  case "current":
    return ["Your push is live", named(published) + (running && running.confirmed
      ? " is published, and the application runs it." : " is published.")];
  case "deploying": {
    const first = published ? "Your push is being deployed" : "The first release is being made";
    return [deployment ? first + ": " + deployment.stage : first,
      !published ? "" : deployment && published.hash === deployment.hash
        ? named(published) + " is published; next the application has to follow."
        : named(published) + " stays live until it is published."];
  }
  case "held-back": {
    const entry = status.quarantine.find((entry) => remote && entry.hash === remote.hash) || status.quarantine[0];
    return ["Your push is held back", entry ? "In " + entry.stage + ": " + entry.reason : "It was gone back from."];
  }
  case "unconfirmed":
    return ["Published, but not confirmed", running ? "The application: " + running.cause
      : "It was not shown that the application runs it."];
  case "stale":
    if (status.postponed && remote && status.postponed.hash === remote.hash) {
      return ["Your push is put off", "In " + status.postponed.stage + ": " + status.postponed.reason];
    }
    if (failure && failure.stage !== "resolve") {
      return ["The last attempt failed in " + failure.stage, failure.message];
    }
    return ["The remote cannot be reached", failure ? failure.message : "It is not known what it has now."];
  case "empty":
    return failure ? ["Nothing is published yet", "In " + failure.stage + ": " + failure.message]
      : ["Nothing is published yet", "The first release is on its way."];
  default:
    return [condition, ""];
  }
}
