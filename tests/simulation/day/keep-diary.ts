import type { Call } from '../../../gateway/src/provider/call.ts'
import { openaiProtocol } from '../../../gateway/src/provider/openai/protocol.ts'
import { readMark } from '../orders.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Diary } from './diary.ts'
import type { DayPlan } from './plan.ts'

/** The same calls, with those of batches written down. */
export const keepDiary = (given: { diary: Diary; plan: DayPlan; scheduler: Scheduler; call: Call }): Call => {
  const { diary, plan, scheduler } = given
  return async (request) => {
    const body = request.body.toString()
    if (isOfPeople(body)) return given.call(request)
    const order = plan.orders[readMark(body).order]
    if (!order) throw new Error(`a call for no order: ${body.slice(0, 200)}`)
    diary.started.push({ order, at: scheduler.now() })
    const outcome = await given.call(request)
    const verdict = openaiProtocol.interpret(outcome, '/v1/chat/completions')
    if (verdict.kind !== 'success') diary.troubles.push(`a call failed: ${verdict.code}`)
    else {
      const { promptTokens = 0, completionTokens = 0 } = verdict.answer.usage ?? {}
      diary.answered.push({ order, at: scheduler.now(), tokens: promptTokens + completionTokens })
    }
    return outcome
  }
}

const PEOPLE = 'Somebody at a screen asks.'

export const bodyOfPeople = (providerModel: string): Buffer =>
  Buffer.from(JSON.stringify({ model: providerModel, messages: [{ role: 'user', content: PEOPLE }] }))

const isOfPeople = (body: string): boolean => body.includes(PEOPLE)
