/** Takes one broken promise: a code to search for, and a sentence that names the row. */
export type ReportFinding = (code: string, message: string) => void
