// A workflow of three steps in DBOS, in the PostgreSQL database of the first argument.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { serve } from './chains.mjs';

const addOne = async (value) => value + 1;
const chain = DBOS.registerWorkflow(
  async () => {
    let value = 0;
    for (const name of ['s1', 's2', 's3']) {
      const before = value;
      value = await DBOS.runStep(() => addOne(before), { name });
    }

    return value;
  },
  { name: 'chain' },
);
DBOS.setConfig({ name: 'chain', applicationVersion: '1', systemDatabaseUrl: process.argv[2], systemDatabasePoolSize: 20, logLevel: 'error' });
await DBOS.launch();
await serve(() => chain());
process.exit();
