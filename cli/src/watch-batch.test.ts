import { createClient } from '@sheepfold/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, type NativeDouble, startNativeDouble } from './testing/native-double.ts'
import { watchBatch } from './watch-batch.ts'

let double: NativeDouble
beforeEach(async () => {
  double = await startNativeDouble()
})
afterEach(() => double.close())

const watch = async (stop = new AbortController()) => {
  const client = createClient({ baseUrl: double.url, apiKey: goodKey })
  const batch = await client.batches.create({ model: 'm', tasks: [{ custom_id: 'a', prompt: 'x' }] })
  const seen: string[] = []
  const onProgress = ({ status }: { status: string }) => void seen.push(status)
  return {
    seen,
    watched: watchBatch(batch, {
      get: client.batches.get,
      signal: stop.signal,
      waitMsMax: 60_000,
      onProgress,
    }),
  }
}

describe('watching a batch', () => {
  it('reports each look and ends with the batch', async () => {
    const { seen, watched } = await watch()
    expect(await watched).toMatchObject({ kind: 'ended', batch: { status: 'completed' } })
    expect(seen).toEqual(['in_progress', 'completed'])
  })

  it('does not hammer a host that answers at once, and can be interrupted between two looks', async () => {
    double.polls = Number.POSITIVE_INFINITY
    const stop = new AbortController()
    let looks = 0
    double.after = ({ kind }) => {
      if (kind === 'get') looks++
      return false
    }
    const { watched } = await watch(stop)
    const refused = expect(watched).rejects.toMatchObject({ code: 'interrupted' })
    while (looks === 0) await new Promise((resolve) => setImmediate(resolve))
    // The next look is a second away. Without that second, twenty calls leave room for many.
    for (let call = 0; call < 20; call++) await fetch(double.url)
    stop.abort()
    await refused
    expect(looks).toBe(1)
  })
})
