/**
 * Imported before a process that a test starts: where the test runner itself is killed, nothing else would
 * end what it started.
 */
const LOOK_EVERY_MS = 500
const parent = process.ppid

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS).unref()
