const TEXT_MAX = 500
const FRAMES_MAX = 20
const CAUSES_MAX = 3

interface LoggedError {
  readonly type: string
  readonly code?: string
  readonly message?: string
  readonly stack?: string
  readonly cause?: LoggedError
}

/**
 * An error as it may be logged: its kind, its message, where it came from. Not what hangs on it besides: databases and
 * sockets hang values and headers on theirs. The parser of JSON quotes what it parsed, so its message stays out.
 */
export const errorForLog = (error: unknown, causesLeft = CAUSES_MAX): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: cut(error.code) } : {}
  const message = error instanceof SyntaxError ? {} : { message: cut(error.message) }
  const stack = framesOf(error)
  return {
    type: cut(error.name),
    ...code,
    ...message,
    ...(stack === '' ? {} : { stack }),
    ...(error.cause === undefined || causesLeft === 0
      ? {}
      : { cause: errorForLog(error.cause, causesLeft - 1) }),
  }
}

/** Without the message, which stands before them and may have lines of its own. */
const framesOf = ({ stack = '', message }: Error): string => {
  const end = stack.indexOf(message)
  const behind = end === -1 ? stack : stack.slice(end + message.length)
  return behind
    .split('\n')
    .filter((line) => /^ {4}at \S/.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => cut(line.trim()))
    .join('\n')
}

const cut = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)
