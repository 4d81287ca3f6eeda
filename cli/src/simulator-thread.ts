import { Worker } from 'node:worker_threads'
import type { SimulatorServerOptions } from '@sheepfold/simulator'

/** The simulator on a thread of its own: it ends with the process, however that ends. Gives its address. */
export const startSimulatorThread = (options: SimulatorServerOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const main = new URL('./simulator-thread-main.ts', import.meta.url)
    const thread = new Worker(main, { workerData: options, name: 'simulator' })
    thread.once('message', (url: string) => {
      thread.unref()
      resolve(url)
    })
    thread.once('error', reject)
  })
