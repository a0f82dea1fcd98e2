// Chains of three jobs, each the child of the next. A line {"chains":N,"inFlight":K} on standard input is answered by one with the times on standard output.
import { createInterface } from 'node:readline';
import { FlowProducer, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const connection = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null });
const queueName = 'chain';
const waiting = new Map();
const flows = new FlowProducer({ connection });
const worker = new Worker(
  queueName,
  async (job) => {
    const [before] = Object.values(await job.getChildrenValues());
    return (before ?? job.data.value) + 1;
  },
  { connection, concurrency: 16 },
);
worker.on('completed', (job, value) => {
  if (job.name === 's3') {
    waiting.get(job.data.key)(value);
    waiting.delete(job.data.key);
  }
});
await worker.waitUntilReady();

let next = 0;

async function chain() {
  const key = `${(next += 1)}`;
  const done = new Promise((resolve) => waiting.set(key, resolve));
  await flows.add({
    name: 's3',
    queueName,
    data: { key },
    children: [{ name: 's2', queueName, data: { key }, children: [{ name: 's1', queueName, data: { key, value: 0 } }] }],
  });
  const value = await done;
  if (value !== 3) {
    throw new Error(`The chain ${key} ended with ${value}.`);
  }
}

async function run({ chains, inFlight }) {
  const milliseconds = [];
  let started = 0;
  const since = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (started < chains) {
        started += 1;
        const from = performance.now();
        await chain();
        milliseconds.push(performance.now() - from);
      }
    }),
  );
  return { milliseconds, seconds: (performance.now() - since) / 1000 };
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}

await worker.close();
await flows.close();
