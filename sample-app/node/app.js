'use strict';

// Edit this line, commit, push: it is live a moment later.
const greeting = 'Hello from git';

module.exports = (request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${greeting}\n`);
};
