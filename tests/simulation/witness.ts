import { readFrame } from '../../gateway/src/batch/answer-frame.ts'
import type { Clock } from '../../gateway/src/clock/clock.ts'
import type { AppendGroup, EngineStore } from '../../gateway/src/storage/engine.ts'
import type { Memory } from './checks/memory.ts'
import type { Suspicions } from './checks/suspicions.ts'
import type { Logbook } from './logbook.ts'
import type { Scheduler } from './scheduler.ts'
import { inVerb } from './verbs.ts'

/**
 * The store of the stations as one process has it, with someone standing beside it who notes what the
 * process is told: its leases, its shards, the stops. Nothing is changed on the way.
 */
export const witnessed = (order: {
  /** Of the process. */
  name: string
  store: EngineStore
  memory: Memory
  clock: Clock
  scheduler: Scheduler
  logbook: Logbook
  suspicions: Suspicions
  /** The store has acknowledged a group to its sender. */
  onAcknowledged: (group: AppendGroup) => void
}): EngineStore => {
  const { store, memory, clock, scheduler, logbook } = order
  const groups = new Map<string, string>()

  const learnStop = (batch: string): void => {
    if (memory.stops.has(batch)) return
    memory.stops.set(batch, scheduler.event())
    logbook.line(`${order.name} learns that ${batch} stops`)
  }

  const giveBack = (shard: number, worker: string): void => {
    const held = memory.held.get(shard)
    if (held?.worker === worker) held.givenBack = true
  }

  const checkNumber = (group: AppendGroup): void => {
    const id = `${group.worker}:${group.number}`
    const content = JSON.stringify(
      group.parts.map(({ shard, frame, waste }) => [
        shard,
        Buffer.from(frame).toString('base64'),
        String(waste),
      ]),
    )
    const before = groups.get(id)
    if (before !== undefined && before !== content) {
      logbook.violation(`append ${id} was sent again with another content`)
    }
    groups.set(id, content)
  }

  return {
    ...plain(store),
    async join(worker, options) {
      const asked = clock.monotonic()
      await inVerb({ name: 'join', worker, alone: options.alone }, () => store.join(worker, options))
      memory.leases.set(worker, asked + options.leaseMs)
    },
    async renew(worker, leaseMs) {
      const asked = clock.monotonic()
      const { alive } = await inVerb({ name: 'renew' }, () => store.renew(worker, leaseMs))
      memory.leases.set(worker, alive ? asked + leaseMs : Number.NEGATIVE_INFINITY)
      return { alive }
    },
    async claim(claim) {
      const askedAt = clock.monotonic()
      const shards = await inVerb({ name: 'claim', worker: claim.worker }, () => store.claim(claim))
      for (const claimed of shards) {
        memory.held.set(claimed.id, { worker: claim.worker, claimed, askedAt, givenBack: false })
        if (claimed.cause) learnStop(claimed.batch)
      }
      return shards
    },
    async append(group) {
      checkNumber(group)
      const receipts = await inVerb({ name: 'append', group }, () => store.append(group))
      order.onAcknowledged(group)
      for (const { kind, duplicates } of receipts) {
        if (kind !== 'taken') logbook.mark(`append ${kind}`)
        if (duplicates > 0) logbook.mark('answered twice')
      }
      const answers = group.parts.flatMap(({ frame }) => [...readFrame(frame)])
      const paid = answers.filter(({ kind }) => kind === 'succeeded').length
      memory.add('unacknowledged', group.worker, -paid)
      return receipts
    },
    async seal(ref) {
      giveBack(ref.shard, ref.worker)
      const receipt = await inVerb({ name: 'seal', ref }, () => store.seal(ref))
      logbook.mark(`seal ${receipt.kind}`)
      return receipt
    },
    async release(ref) {
      giveBack(ref.shard, ref.worker)
      const receipt = await inVerb({ name: 'release', ref }, () => store.release(ref))
      logbook.mark(`release ${receipt.kind}`)
      return receipt
    },
    suspect(ref, position) {
      order.suspicions.told(ref, position)
      return inVerb({ name: 'suspect', ref }, () => store.suspect(ref, position))
    },
    leave: (worker) => inVerb({ name: 'leave', worker }, () => store.leave(worker)),
    async tick(worker) {
      const told = await inVerb({ name: 'tick' }, () => store.tick(worker))
      for (const { batch } of told.stopping) learnStop(batch)
      return told
    },
  }
}

/** The verbs that only need their name noted. */
const plain = (store: EngineStore): EngineStore => ({
  ...store,
  fence: () => inVerb({ name: 'fence' }, () => store.fence()),
  expire: (max) => inVerb({ name: 'expire' }, () => store.expire(max)),
  purged: (batch) => inVerb({ name: 'purged' }, () => store.purged(batch)),
})
