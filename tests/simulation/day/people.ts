import type { Route, Routes } from '../../../gateway/src/execute/realtime/routes.ts'
import type { Call } from '../../../gateway/src/provider/call.ts'
import type { Diary } from './diary.ts'
import { bodyOfPeople } from './keep-diary.ts'
import { type Burst, MODEL } from './plan.ts'

/** What people at their screens come to: the interactive lane of the same gates. */
export interface Desk {
  readonly routes: Routes
  readonly call: Call
  /** Milliseconds since the day began. */
  readonly now: () => number
  readonly diary: Diary
}

const ENDPOINT = '/v1/chat/completions'

export const askAlone = (desk: Desk): void => void ask(desk)

/** Each asks, reads, and asks again, until the burst is over. */
export const askInBurst = (desk: Desk, burst: Burst): void => {
  const askOn = async (): Promise<void> => {
    while (desk.now() < burst.to) await ask(desk)
  }
  for (let caller = 0; caller < burst.callers; caller += 1) void askOn()
}

const ask = async ({ routes, call, now, diary }: Desk): Promise<void> => {
  const { interactive } = lanesOf(routes)
  const asked: Diary['asked'][number] = {
    at: now(),
    startedAt: undefined,
    alone: interactive.inFlight + interactive.waiting === 0,
  }
  diary.asked.push(asked)
  const { permit, channel, deployment } = await enter(routes)
  asked.startedAt = now()
  const request = await channel.ask({ body: bodyOfPeople(deployment.providerModel), isStream: false })
  if (request.kind === 'failure') throw new Error(request.message)
  const called = await call({
    baseUrl: deployment.baseUrl,
    path: request.target.path,
    headers: request.target.headers,
    body: request.body,
    firstByteMsMax: deployment.limits.firstByteMsMax,
    totalMsMax: deployment.limits.totalMsMax,
    answerBytesMax: 1_048_576,
  })
  const { outcome, verdict } = request.read(called)
  permit.done(outcome, verdict)
}

const lanesOf = (routes: Routes) => {
  const [state] = routes.states().values()
  if (!state) throw new Error('there is no gate')
  return state.lanes
}

const enter = (routes: Routes): Promise<Route> =>
  new Promise((resolve) => {
    const tryNow = (): void => {
      const request = { fragment: { length: 100 }, failedOn: new Set<string>() }
      const route = routes.enter('interactive', MODEL, ENDPOINT, request)
      if (!route) {
        watch.wait()
        return
      }
      watch.cancel()
      resolve(route)
    }
    const watch = routes.watch('interactive', MODEL, tryNow)
    tryNow()
  })
