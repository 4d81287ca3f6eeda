import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Pool } from 'undici'

const inFlight = 256
const roundMs = 3_000
const requestBytes = 481

/** Answers of about 632 bytes: compact JSON and 11 tokens of text. */
const simulatorOptions = { pretty: false, defaults: { answerTokens: 11, answerTokensSpread: 0 } }

const vocabulary =
  'the river runs past an old copper lantern while nine people wait for morning trains and talk about weather'.split(
    ' ',
  )

/** 500 different requests of the same size, so that no memory of the last one helps the simulator. */
const requestBodies = (): string[] =>
  Array.from({ length: 500 }, (_, request) => {
    const frame = JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: '@' }] })
    let content = String(request)
    for (let at = 0; content.length < requestBytes; at++) {
      content += ` ${vocabulary[(request * 7 + at * at) % vocabulary.length]}`
    }
    return frame.replace('@', content.slice(0, requestBytes - frame.length + 1))
  })

const wrkScript = (bodies: readonly string[]): string => `
local bodies = { ${bodies.map((body) => `'${body}'`).join(',\n')} }
local headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer sk-bench" }
local requests, at = {}, 0
function init()
  for n, body in ipairs(bodies) do requests[n] = wrk.format("POST", "/v1/chat/completions", headers, body) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local e = summary.errors
  print(string.format("answers %d in %d us, errors %d", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`

const wrkRate = async (url: string, script: string): Promise<number> => {
  const args = ['-t1', `-c${inFlight}`, `-d${roundMs / 1_000}`, '-s', script, url]
  const wrk = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  wrk.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  try {
    await once(wrk, 'close')
  } catch (error) {
    throw new Error('wrk is missing: install the package wrk (apt-get install wrk)', { cause: error })
  }
  const [, answers, microseconds, errors] = /answers (\d+) in (\d+) us, errors (\d+)/.exec(output) ?? []
  if (errors !== '0') throw new Error(`wrk met errors:\n${output}`)
  return Number(answers) / (Number(microseconds) / 1_000_000)
}

/** What everything is compared with: undici's own `request`, the body read and parsed. */
const bareLoopRate = async (url: string, bodies: readonly string[]): Promise<number> => {
  const pool = new Pool(url, { connections: inFlight })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' }
  let answers = 0
  const startedAt = performance.now()
  const callOnAndOn = async (): Promise<void> => {
    while (performance.now() - startedAt < roundMs) {
      const body = bodies[answers % bodies.length] ?? ''
      const answer = await pool.request({ method: 'POST', path: '/v1/chat/completions', headers, body })
      JSON.parse(await answer.body.text())
      if (answer.statusCode !== 200) throw new Error(`the simulator answered ${answer.statusCode}`)
      answers++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, callOnAndOn))
  const rate = answers / ((performance.now() - startedAt) / 1_000)
  await pool.close()
  return rate
}

const startedSimulator = async (optionsFile: string): Promise<{ url: string; child: ChildProcess }> => {
  const main = new URL('../../../simulator/src/http/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, '--port', '0', '--faults', optionsFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /^simulator listening on (.+)$/.exec(line)?.[1]
    if (url !== undefined) return { url, child }
  }
  throw new Error('the simulator did not start')
}

/** The simulator's shell driven by a load generator in C, ÷ the bare loop, each round one after the other. */
export const simulatorShell = async (rounds: number): Promise<{ name: string; ratios: number[] }> => {
  const folder = await mkdtemp(join(tmpdir(), 'sheepfold-shell-'))
  const optionsFile = join(folder, 'options.json')
  const script = join(folder, 'requests.lua')
  const bodies = requestBodies()
  await writeFile(optionsFile, JSON.stringify(simulatorOptions))
  await writeFile(script, wrkScript(bodies))
  const { url, child } = await startedSimulator(optionsFile)
  const ratios: number[] = []
  try {
    await bareLoopRate(url, bodies)
    for (let round = 0; round < rounds; round++) {
      const bare = await bareLoopRate(url, bodies)
      const w = await wrkRate(url, script)
      if (process.env.V) console.log(bare | 0, w | 0)
      ratios.push(w / bare)
    }
  } finally {
    child.kill()
    await rm(folder, { recursive: true })
  }
  return { name: "the simulator's shell alone, driven by wrk ÷ bare loop", ratios }
}
