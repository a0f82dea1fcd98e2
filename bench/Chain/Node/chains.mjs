// Runs chains as it is asked to: a line {"chains":N,"inFlight":K} on standard input is answered by one with the times on standard output.
import { createInterface } from 'node:readline';

async function run(chain, { chains, inFlight }) {
  const milliseconds = [];
  let started = 0;
  const since = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (started < chains) {
        started += 1;
        const from = performance.now();
        const value = await chain();
        if (value !== 3) {
          throw new Error(`A chain ended with ${value}.`);
        }

        milliseconds.push(performance.now() - from);
      }
    }),
  );
  return { milliseconds, seconds: (performance.now() - since) / 1000 };
}

export async function serve(chain) {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await run(chain, JSON.parse(line))));
  }
}
