import type pg from 'pg'
import { StoreError } from '../errors.ts'

const PREFIX = 'sheepfold serve '

/** What `pg_stat_activity` shows of one process that serves; each has its own. */
export const sessionName = (process: string): string => `${PREFIX}${process}`

const END_EARLIER = `
  SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity
  WHERE datname = current_database() AND starts_with(application_name, $1) AND application_name <> $2`

/** Ending one takes milliseconds; one that is about to commit may wait for a disk or a standby. */
const LOOK_EVERY_SECONDS = 0.05
const LOOKS_MAX = 200

/**
 * The process before this one is dead, but the server may still work on the last statement that it sent: a
 * commit of then would come after we have looked what there is. So its sessions are ended, and waited for.
 * Only for a process that is alone on its database.
 */
export const endEarlierSessions = async (pool: pg.Pool, own: string): Promise<void> => {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const { rows } = await pool.query(END_EARLIER, [PREFIX, own])
    if (Number(rows[0]?.ended) === 0) return
    await pool.query('SELECT pg_sleep($1)', [LOOK_EVERY_SECONDS])
  }
  throw new StoreError(
    'busy',
    'the database still works for an earlier sheepfold serve process, and does not end its sessions; start again later',
  )
}
