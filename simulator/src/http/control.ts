import { checkFaults } from '../core/check-options.ts'
import type { Simulator } from '../core/types.ts'

/** The tests' way in, beside the provider's own paths; nothing here is on the tape. */
export const controlPrefix = '/_simulator/'

export interface ControlAnswer {
  readonly status: number
  readonly contentType: string
  readonly pieces: Iterable<Buffer>
}

const json = (status: number, value: unknown): ControlAnswer => ({
  status,
  contentType: 'application/json',
  pieces: [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)],
})

const linesInPiece = 500

/** Million rows are 150 MB of text: made piece by piece, as the reader takes them. */
function* tapeLines(simulator: Simulator): Generator<Buffer> {
  let lines: string[] = []
  for (const row of simulator.tape()) {
    lines.push(JSON.stringify(row))
    if (lines.length < linesInPiece) continue
    yield Buffer.from(`${lines.join('\n')}\n`)
    lines = []
  }
  if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`)
}

const putFaults = (simulator: Simulator, body: Buffer): ControlAnswer => {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    return json(400, {
      problems: [`the body is not JSON: ${error instanceof Error ? error.message : error}`],
    })
  }
  const checked = checkFaults(value)
  if ('problems' in checked) return json(400, { problems: checked.problems })
  simulator.setFaults(checked.value)
  return json(200, { faults: simulator.faults })
}

const routes: Readonly<Record<string, (simulator: Simulator, body: Buffer) => ControlAnswer>> = {
  'GET /_simulator/tape': (simulator) => ({
    status: 200,
    contentType: 'application/x-ndjson',
    pieces: tapeLines(simulator),
  }),
  'GET /_simulator/stats': (simulator) => json(200, simulator.stats()),
  'GET /_simulator/faults': (simulator) => json(200, { faults: simulator.faults }),
  'PUT /_simulator/faults': putFaults,
}

export const control = (simulator: Simulator, method: string, path: string, body: Buffer): ControlAnswer => {
  const wanted = `${method} ${path.split('?')[0]}`
  const route = Object.hasOwn(routes, wanted) ? routes[wanted] : undefined
  return (
    route?.(simulator, body) ??
    json(404, { problems: [`no ${wanted}; there are ${Object.keys(routes).join(', ')}`] })
  )
}
