import type { StoreObserver } from '../store-observer.ts'
import { Durations, STORE_SECONDS } from './durations.ts'

/** Counts what the store recorded. */
export class StoreCounts implements StoreObserver {
  readonly commitSeconds = new Durations(STORE_SECONDS)
  readonly sealSeconds = new Durations(STORE_SECONDS)
  commits = 0
  commitsFailed = 0
  answers = 0
  bytes = 0
  duplicates = 0
  claims = 0
  shardsClaimed = 0
  shardsSealed = 0
  shardsLost = 0
  shardsReleased = 0
  workers = 0

  joined: StoreObserver['joined'] = () => {
    this.workers += 1
  }

  claimed: StoreObserver['claimed'] = (shards) => {
    this.claims += 1
    this.shardsClaimed += shards.length
  }

  appended: StoreObserver['appended'] = (group, receipts, { ms }) => {
    this.commits += 1
    this.commitSeconds.add(ms / 1_000)
    for (const { frame } of group.parts) this.bytes += frame.length
    for (const receipt of receipts) {
      this.answers += receipt.taken
      this.duplicates += receipt.duplicates
    }
  }

  appendFailed: StoreObserver['appendFailed'] = () => {
    this.commitsFailed += 1
  }

  sealed: StoreObserver['sealed'] = (_ref, receipt, { ms }) => {
    this.sealSeconds.add(ms / 1_000)
    if (receipt.kind === 'sealed') this.shardsSealed += 1
    else this.shardsLost += 1
  }

  released: StoreObserver['released'] = () => {
    this.shardsReleased += 1
  }
}
