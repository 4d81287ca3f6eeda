import { byName, type MetricGroup, one } from '../metric.ts'
import type { Sources } from '../sources.ts'

export const PROCESS: MetricGroup<Sources> = {
  title: 'Event loop and process',
  rows: [
    {
      name: 'sheepfold_event_loop_delay_seconds',
      type: 'gauge',
      unit: 'seconds',
      labels: { stat: '`mean`, `p99`, `max`' },
      means: 'How late timers of the main thread came since the last scrape.',
      surprise:
        'A `p99` above 0.05: one core is not enough for what is asked of it, and interactive calls feel it.',
      read: ({ loop: { mean, p99, max } }) =>
        byName('stat', Object.entries({ mean, p99, max }), (seconds) => seconds),
    },
    {
      name: 'sheepfold_event_loop_seconds_total',
      type: 'counter',
      unit: 'seconds',
      labels: { state: '`active`, `idle`' },
      means: 'Time of the event loop of the main thread; the rate of `active` is its utilisation.',
      surprise: 'A rate of `active` near 1: the core is used up.',
      read: ({ loop: { active, idle } }) =>
        byName('state', Object.entries({ active, idle }), (seconds) => seconds),
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      unit: 'bytes',
      labels: {},
      means: 'Memory of the process.',
      surprise: 'It does not grow with batches; growth over days is a fault of ours.',
      read: ({ process }) => one(process.residentBytes),
    },
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      unit: 'seconds',
      labels: {},
      means: 'Processor time of all threads.',
      surprise: 'A rate above 1 is usual: the store and the reading of files have threads of their own.',
      read: ({ process }) => one(process.cpuSeconds),
    },
    {
      name: 'process_open_fds',
      type: 'gauge',
      unit: 'files',
      labels: {},
      means: 'Open files and connections; missing where the system does not tell.',
      surprise: 'Near the limit of the process: connections are refused.',
      read: ({ process }) => (process.openFiles === undefined ? [] : one(process.openFiles)),
    },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      unit: 'seconds since 1970',
      labels: {},
      means: 'When the process began.',
      surprise: 'A change: it was started again, and every counter with it.',
      read: ({ process }) => one(process.startedAt),
    },
  ],
}
