import type { Look } from '../maker.ts'
import { unknownModel } from './errors.ts'

const createdSeconds = 1_744_316_542

const modelObject = (name: string) => ({
  id: name,
  object: 'model',
  created: createdSeconds,
  owned_by: 'system',
})

export const allModels: Look = {
  see(models) {
    const data = Array.from(models.all(), (model) => modelObject(model.name))
    return { json: { object: 'list', data } }
  },
}

export const modelNamed = (name: string): Look => ({
  see: (models) => (models.get(name) === undefined ? unknownModel(name) : { json: modelObject(name) }),
})
