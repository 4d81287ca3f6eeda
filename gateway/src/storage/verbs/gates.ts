import type { GateRecord } from '../engine.ts'
import { text, textOrNull } from '../rows.ts'
import type { Db, Row } from '../sql.ts'

const READ = 'SELECT deployment, learned, shut_code, shut_message FROM gate ORDER BY deployment'

// A gate that learnt nothing new writes no row. IS DISTINCT FROM: null equals null here.
const SAVE = `
  INSERT INTO gate (deployment, learned, shut_code, shut_message) VALUES (?, ?, ?, ?)
  ON CONFLICT (deployment) DO UPDATE SET
    learned = excluded.learned, shut_code = excluded.shut_code, shut_message = excluded.shut_message
  WHERE gate.learned <> excluded.learned
    OR gate.shut_code IS DISTINCT FROM excluded.shut_code
    OR gate.shut_message IS DISTINCT FROM excluded.shut_message`

export const gates = (db: Db): Promise<GateRecord[]> =>
  db.read(async (tx) => {
    const rows = await tx.all(READ)
    return rows.map((row) => ({
      deployment: text(row, 'deployment'),
      learned: text(row, 'learned'),
      shut: shutOf(row),
    }))
  })

const shutOf = (row: Row): GateRecord['shut'] => {
  const code = textOrNull(row, 'shut_code')
  return code === null ? null : { code, message: text(row, 'shut_message') }
}

export const saveGates = (db: Db, records: readonly GateRecord[]): Promise<void> =>
  db.write('upkeep', async (tx) => {
    for (const { deployment, learned, shut } of records) {
      await tx.run(SAVE, [deployment, learned, shut?.code ?? null, shut?.message ?? null])
    }
  })
