import { spawn } from 'node:child_process'
import { launcher } from './run-command.ts'

/** Gives the command a terminal, types `answer` when it asks `question`, and passes on what it shows. */
const python = `
import os, pty, sys
question, answer, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
seen = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    before, seen = seen, seen + piece
    if question in seen and question not in before:
        os.write(terminal, answer)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

export interface TerminalEnd {
  readonly code: number | null
  readonly screen: string
}

export const runOnTerminal = (
  args: readonly string[],
  talk: { readonly question: string; readonly answer: string },
  env: Readonly<Record<string, string>>,
): Promise<TerminalEnd> => {
  const command = ['-c', python, talk.question, talk.answer, process.execPath, launcher, ...args]
  const child = spawn('python3', command, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let screen = ''
    child.stdout.on('data', (bytes) => {
      screen += bytes
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, screen }))
  })
}
