// A web server that is deployed by git: one primary process, a few workers, no dependencies.
//
// The primary forks workers from the *real* path of the link that git-sidecar publishes, so that each worker runs one
// whole release. On SIGHUP it looks the link up again and starts new workers from there; when all of them listen, the
// old ones answer what they have been asked and go. If the new code does not start, the old workers stay.
'use strict';
const cluster = require('node:cluster');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const link = path.resolve(process.env.APP_LINK || startDirectory());
const host = process.env.APP_HOST || '127.0.0.1';
const port = Number(process.env.PORT || 8080);
const workerCount = Number(process.env.APP_WORKERS || 2);
const startTimeout = 1000 * Number(process.env.APP_START_TIMEOUT || 10);
const finishTimeout = 1000 * Number(process.env.APP_FINISH_TIMEOUT || 10);

if (cluster.isPrimary) runPrimary();
else runWorker();

// The directory that it was started in or with, as it was named: node itself only knows where links lead to.
function startDirectory() {
  const directory = path.dirname(process.argv[1]);
  const shell = process.env.PWD;
  return shell && fs.existsSync(shell) && fs.realpathSync(shell) === fs.realpathSync(directory) ? shell : directory;
}

function runPrimary() {
  let current = [];
  let stopping = false;
  let deploying = false;
  let again = false;
  // Release directories go one day; a working directory that is gone makes every later start fail.
  process.chdir('/');

  // Resolves when the worker listens; rejects, with the worker gone, when it does not get there.
  const startWorker = (release) => new Promise((resolve, reject) => {
    cluster.setupPrimary({ exec: path.join(release, 'server.js'), cwd: release });
    const worker = cluster.fork({ APP_LINK: link, APP_RELEASE: release });
    const settle = (outcome, value) => {
      clearTimeout(timer);
      worker.off('listening', listening);
      worker.off('exit', ended);
      outcome(value);
    };
    const listening = () => settle(resolve, worker);
    const ended = (code, signal) => settle(reject, new Error(`a worker ended with ${signal || code}`));
    const timer = setTimeout(() => {
      worker.process.kill('SIGKILL');
      settle(reject, new Error(`a worker did not listen within ${startTimeout / 1000} s`));
    }, startTimeout);
    worker.once('listening', listening);
    worker.once('exit', ended);
  });

  // A worker that dies is replaced from the release that it ran, never from one that nobody asked for.
  const adopt = (worker, release) => {
    current.push(worker);
    worker.once('exit', () => {
      if (stopping || !current.includes(worker)) return;
      current = current.filter((other) => other !== worker);
      const replace = () => startWorker(release).then((next) => adopt(next, release), (error) => {
        console.error(`cannot replace a worker: ${error.message}`);
        if (!current.length) process.exit(1);
      });
      // Not at once: code that dies with each request must not keep the machine busy with starting it.
      setTimeout(replace, 100);
    });
  };

  const deploy = async () => {
    const release = fs.realpathSync(link);
    const starts = await Promise.allSettled(Array.from({ length: workerCount }, () => startWorker(release)));
    const workers = starts.filter((start) => start.status === 'fulfilled').map((start) => start.value);
    const failure = starts.find((start) => start.status === 'rejected');
    if (failure || stopping) {
      workers.forEach((worker) => worker.process.kill('SIGKILL'));
      throw new Error(`${release} does not start: ${failure ? failure.reason.message : 'stopped'}`);
    }
    const old = current;
    current = [];
    workers.forEach((worker) => adopt(worker, release));
    old.forEach(finish);
    console.log(`serving ${release} with ${workers.length} workers`);
  };

  // The worker ends by itself when it has answered; it may have ended already.
  const finish = (worker) => {
    if (worker.isConnected()) worker.send('finish', () => {});
  };

  process.on('SIGHUP', async () => {
    // However many signals come during a deployment, one more follows it.
    again = true;
    if (deploying) return;
    deploying = true;
    while (again && !stopping) {
      again = false;
      await deploy().catch((error) => console.error(`kept the old workers: ${error.message}`));
    }
    deploying = false;
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      stopping = true;
      const workers = Object.values(cluster.workers);
      let left = workers.length;
      if (!left) process.exit(0);
      workers.forEach((worker) => worker.once('exit', () => { if (--left === 0) process.exit(0); }));
      workers.forEach(finish);
      setTimeout(() => process.exit(0), finishTimeout + 1000);
    });
  }
  deploy().catch((error) => { console.error(error.message); process.exit(1); });
}

function runWorker() {
  const release = process.env.APP_RELEASE;
  const revision = path.basename(release);
  const app = require(path.join(release, 'app.js'));
  let finishing = false;

  const server = http.createServer((request, response) => {
    response.setHeader('X-Revision', revision);
    // The answer is the last one on its connection: the client opens another, which goes to a new worker.
    if (finishing) response.setHeader('Connection', 'close');
    if (request.url === '/healthz') return response.end('ok\n');
    return app(request, response);
  });
  server.listen(port, host);

  process.on('message', (message) => {
    if (message !== 'finish' || finishing) return;
    finishing = true;
    // Closing the server would close idle connections at once, also one on which a request is on its way. They get one
    // more answer instead, or close when they have been idle for the usual time.
    server.closeIdleConnections = () => {};
    // Connections that the primary hands over meanwhile go back to it: first no connections, then no channel.
    server.close(() => cluster.worker.disconnect());
    setTimeout(() => process.exit(0), finishTimeout).unref();
  });
  process.on('disconnect', () => process.exit(0));
  // Signals are the primary's business, also where a terminal sends them to the whole group.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => {});
}
