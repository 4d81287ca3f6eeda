#!/usr/bin/env node
// Plain JavaScript on purpose: the machine's own Node may be too old to run TypeScript, and this file is
// what finds one that is not.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const majorMin = 24
const majorOf = (version) => Number(version.split('.')[0])

/** A checkout has the sources; below `node_modules` Node refuses to strip types, and there is a bundle. */
const findEntry = () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const source = join(root, 'src', 'main.ts')
  const installed = root.split(sep).includes('node_modules')
  return !installed && existsSync(source) ? source : join(root, 'dist', 'main.js')
}

/** The binary of the `node` package beside us, if it is there and new enough. */
const findNode = () => {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    if (majorOf(JSON.parse(readFileSync(manifest, 'utf8')).version) < majorMin) return undefined
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** Ends as the child ends, by the same signal or with the same code. */
const runIn = (binary, entry) => {
  const child = spawn(binary, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches the child from the terminal itself, and twice would mean "at once".
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  const pass = { SIGINT: !onTerminal, SIGTERM: true, SIGHUP: true }
  for (const [signal, passOn] of Object.entries(pass)) process.on(signal, () => passOn && child.kill(signal))
  child.once('error', (error) => fail(`${binary} does not start: ${error.message}`))
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const caught of Object.keys(pass)) process.removeAllListeners(caught)
    process.kill(process.pid, signal)
  })
}

const fail = (message) => {
  console.error(`sheepfold: ${message}`)
  process.exit(1)
}

const entry = findEntry()
if (!existsSync(entry)) fail(`${entry} is missing: this package is incomplete, install it again.`)
else if (majorOf(process.versions.node) >= majorMin) await import(pathToFileURL(entry).href)
else {
  const binary = findNode()
  if (binary) runIn(binary, entry)
  else
    fail(
      `Node ${majorMin} or newer is needed; this is ${process.versions.node}, and no \`node\` package is installed beside ` +
        'sheepfold. In a checkout, `npm ci` brings one; elsewhere install a newer Node or `npm install node`.',
    )
}
