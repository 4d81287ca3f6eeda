import { createManualClock } from '../../clock/manual-clock.ts'
import { encodeSell, flatPrices } from '../../money/price.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { ClaimedShard } from '../../storage/engine.ts'
import { ShardRun } from './shard-run.ts'

const COUNT = 3

const FREE = { list: flatPrices(0n), batch: flatPrices(0n) }

const CLAIMED: ClaimedShard = {
  id: 1,
  epoch: 1,
  batch: 'b',
  account: 'acme',
  dialect: 'native',
  endpoint: '/v1/chat/completions',
  model: 'batch-4.1',
  number: 0,
  count: COUNT,
  crashes: 0,
  accused: null,
  done: new Uint8Array(1),
  blob: 'inputs/b',
  index: new Uint8Array(0),
  template: '',
  sell: encodeSell(new Map(['batch-4.1', 'batch-flash-3.5'].map((model) => [model, FREE]))),
  claimedAt: 0,
  windowEnd: 1,
  cause: null,
  trace: null,
}

/** Long after any test. */
const DEADLINE = Number.MAX_SAFE_INTEGER

/** A run of a shard of three requests, `{}` each; nothing is loaded unless blobs are given. */
export const runOf = (
  more: Partial<ClaimedShard> = {},
  blobs: Pick<Blobs, 'read'> = { read: () => new Promise(() => {}) },
): ShardRun =>
  new ShardRun({
    claimed: { ...CLAIMED, ...more },
    worker: 'w',
    dialect: {
      requests: () => ({
        count: COUNT,
        batchIndex: (position) => position,
        idStart: () => 0,
        idLength: () => 2,
        bodyStart: () => 0,
        bodyLength: () => 2,
        variant: () => 0,
      }),
      composer: () => () => Buffer.from('{}'),
      line: () => Buffer.from('{}\n'),
    },
    deadline: DEADLINE,
    blobs,
    clock: createManualClock(),
    windowBytesMax: 1_000,
    mayStart: () => true,
    onTurn: () => false,
    onLoaded: () => {},
    onError: () => {},
  })
