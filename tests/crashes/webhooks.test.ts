import { describe, test } from 'vitest'
import { type EventsOverKill, eventsOverKill } from '../support/events-over-kill.ts'

const KILLS: readonly EventsOverKill[] = [
  // Nothing has happened yet; the create is sent again.
  { point: 'accept.before_commit', nth: 1, ends: 'completed' },
  // It has happened, and nobody knows.
  { point: 'accept.after_commit', nth: 1, ends: 'completed' },
  { point: 'seal.before_commit', nth: 1, ends: 'completed' },
  { point: 'seal.after_commit', nth: 1, ends: 'completed' },
  { point: 'stop.before_commit', nth: 1, ends: 'cancelled' },
  { point: 'stop.after_commit', nth: 1, ends: 'cancelled' },
  // Between two events of the batch.
  { point: 'webhook.before_send', nth: 2, ends: 'completed' },
  { point: 'webhook.before_send', nth: 3, ends: 'cancelled' },
  // The receiver has it, and no row says so: it gets it again.
  { point: 'webhook.after_send', nth: 2, ends: 'completed', times: { 'batch.completed': 2 } },
  { point: 'webhook.after_send', nth: 2, ends: 'cancelled', times: { 'batch.cancelling': 2 } },
]

describe.concurrent('events of a batch whose process is killed', () => {
  test.for(KILLS)('at $point ($nth) all come, in order, when it is $ends', (kill) => eventsOverKill(kill))
})
