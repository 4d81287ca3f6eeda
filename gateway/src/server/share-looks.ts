/**
 * Those who ask for the same at the same moment share one look: when a batch ends, all who waited for it
 * ask at once.
 */
export const shareLooks = <Found>(
  look: (account: string, id: string) => Promise<Found>,
): ((account: string, id: string) => Promise<Found>) => {
  const running = new Map<string, Promise<Found>>()
  return (account, id) => {
    const name = JSON.stringify([account, id])
    const shared = running.get(name)
    if (shared) return shared
    const started = look(account, id).finally(() => running.delete(name))
    running.set(name, started)
    return started
  }
}
