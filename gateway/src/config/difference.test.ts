import { describe, expect, it } from 'vitest'
import { flatPrices } from '../money/price.ts'
import type { Config } from './config.ts'
import { configOf } from './default-config.ts'
import { simulatedDeployments } from './default-deployments.ts'
import { configDifference, needsRestart } from './difference.ts'

const [first, second] = simulatedDeployments('http://127.0.0.1:1')
if (!first || !second) throw new Error('the catalogue has two models')

const base = configOf([first, second])

const against = (change: Partial<Config>): string[] => configDifference(base, { ...base, ...change })

describe('what a reload changes', () => {
  it('is nothing where both mean the same', () => {
    expect(
      configDifference(base, configOf([{ ...first }, { ...second, limits: { ...second.limits } }])),
    ).toEqual([])
  })

  it('is told of deployments by their ids, also where only a key is another, which is not shown', () => {
    const added = { ...second, id: 'eu/2' }
    const told = against({ deployments: [{ ...first, apiKey: 'sk-other' }, added] })
    expect(told).toEqual([`deployments: added eu/2; removed ${second.id}; changed ${first.id}`])
  })

  it('is told of models, costs, presets and limits by their names', () => {
    const model = base.catalogue.get('batch-4.1')
    if (!model) throw new Error('the catalogue has batch-4.1')
    const sell = { list: flatPrices(1n), batch: flatPrices(1n) }
    expect(against({ catalogue: new Map([...base.catalogue, ['batch-4.1', { ...model, sell }]]) })).toEqual([
      'models: changed batch-4.1',
    ])
    expect(against({ costBooks: new Map([...base.costBooks, ['llama', []]]) })).toEqual([
      'costs: added llama',
    ])
    expect(against({ presets: {} })[0]).toMatch(/^presets: removed document_analysis, /)
    const files = { ...base.files, linesMax: 1 }
    expect(against({ files, longPollMs: 1 })).toEqual(['limits: changed files.linesMax, longPollMs'])
    expect(against({ logLevel: 'debug' })).toEqual(['log level: debug'])
    expect(against({ openMetrics: true })).toEqual(['open metrics: yes'])
  })

  it('names what only a restart can change', () => {
    const server = { host: '127.0.0.1', port: 8787, dataDir: '.sheepfold', drainSeconds: 10 }
    expect(needsRestart(server, { ...server, drainSeconds: 60 })).toEqual([])
    expect(needsRestart(server, { ...server, host: '::', port: 1, dataDir: 'x' })).toEqual([
      'server.host',
      'server.port',
      'server.data',
    ])
  })
})
