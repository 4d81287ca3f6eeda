import OpenAI from 'openai'
import pLimit from 'p-limit'
import { Pool } from 'undici'
import { chatBody, chatHeaders, chatPath, model, prompts, providerKey } from '../requests.ts'

/** Calls the provider so many times with so many in flight. */
export type Caller = (requests: number) => Promise<void>

export type CallerName = 'undici' | 'openai'

interface CallerSettings {
  readonly url: string
  readonly inFlight: number
}

/** What everything is compared with: undici's own `request`, the body read and parsed. */
const undiciCaller = ({ url, inFlight }: CallerSettings): Caller => {
  const pool = new Pool(url, { connections: inFlight })
  const bodies = prompts.map(chatBody)
  return async (requests) => {
    let started = 0
    const callOnAndOn = async (): Promise<void> => {
      while (started < requests) {
        const body = bodies[started++ % bodies.length] ?? ''
        const answer = await pool.request({ method: 'POST', path: chatPath, headers: chatHeaders, body })
        JSON.parse(await answer.body.text())
        if (answer.statusCode !== 200) throw new Error(`the simulator answered ${answer.statusCode}`)
      }
    }
    await Promise.all(Array.from({ length: inFlight }, callOnAndOn))
  }
}

/** What users write today. */
const openaiCaller = ({ url, inFlight }: CallerSettings): Caller => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: providerKey, maxRetries: 0 })
  return async (requests) => {
    const limit = pLimit(inFlight)
    const call = (request: number) =>
      client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: prompts[request % prompts.length] ?? '' }],
      })
    await Promise.all(Array.from({ length: requests }, (_, request) => limit(() => call(request))))
  }
}

export const callers: Readonly<Record<CallerName, (settings: CallerSettings) => Caller>> = {
  undici: undiciCaller,
  openai: openaiCaller,
}
