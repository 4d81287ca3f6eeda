import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempFolder } from '../processes/temp-folder.ts'
import { chatBody, chatHeaders, chatPath, prompts } from '../requests.ts'
import type { StartRunner } from '../runner.ts'

/** Debian's package of the same name. */
const loadGenerator = 'wrk'

/** A load generator in C: whatever it measures is the simulator's own limit. */
export const wrk: StartRunner = async ({ course, upstream }) => {
  const folder = await makeTempFolder()
  const script = join(folder.path, 'requests.lua')
  await writeFile(script, wrkScript(prompts.map(chatBody)))
  return {
    end: folder.end,
    async run(seconds) {
      const duration = `-d${Math.ceil(seconds)}`
      return { rate: await wrkRate(['-t1', `-c${course.inFlight}`, duration, '-s', script, upstream.url]) }
    },
  }
}

const luaHeaders = Object.entries(chatHeaders)
  .map(([name, value]) => `["${name}"] = "${value}"`)
  .join(', ')

const wrkScript = (bodies: readonly string[]): string => `
local bodies = { ${bodies.map((body) => `'${body}'`).join(',\n')} }
local headers = { ${luaHeaders} }
local requests, at = {}, 0
function init()
  for n, body in ipairs(bodies) do requests[n] = wrk.format("POST", "${chatPath}", headers, body) end
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

const wrkRate = async (args: readonly string[]): Promise<number> => {
  const child = spawn(loadGenerator, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  try {
    await once(child, 'close')
  } catch (error) {
    throw new Error('wrk is missing: apt-get install wrk', { cause: error })
  }
  const [, answers, microseconds, errors] = /answers (\d+) in (\d+) us, errors (\d+)/.exec(output) ?? []
  if (errors !== '0') throw new Error(`wrk met errors:\n${output}`)
  return Number(answers) / (Number(microseconds) / 1_000_000)
}
