import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endOnce } from './left-open.ts'

/** A process of ours that says once that it is ready and then answers one question at a time. */
export interface Child {
  readonly pid: number
  readonly ready: unknown
  ask(question: string, value?: unknown): Promise<unknown>
  end(): Promise<void>
}

export interface ChildOptions {
  /** Given to the child as JSON in its first argument. */
  readonly settings: unknown
  readonly nodeOptions?: readonly string[]
}

const endMsMax = 5_000

/** `url` is the module to run, as `import.meta.resolve` names it. */
export const startChild = async (
  url: string,
  { settings, nodeOptions = [] }: ChildOptions,
): Promise<Child> => {
  const child = fork(fileURLToPath(url), [JSON.stringify(settings)], {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const end = endOnce(async () => {
    // It ends by itself when the channel is gone, as it does when the bench is killed.
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), endMsMax)
    await exited
    clearTimeout(timer)
  })
  const nextMessage = async (): Promise<unknown> => {
    const ended = exited.then(() => Promise.reject(new Error(`${url} ended before it had answered`)))
    const [message] = await Promise.race([once(child, 'message'), ended])
    return message
  }
  const ready = await nextMessage()
  return {
    pid: child.pid ?? 0,
    ready,
    end,
    async ask(question, value) {
      child.send({ question, value })
      return nextMessage()
    },
  }
}
