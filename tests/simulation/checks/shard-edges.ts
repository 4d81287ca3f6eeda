import { hasBit } from '../../../gateway/src/batch/done-bits.ts'
import { SHARD_EDGES } from '../../../gateway/src/batch/shard-life.ts'
import type { Verb } from '../verbs.ts'
import type { Committed } from './committed.ts'
import type { ShardRow } from './rows.ts'

type Wrong = (why: string) => void

/** What one commit may do to a shard: the edges of its life, each by the one who may take it. */
export const checkShardEdge = (
  before: ShardRow,
  after: ShardRow,
  committed: Committed,
  wrong: Wrong,
): void => {
  if (before.fixed !== after.fixed) wrong(`changed what is fixed: ${before.fixed} became ${after.fixed}`)
  checkAnswers(before, after, wrong)
  const claimed = before.state === 'waiting' && after.state === 'running'
  if (after.epoch !== before.epoch + (claimed ? 1 : 0))
    wrong(`has epoch ${before.epoch}, then ${after.epoch}`)
  if (before.state === after.state) return void checkSameState(before, after, wrong)
  const allowed = SHARD_EDGES.some(([from, to]) => from === before.state && to === after.state)
  if (!allowed) return void wrong(`went from ${before.state} to ${after.state}`)
  if (after.state === 'running') checkClaim(after, committed, wrong)
  else if (after.state === 'sealed') checkSeal(before, after, committed, wrong)
  else checkFreed(before, after, committed, wrong)
}

const checkAnswers = (before: ShardRow, after: ShardRow, wrong: Wrong): void => {
  let done = 0
  for (let position = 0; position < after.count; position += 1) {
    if (hasBit(after.done, position)) done += 1
    else if (hasBit(before.done, position)) wrong(`lost the mark of request ${position}`)
  }
  if (done !== after.answered) wrong(`has ${done} marks and counts ${after.answered} answers`)
}

const checkSameState = (before: ShardRow, after: ShardRow, wrong: Wrong): void => {
  if (before.worker !== after.worker) wrong(`went from ${before.worker} to ${after.worker} without a claim`)
  if (before.crashes !== after.crashes) wrong('counts a crash that nobody died')
  if (before.state !== 'sealed') return
  const same =
    before.segment === after.segment &&
    before.segmentBytes === after.segmentBytes &&
    before.charge === after.charge &&
    before.cost === after.cost
  if (!same) wrong('changed after its seal')
}

const checkClaim = (after: ShardRow, { verb, workersBefore, now }: Committed, wrong: Wrong): void => {
  if (verb?.name !== 'claim' || verb.worker !== after.worker) return void wrong(`was taken by ${verb?.name}`)
  if ((workersBefore.get(verb.worker) ?? 0) <= now) wrong('was claimed by a worker whose lease was over')
}

const checkSeal = (before: ShardRow, after: ShardRow, { verb }: Committed, wrong: Wrong): void => {
  if (!isByOwner(before, verb, 'seal')) wrong('was sealed by one who does not own it')
  if (after.answered !== after.count) wrong(`is sealed with ${after.answered} of ${after.count} answers`)
}

const checkFreed = (before: ShardRow, after: ShardRow, committed: Committed, wrong: Wrong): void => {
  const { verb, workersBefore, now } = committed
  const died = after.crashes === before.crashes + 1
  if (!died && after.crashes !== before.crashes) wrong(`has ${before.crashes} crashes, then ${after.crashes}`)
  switch (verb?.name) {
    case 'release':
      if (died || !isByOwner(before, verb, 'release')) wrong('was released by one who does not own it')
      return
    case 'leave':
      if (died || verb.worker !== before.worker) wrong('was handed back by another worker')
      return
    case 'join':
      if (!died || !verb.alone) wrong('was freed by a join')
      return
    case 'fence':
      if (!died || (workersBefore.get(before.worker ?? '') ?? 0) > now)
        wrong('was fenced while its owner lived')
      return
    case 'claim':
      // A claim hands back what an earlier claim in doubt has taken: it never reached its worker.
      if (died || verb.worker !== before.worker) wrong('was handed back by another worker')
      return
    default:
      wrong(`was freed by ${verb?.name}`)
  }
}

const isByOwner = (before: ShardRow, verb: Verb | undefined, name: 'seal' | 'release'): boolean =>
  verb?.name === name &&
  verb.ref.shard === before.id &&
  verb.ref.worker === before.worker &&
  verb.ref.epoch === before.epoch
