import type { Look } from '../maker.ts'

/** Those of its own. */
export const models: Look = {
  see(all) {
    const names = Array.from(all.all(), ({ name }) => name).filter((name) => name.startsWith('deepseek'))
    return {
      json: { object: 'list', data: names.map((id) => ({ id, object: 'model', owned_by: 'deepseek' })) },
    }
  },
}
