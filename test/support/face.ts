/** A process that connects to the minimal engine of FLOTILLA_HOME, starting it if needed, says its process id and ends. */
import { connect } from '../../src/client/connect.ts';
import { minimalEngine } from './minimalEngines.ts';

const client = await connect({ ...minimalEngine(process.env), face: 'cli' });
process.stdout.write(`${client.hello.pid}\n`);
client.close();
