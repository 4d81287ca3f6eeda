/** The variables of a process; keys come from there, never from a file. */
export type Environment = Readonly<Record<string, string | undefined>>
