import type { DeploymentView } from './context.ts'
import { iso } from './json.ts'

export const deploymentJson = ({ gate, learned, limits, ...deployment }: DeploymentView) => ({
  id: deployment.id,
  object: 'deployment',
  model: deployment.model,
  provider: deployment.provider,
  provider_model: deployment.providerModel,
  region: deployment.region ?? null,
  weight: deployment.weight,
  limits: {
    concurrency_max: limits.concurrencyMax,
    concurrency_initial: limits.concurrencyInitial,
    requests_per_minute: limits.requestsPerMinute ?? null,
    tokens_per_minute: limits.tokensPerMinute ?? null,
    interactive_share: limits.interactiveShare,
  },
  health: {
    state: gate.state,
    reason: gate.reason ?? null,
    until: gate.until === undefined ? null : iso(gate.until),
  },
  gate: {
    limit: gate.limit,
    in_flight: gate.inFlight,
    waiting: gate.waiting,
    lanes: { interactive: laneJson(gate.lanes.interactive), batch: laneJson(gate.lanes.batch) },
  },
  learned: {
    concurrency: learned.concurrency,
    ceiling: learned.ceiling ?? null,
    requests_per_minute: learned.requestsPerMinute ?? null,
    tokens_per_minute: learned.tokensPerMinute ?? null,
    input_tokens_per_minute: learned.inputTokensPerMinute ?? null,
    output_tokens_per_minute: learned.outputTokensPerMinute ?? null,
  },
  typical_ms: deployment.typicalMs === 0 ? null : Math.round(deployment.typicalMs),
})

const laneJson = ({ inFlight, waiting }: { inFlight: number; waiting: number }) => ({
  in_flight: inFlight,
  waiting,
})
