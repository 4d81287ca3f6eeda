import { type MetricGroup, one } from '../metric.ts'
import type { Sources } from '../sources.ts'

export const STORE: MetricGroup<Sources> = {
  title: 'Journal and commits',
  rows: [
    {
      name: 'sheepfold_unacknowledged_answers',
      type: 'gauge',
      unit: 'requests',
      labels: {},
      means: 'Answers that are paid for and not durable yet.',
      surprise:
        'Near twice the calls in flight: the store is too slow, and sending stops until it catches up.',
      read: ({ unacknowledged }) => one(unacknowledged),
    },
    {
      name: 'sheepfold_journal_bytes',
      type: 'gauge',
      unit: 'bytes',
      labels: {},
      means:
        'Answers in the journals of running shards; they leave with the seal. It is looked up every 5 s at most.',
      surprise: 'Growth over hours: shards are not sealed, see `sheepfold_shards_ended_total`.',
      read: ({ queue }) => (queue === undefined ? [] : one(queue.journalBytes)),
    },
    {
      name: 'sheepfold_commit_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: {},
      means: 'How long a commit of a group of answers took, from asking the store to its reply.',
      surprise: 'A median above 25 ms: the disk, or the way to the database, sets the pace.',
      read: ({ store }) => one(store.commitSeconds),
    },
    {
      name: 'sheepfold_commits_failed_total',
      type: 'counter',
      unit: 'commits',
      labels: {},
      means:
        'Commits that the store refused or left in doubt; each is repeated under its id until it is answered.',
      surprise: 'Anything but 0: the disk is full, or the database was away. The log names the error.',
      read: ({ store }) => one(store.commitsFailed),
    },
    {
      name: 'sheepfold_commit_answers_total',
      type: 'counter',
      unit: 'requests',
      labels: {},
      means:
        'Answers that commits recorded; divided by `sheepfold_commit_seconds_count`: the size of a group.',
      surprise: 'Groups of 1 at a high rate: answers come slower than every 25 ms, which is well.',
      read: ({ store }) => one(store.answers),
    },
    {
      name: 'sheepfold_commit_bytes_total',
      type: 'counter',
      unit: 'bytes',
      labels: {},
      means: 'Bytes of answers that commits recorded.',
      surprise: "Its rate against the disk's tells how far the store is from its limit.",
      read: ({ store }) => one(store.bytes),
    },
    {
      name: 'sheepfold_duplicate_answers_total',
      type: 'counter',
      unit: 'requests',
      labels: {},
      means: 'Answers to requests that had one already; what they cost is booked as waste.',
      surprise: 'Anything but 0: a worker lost its lease and its answers came late.',
      read: ({ store }) => one(store.duplicates),
    },
    {
      name: 'sheepfold_seal_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: {},
      means: 'How long the end of a shard took: its segment written and synced, its books posted.',
      surprise: 'Above a second: the disk of `blobs` is slow to sync.',
      read: ({ store }) => one(store.sealSeconds),
    },
  ],
}
