import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { GateState } from '../../execute/gate/gate.ts'
import { createGateLog } from './gate-lines.ts'

const LANES = { interactive: { inFlight: 0, waiting: 0 }, batch: { inFlight: 0, waiting: 0 } }

const gate = (state: GateState['state'], more: Partial<GateState> = {}): GateState => ({
  state,
  limit: 1,
  inFlight: 0,
  waiting: 0,
  lanes: LANES,
  ...more,
})

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn' }

const open = () => {
  const lines: string[] = []
  const log = createGateLog(pino({ level: 'debug', base: null }, { write: (line) => void lines.push(line) }))
  return {
    tell: (states: Record<string, GateState>) => log(new Map(Object.entries(states))),
    said: () =>
      lines.splice(0).map((line) => {
        const { level, time: _, ...rest } = JSON.parse(line)
        return { level: LEVELS[level], ...rest }
      }),
  }
}

describe('the log of gates', () => {
  it('tells once that a deployment is shut, in our words and not in its provider’s', () => {
    const { tell, said } = open()
    const shut = gate('shut', { reason: 'refused: sk-secret', class: 'key_refused' })
    tell({ eu: gate('open') })
    tell({ eu: shut })
    tell({ eu: shut })
    expect(said()).toEqual([
      {
        level: 'warn',
        deployment: 'eu',
        state: 'shut',
        was: 'open',
        class: 'key_refused',
        reason: 'The provider refuses the key (401).',
        msg: 'deployment is shut',
      },
    ])
  })

  it('tells that it trips and opens again', () => {
    const { tell, said } = open()
    tell({ eu: gate('tripped', { reason: '15 of the last 20 calls failed' }) })
    tell({ eu: gate('open') })
    expect(said()).toMatchObject([
      { level: 'warn', state: 'tripped', reason: '15 of the last 20 calls failed' },
      { level: 'info', state: 'open', was: 'tripped' },
    ])
  })

  it('keeps pauses for those who want to know everything', () => {
    const { tell, said } = open()
    tell({ eu: gate('paused') })
    tell({ eu: gate('open') })
    expect(said()).toMatchObject([{ level: 'debug' }, { level: 'debug', was: 'paused' }])
  })

  it('forgets a deployment that went', () => {
    const { tell, said } = open()
    tell({ eu: gate('tripped') })
    tell({})
    tell({ eu: gate('tripped') })
    expect(said()).toHaveLength(2)
  })
})
