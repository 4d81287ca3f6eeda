/**
 * The places between two writes at which a test can stop, throw or kill. A process that is started with
 * SHEEPFOLD_CRASH_AT=name or name:nth kills itself the nth time (from 1) that it reaches the place, and with
 * name=custom_id each time that it reaches it with that request.
 */
export const CRASH_POINTS = [
  'intake.after_input',
  'accept.before_commit',
  'accept.after_commit',
  'claim.before_commit',
  'claim.after_commit',
  'execute.before_call',
  'settle.before_append',
  'append.before_commit',
  'append.after_commit',
  'settle.after_append',
  'seal.before_segment',
  'seal.after_segment',
  'seal.before_commit',
  'seal.after_commit',
  'release.before_commit',
  'release.after_commit',
  'stop.before_commit',
  'stop.after_commit',
  'remove.before_commit',
  'remove.after_commit',
  'purge.before_commit',
  'purge.after_commit',
  'usage.before_commit',
  'usage.after_commit',
  'post_usage.before_commit',
  'post_usage.after_commit',
  'webhook.before_send',
  'webhook.after_send',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]

/**
 * Called at each place by its name, and with the request's custom_id (a JSON string) where it is one
 * request's place. A test may throw from it or end the process; otherwise it is free.
 */
export type Crash = (point: string, customId?: string) => void

export const noCrash: Crash = () => {}

export type CrashOrder =
  | { readonly point: CrashPoint; readonly nth: number }
  | { readonly point: CrashPoint; readonly customId: string }

const isCrashPoint = (name: string): name is CrashPoint => CRASH_POINTS.some((point) => point === name)

export const parseCrashOrder = (text: string): CrashOrder => {
  const match = /^([a-z_.]+)(?::([1-9]\d{0,8})|=(.+))?$/.exec(text)
  const name = match?.[1] ?? ''
  if (!isCrashPoint(name)) {
    throw new Error(
      `SHEEPFOLD_CRASH_AT is "${text}"; it must be name, name:nth or name=custom_id, with name one of ${CRASH_POINTS.join(', ')}`,
    )
  }
  const customId = match?.[3]
  return customId === undefined ? { point: name, nth: Number(match?.[2] ?? 1) } : { point: name, customId }
}

const killThisProcess = (): void => {
  // SIGKILL and not exit(): nothing may be flushed or handed back, exactly as when the power goes.
  process.kill(process.pid, 'SIGKILL')
}

/** A `Crash` that obeys the order; without one it does nothing. */
export const crashOnOrder = (text: string | undefined, kill: () => void = killThisProcess): Crash => {
  if (text === undefined || text === '') return noCrash
  const order = parseCrashOrder(text)
  let reached = 0
  return (point, customId) => {
    if (point !== order.point) return
    reached += 1
    const isDue = 'nth' in order ? reached === order.nth : customId === JSON.stringify(order.customId)
    if (isDue) kill()
  }
}
