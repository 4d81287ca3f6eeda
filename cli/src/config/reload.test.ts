import { type LoadedConfig, withoutFile } from '@sheepfold/gateway/config'
import { expect, it } from 'vitest'
import { createReload } from './reload.ts'

const loaded = (change: (loaded: LoadedConfig) => LoadedConfig = (same) => same): LoadedConfig =>
  change(withoutFile({ OPENAI_API_KEY: 'sk' }))

const longPoll = (ms: number) => loaded((each) => ({ ...each, config: { ...each.config, longPollMs: ms } }))

const play = (started: LoadedConfig, ...later: Array<LoadedConfig | Error>) => {
  const applied: LoadedConfig[] = []
  const said: string[] = []
  const complained: string[] = []
  const reload = createReload({
    path: 'sheepfold.yaml',
    started,
    read() {
      const next = later.shift()
      if (next === undefined || next instanceof Error) throw next
      return next
    },
    apply: (each) => applied.push(each),
    say: (line) => said.push(line),
    complain: (line) => complained.push(line),
  })
  for (let left = later.length; left > 0; left -= 1) reload()
  return { applied, said, complained }
}

it('takes a good file over, and says what is another', () => {
  const [one, two] = [longPoll(1), longPoll(2)]
  const { applied, said, complained } = play(one, two, two)
  expect(applied).toEqual([two, two])
  expect(said).toEqual([
    'Configuration: sheepfold.yaml was read again: limits: changed longPollMs',
    'Configuration: sheepfold.yaml was read again: nothing has changed',
  ])
  expect(complained).toEqual([])
})

it('changes nothing for a bad one, says all that is wrong, and takes the next good one', () => {
  const { applied, said, complained } = play(longPoll(1), new Error('1:1: bad\n2:2: worse'), longPoll(2))
  expect(applied).toHaveLength(1)
  expect(complained).toEqual([expect.stringMatching(/nothing has changed:\n1:1: bad\n2:2: worse$/)])
  expect(said).toHaveLength(1)
})

it('names what only a restart changes, as long as it is another than at the start', () => {
  const moved = loaded((each) => ({ ...each, server: { ...each.server, port: 1, dataDir: 'elsewhere' } }))
  const { complained } = play(loaded(), moved, moved, loaded())
  expect(complained).toEqual([
    'sheepfold: only a restart changes server.port, server.data',
    'sheepfold: only a restart changes server.port, server.data',
  ])
})
