import { startNativeDouble } from './native-double.ts'

/** What the demo takes for `sheepfold serve --simulate`; it says what it was called with. */
const double = await startNativeDouble(process.env.SHEEPFOLD_BOOTSTRAP_KEY)
const broken = process.env.SHEEPFOLD_DOUBLE_BROKEN
if (broken !== undefined) {
  console.error(broken)
  process.exit(1)
}
console.log(`called with ${process.argv.slice(2).join(' ')}`)
console.log(`sheepfold listening on ${double.url}`)
process.once('SIGTERM', () => void double.close().then(() => process.exit(0)))
