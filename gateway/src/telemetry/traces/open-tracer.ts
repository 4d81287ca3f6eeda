import type { Clock } from '../../clock/clock.ts'
import { traceSettings } from './otel/settings.ts'
import type { OpenTracer } from './tracer.ts'

/** The tracer that the environment asks for; undefined where it asks for none, and then nothing is loaded. */
export const openTracer = async (order: {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onError: (error: unknown) => void
}): Promise<OpenTracer | undefined> => {
  const settings = traceSettings(order.env)
  if (settings.kind === 'refused') order.onError(new Error(settings.message))
  if (settings.kind !== 'on') return undefined
  const { openOtel } = await import('./otel/open.ts')
  return openOtel({ ...order, ...settings })
}
