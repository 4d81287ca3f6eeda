import type { TriedCall } from '../../execute/observer.ts'
import type { Attributes } from './tracer.ts'

/** What may be shown of a call: where it went and what it came to, and nothing of what was said. */
export const providerCallAttributes = ({ route, outcome, verdict }: TriedCall): Attributes => {
  const usage = verdict.kind === 'success' ? verdict.answer.usage : undefined
  return {
    'sheepfold.deployment': route.deployment.id,
    'gen_ai.request.model': route.deployment.providerModel,
    'server.address': new URL(route.deployment.baseUrl).hostname,
    'sheepfold.outcome': verdict.kind === 'success' ? 'success' : verdict.class,
    'http.response.status_code': outcome.kind === 'answer' ? outcome.status : undefined,
    'gen_ai.usage.input_tokens': usage?.promptTokens,
    'gen_ai.usage.output_tokens': usage?.completionTokens,
  }
}
