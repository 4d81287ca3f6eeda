import { parentPort, workerData } from 'node:worker_threads'
import { startSimulator } from '@sheepfold/simulator'

/** Apart from what starts it: a server without --simulate must not load the simulator and its tokenizer. */
const { url } = await startSimulator(workerData)
parentPort?.postMessage(url)
