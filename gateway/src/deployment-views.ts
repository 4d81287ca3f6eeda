import type { DeploymentReport } from './execute/realtime/routes.ts'
import type { DeploymentView } from './server/admin/context.ts'

/** What operators see of the deployments: everything but how to reach them. */
export const deploymentViews = (reports: readonly DeploymentReport[]): DeploymentView[] =>
  reports.map(({ deployment, gate, learned, typicalMs }) => ({
    id: deployment.id,
    model: deployment.model,
    provider: deployment.provider,
    providerModel: deployment.providerModel,
    region: deployment.region,
    weight: deployment.weight,
    limits: deployment.limits,
    gate,
    learned,
    typicalMs,
  }))
