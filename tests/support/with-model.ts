import type { Config } from '@sheepfold/gateway'

/** A model of the old kind, sold as `batch-4.1` is. */
export const withModel =
  (id: string) =>
  (config: Config): Config => {
    const [model] = config.catalogue.values()
    const [deployment] = config.deployments
    if (!model || !deployment) throw new Error('there is no model')
    return {
      ...config,
      catalogue: new Map([...config.catalogue, [id, { ...model, id, providerModel: id }]]),
      deployments: [...config.deployments, { ...deployment, id, model: id, providerModel: id }],
    }
  }
