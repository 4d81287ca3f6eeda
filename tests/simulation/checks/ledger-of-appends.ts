import { readFrame } from '../../../gateway/src/batch/answer-frame.ts'
import type { AppendGroup } from '../../../gateway/src/storage/engine.ts'

/**
 * What the committed appends say that providers are owed: each group once, however often it was sent. The
 * books must say the same, and in the end nothing else.
 */
export class LedgerOfAppends {
  readonly #committed = new Set<string>()
  #owed = 0n
  readonly #owedBy = new Map<string, bigint>()

  committed(group: AppendGroup): void {
    const id = `${group.worker}:${group.number}`
    if (this.#committed.has(id)) return
    this.#committed.add(id)
    const cost = costOf(group)
    this.#owed += cost
    this.#owedBy.set(group.worker, (this.#owedBy.get(group.worker) ?? 0n) + cost)
  }

  owed(): bigint {
    return this.#owed
  }

  owedBy(worker: string): bigint {
    return this.#owedBy.get(worker) ?? 0n
  }
}

const costOf = (group: AppendGroup): bigint => {
  let cost = 0n
  for (const { frame, waste } of group.parts) {
    cost += waste
    for (const entry of readFrame(frame)) cost += entry.cost
  }
  return cost
}
