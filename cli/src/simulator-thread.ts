import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type SimulatorServerOptions, startSimulator } from '@sheepfold/simulator'

/** The simulator on a thread of its own: it ends with the process, however that ends. Gives its address. */
export const startSimulatorThread = (options: SimulatorServerOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: options, name: 'simulator' })
    thread.once('message', (url: string) => {
      thread.unref()
      resolve(url)
    })
    thread.once('error', reject)
  })

if (!isMainThread && parentPort) {
  const { url } = await startSimulator(workerData)
  parentPort.postMessage(url)
}
