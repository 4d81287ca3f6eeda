import { systemClock } from '../../gateway/src/clock/system.ts'
import type { AnswerStream } from '../../gateway/src/provider/answer-stream.ts'
import type { CallRequest } from '../../gateway/src/provider/call.ts'
import type { Deployment } from '../../gateway/src/provider/deployment.ts'
import { createHttpCall } from '../../gateway/src/provider/http1/http-call.ts'
import type { Protocol } from '../../gateway/src/provider/protocol.ts'
import type { Success, Verdict } from '../../gateway/src/provider/verdict.ts'

/** A provider as the gateway speaks to it, over real HTTP and without a gateway. */
export interface AskedProvider extends Disposable {
  ask(endpoint: string, body: object): Promise<Verdict>
  /** Until the stream or the connection ends; `isBroken` where no end of a body came. */
  stream(
    endpoint: string,
    body: object,
  ): Promise<{ reading: AnswerStream; passed: string; isBroken: boolean }>
}

export const askProvider = (
  protocol: Protocol,
  given: Pick<Deployment, 'provider' | 'baseUrl'> & Partial<Pick<Deployment, 'providerModel'>>,
  /** Until the first byte, and between two pieces. */
  firstByteMsMax = 10_000,
): AskedProvider => {
  const http = createHttpCall({ clock: systemClock, connectionsMax: 4 })
  const deployment: Deployment = {
    id: 'one',
    model: 'm',
    providerModel: 'm',
    ...given,
    outputTokensDefault: 4_096,
    apiKey: 'sk-one',
    weight: 1,
    limits: {
      concurrencyMax: 1,
      concurrencyInitial: 1,
      firstByteMsMax,
      totalMsMax: 10_000,
      interactiveShare: 0,
    },
    costBook: 'none',
  }
  const requestFor = (endpoint: string, body: object, isStream: boolean): CallRequest => ({
    ...protocol.target(deployment, endpoint, { isStream, headers: {} }),
    ...deployment.limits,
    baseUrl: deployment.baseUrl,
    body: Buffer.from(JSON.stringify(body)),
    answerBytesMax: 1_000_000,
  })
  return {
    ask: async (endpoint, body) =>
      protocol.interpret(await http.call(requestFor(endpoint, body, false)), endpoint),
    async stream(endpoint, body) {
      const reading = protocol.stream(endpoint, { hidesUsage: false })
      const passed: Buffer[] = []
      const request = requestFor(endpoint, body, true)
      const outcome = await http.call({
        ...request,
        takerOf: () => (piece) => void passed.push(reading.take(piece)),
      })
      passed.push(reading.end())
      return { reading, passed: Buffer.concat(passed).toString(), isBroken: outcome.kind === 'broken' }
    },
    [Symbol.dispose]: () => http.close(),
  }
}

export const successOf = (verdict: Verdict): Success => {
  if (verdict.kind === 'failure') throw new Error(`${verdict.code}: ${verdict.message}`)
  return verdict
}
