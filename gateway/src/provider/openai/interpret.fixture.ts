import { reading } from '../answers/interpret.fixture.ts'
import { interpret } from './interpret.ts'

export const openai = (endpoint: string) => reading((outcome) => interpret(outcome, endpoint))
