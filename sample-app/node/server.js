// A web server that is deployed by git: one primary process, a few workers, no dependencies.
//
// The primary forks workers from the *real* path of the directory it was started in (the link that git-sidecar
// publishes), so that each worker runs one whole release. On SIGHUP it looks the link up again, starts new workers
// from there and lets each old one finish its requests once a new one listens. If the new code cannot start, the old
// workers stay.
'use strict';
const cluster = require('node:cluster');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const link = process.env.APP_LINK || process.env.PWD || __dirname;
const host = process.env.APP_HOST || '127.0.0.1';
const port = Number(process.env.PORT || 8080);
const workerCount = Number(process.env.APP_WORKERS || 2);
const startTimeout = Number(process.env.APP_START_TIMEOUT || 10) * 1000;

if (cluster.isPrimary) runPrimary();
else runWorker();

function runPrimary() {
  let current = [];
  let reloading = Promise.resolve();

  const startWorker = (release) => new Promise((resolve, reject) => {
    cluster.setupPrimary({ exec: path.join(release, path.basename(__filename)), cwd: release });
    const worker = cluster.fork({ APP_RELEASE: release });
    const timer = setTimeout(() => fail(new Error('it did not listen in time')), startTimeout);
    const fail = (error) => { clearTimeout(timer); worker.process.kill('SIGKILL'); reject(error); };
    worker.once('listening', () => { clearTimeout(timer); resolve(worker); });
    worker.once('exit', (code, signal) => fail(new Error(`it ended with ${signal || code}`)));
  });

  // A worker that dies later is replaced from the release that it ran, never from one that was not asked for.
  const watch = (worker, release) => {
    worker.removeAllListeners('exit');
    worker.once('exit', () => {
      if (worker.exitedAfterDisconnect || !current.includes(worker)) return;
      current = current.filter((other) => other !== worker);
      startWorker(release).then((next) => { watch(next, release); current.push(next); })
        .catch((error) => { console.error(`cannot replace a worker: ${error.message}`); if (!current.length) process.exit(1); });
    });
  };

  const deploy = async () => {
    const release = fs.realpathSync(link);
    const started = await Promise.allSettled(Array.from({ length: workerCount }, () => startWorker(release)));
    const workers = started.filter((each) => each.status === 'fulfilled').map((each) => each.value);
    const failure = started.find((each) => each.status === 'rejected');
    if (failure) {
      workers.forEach((worker) => { worker.removeAllListeners('exit'); worker.process.kill('SIGKILL'); });
      throw new Error(`${release} does not start: ${failure.reason.message}`);
    }
    const old = current;
    current = workers;
    workers.forEach((worker) => watch(worker, release));
    old.forEach((worker) => worker.send('finish', () => {}));
    console.log(`serving ${release} with ${workers.length} workers`);
  };

  process.on('SIGHUP', () => {
    reloading = reloading.then(deploy).catch((error) => console.error(`kept the old workers: ${error.message}`));
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => { current.forEach((worker) => worker.process.kill('SIGTERM')); process.exit(0); });
  }
  deploy().catch((error) => { console.error(error.message); process.exit(1); });
}

function runWorker() {
  const release = process.env.APP_RELEASE || __dirname;
  const revision = path.basename(release);
  const app = require(path.join(release, 'app.js'));

  const server = http.createServer((request, response) => {
    response.setHeader('X-Revision', revision);
    if (request.url === '/healthz') return response.end('ok\n');
    return app(request, response);
  });
  server.listen(port, host);

  const finish = () => {
    // Ends when the last request is answered; connections that idle are closed at once.
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    cluster.worker.disconnect();
    setTimeout(() => process.exit(0), 10_000).unref();
  };
  process.on('message', (message) => { if (message === 'finish') finish(); });
  process.on('SIGTERM', finish);
  process.on('SIGHUP', () => {});
}
