import { parseArgs } from 'node:util'
import { readOptionsFile } from './options-file.ts'
import { startSimulator } from './server.ts'

const usage = `usage: node simulator/src/http/main.ts [--port N] [--host ADDRESS] [--latency MS] [--spread MS] [--seed N] [--faults FILE]

  --port     default 0: a free one
  --latency  milliseconds to the first byte of each answer, default 0
  --spread   the latency lies evenly between latency - spread and latency + spread, default 0
  --seed     what answers, latencies and faults by rate are drawn from, default 1
  --faults   JSON: a list of faults, or an object with faults, models, defaults, keys, …`

const wholeNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name}: ${text} is not a whole number`)
  return Number(text)
}

const start = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      latency: { type: 'string' },
      spread: { type: 'string' },
      seed: { type: 'string' },
      faults: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(usage)
    return
  }
  const fromFile = values.faults === undefined ? {} : await readOptionsFile(values.faults)
  const firstByteMs = wholeNumber('latency', values.latency)
  const firstByteSpreadMs = wholeNumber('spread', values.spread)
  const seed = wholeNumber('seed', values.seed)
  const server = await startSimulator({
    ...fromFile,
    port: wholeNumber('port', values.port) ?? 0,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(seed === undefined ? {} : { seed }),
    defaults: {
      ...fromFile.defaults,
      ...(firstByteMs === undefined ? {} : { firstByteMs }),
      ...(firstByteSpreadMs === undefined ? {} : { firstByteSpreadMs }),
    },
  })
  console.log(`simulator listening on ${server.url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
}

try {
  await start()
} catch (error) {
  console.error(`simulator: ${error instanceof Error ? error.message : error}\n\n${usage}`)
  process.exitCode = 2
}
