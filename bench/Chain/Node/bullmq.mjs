// Chains of three steps in BullMQ, on the Redis of the first argument. The second one says how: 'flow', three jobs, each the child of the next; 'steps', one job that stores
// its data after each step (the pattern 'process step jobs' of its documentation).
import { FlowProducer, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { serve } from './chains.mjs';

const connection = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null });
const how = process.argv[3];
const queueName = `chain-${how}`;

function flow() {
  const flows = new FlowProducer({ connection });
  return {
    submit: (key) =>
      flows.add({
        name: 'last',
        queueName,
        data: { key },
        children: [{ name: 's2', queueName, data: { key }, children: [{ name: 's1', queueName, data: { key, value: 0 } }] }],
      }),
    work: async (job) => {
      const [before] = Object.values(await job.getChildrenValues());
      return (before ?? job.data.value) + 1;
    },
  };
}

function steps() {
  const queue = new Queue(queueName, { connection });
  return {
    submit: (key) => queue.add('last', { key, step: 1, value: 0 }),
    work: async (job) => {
      while (job.data.step < 3) {
        await job.updateData({ ...job.data, step: job.data.step + 1, value: job.data.value + 1 });
      }

      return job.data.value + 1;
    },
  };
}

const { submit, work } = how === 'flow' ? flow() : steps();
const waiting = new Map();
const worker = new Worker(queueName, work, { connection, concurrency: 16 });
worker.on('completed', (job, value) => {
  if (job.name === 'last') {
    waiting.get(job.data.key)(value);
    waiting.delete(job.data.key);
  }
});
await worker.waitUntilReady();

let next = 0;
await serve(async () => {
  const key = `${(next += 1)}`;
  const done = new Promise((resolve) => waiting.set(key, resolve));
  await submit(key);
  return done;
});
await worker.close();
process.exit();
