// A service with three durable steps in Restate. The arguments are the ports of this service, and of the server's admin and ingress.
import { serve as serveService, service } from '@restatedev/restate-sdk';
import { connect } from '@restatedev/restate-sdk-clients';
import { serve } from './chains.mjs';

// The SDK is written for Node.js 22, which has this.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

const [port, admin, ingress] = process.argv.slice(2);
const chain = service({
  name: 'chain',
  handlers: {
    run: async (context) => {
      let value = 0;
      for (const name of ['s1', 's2', 's3']) {
        const before = value;
        value = await context.run(name, async () => before + 1);
      }

      return value;
    },
  },
});
await serveService({ services: [chain], port: Number(port), logger: () => {} });
const registered = await fetch(`http://127.0.0.1:${admin}/deployments`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
});
if (!registered.ok) {
  throw new Error(await registered.text());
}

const client = connect({ url: `http://127.0.0.1:${ingress}` }).serviceClient(chain);
await serve(() => client.run());
process.exit();
