import { tallyContract } from '../../test/tally.contract.ts';
import { memoryTally } from './tally.ts';

tallyContract('memory', memoryTally);
