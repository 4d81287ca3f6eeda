import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { endOnce } from './left-open.ts'

/** Node has no sendfile(2); Python's standard library has. It serves one file, whatever is asked for. */
const program = `
import os, socket, sys
path = sys.argv[1]
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    with connection, open(path, 'rb') as file:
        connection.recv(65536)
        size = os.fstat(file.fileno()).st_size
        connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n' % size)
        connection.sendfile(file)
`

export const startSendfileServer = async (
  file: string,
): Promise<{ url: string; end: () => Promise<void> }> => {
  const child = spawn('python3', ['-c', program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [port] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'error').then(([error]) => Promise.reject(new Error('python3 is missing', { cause: error }))),
  ])
  return {
    url: `http://127.0.0.1:${Number(String(port).trim())}/file`,
    end: endOnce(async () => {
      child.kill('SIGKILL')
      await exited
    }),
  }
}
