import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chatBody, chatHeaders, chatPath, prompts } from '../requests.ts'
import { makeTempFolder } from './temp-folder.ts'

/** Debian's package of the same name. */
const loadGenerator = 'wrk'

export interface Wrk {
  /** Calls a second, all of them answered with 200. */
  rateOver(seconds: number): Promise<number>
  end(): Promise<void>
}

export interface WrkSettings {
  readonly url: string
  readonly apiKey?: string
  readonly inFlight: number
}

/** A load generator in C: whatever it measures is the server's own limit. */
export const startWrk = async ({ url, apiKey, inFlight }: WrkSettings): Promise<Wrk> => {
  const folder = await makeTempFolder()
  const script = join(folder.path, 'requests.lua')
  const headers = apiKey === undefined ? chatHeaders : { ...chatHeaders, authorization: `Bearer ${apiKey}` }
  await writeFile(script, wrkScript(prompts.map(chatBody), headers))
  return {
    end: folder.end,
    rateOver: (seconds) => wrkRate(['-t1', `-c${inFlight}`, `-d${Math.ceil(seconds)}`, '-s', script, url]),
  }
}

const luaHeaders = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `["${name}"] = "${value}"`)
    .join(', ')

const wrkScript = (bodies: readonly string[], headers: Readonly<Record<string, string>>): string => `
local bodies = { ${bodies.map((body) => `'${body}'`).join(',\n')} }
local headers = { ${luaHeaders(headers)} }
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
