import type { GateState } from '../../execute/gate/gate.ts'
import { RETRY_TABLE } from '../../execute/realtime/retry-table.ts'
import type { Log } from './log.ts'

type States = ReadonlyMap<string, GateState>

/**
 * Tells what has become of gates since it was asked last. Why a deployment is shut is said in our words: what its
 * provider said may repeat a part of the key.
 */
export const createGateLog = (log: Log): ((states: States) => void) => {
  const before = new Map<string, GateState['state']>()
  return (states) => {
    for (const [deployment, gate] of states) {
      const was = before.get(deployment) ?? 'open'
      before.set(deployment, gate.state)
      if (was !== gate.state) tell(log, deployment, { was, gate })
    }
    for (const deployment of before.keys()) if (!states.has(deployment)) before.delete(deployment)
  }
}

const tell = (log: Log, deployment: string, change: { was: GateState['state']; gate: GateState }): void => {
  const { was, gate } = change
  const fields = { deployment, state: gate.state, was }
  switch (gate.state) {
    case 'open':
      // Providers ask to wait many times a minute while their limit is looked for.
      log[was === 'paused' ? 'debug' : 'info'](fields, 'deployment is open')
      break
    case 'paused':
      log.debug(fields, 'deployment is paused: the provider asked to wait')
      break
    case 'tripped':
      log.warn({ ...fields, reason: gate.reason }, 'deployment rests: most of its calls fail')
      break
    case 'shut': {
      const why = gate.class === undefined ? {} : { class: gate.class, reason: RETRY_TABLE[gate.class].text }
      log.warn({ ...fields, ...why }, 'deployment is shut')
      break
    }
  }
}
