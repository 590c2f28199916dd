import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { network } from "hardhat";

import { findFreePort } from "../../localnet/processes/free-port.ts";
import { subscribeHeads } from "../../relayer/adapters/evm/head-subscription.ts";
import { createHttpNode, type RpcNode } from "../../relayer/adapters/evm/http-node.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const SILENCE_MS = 600;
const LIMIT_MS = 10_000;
const never = new AbortController().signal;

/** Against a real node's websocket: a hint that may fail in every way, and comes back by itself. */
describe("subscribeHeads", function () {
  this.timeout(30_000);

  let server: Awaited<ReturnType<typeof network.createServer>>;
  let node: RpcNode;
  let proxy: TcpProxy;
  let heads: number;
  let stop: () => void;

  beforeEach(async () => {
    const port = await findFreePort();
    server = await network.createServer("chain2", "127.0.0.1", port);
    await server.listen();
    node = createHttpNode(`http://127.0.0.1:${port}`);
    proxy = await startTcpProxy(port);
    heads = 0;
    stop = subscribeHeads({ url: `ws://127.0.0.1:${proxy.port}`, onHead: () => (heads += 1), silenceMs: SILENCE_MS });
  });
  afterEach(async () => {
    stop();
    node.close();
    await proxy.close();
    await server.close();
  });

  const mine = () => node.request("evm_mine", [], never);
  /** Mines until a head is announced: a subscription takes a moment to stand. */
  const untilAnnounced = () => until(async () => (await mine(), await sleep(30), heads > 0));

  it("announces a new head", async () => {
    await untilAnnounced();
    const before = heads;

    await mine();
    await until(() => heads > before);

    expect(heads).to.be.above(before);
  });

  it("comes back after the connection was cut", async () => {
    await untilAnnounced();
    await proxy.cut();
    heads = 0;

    await proxy.restore();

    await untilAnnounced();
  });

  it("comes back after the connection died without a word", async () => {
    await untilAnnounced();
    proxy.stall();
    await mine();
    await sleep(50);
    heads = 0;

    await proxy.restore();

    await untilAnnounced();
  });

  it("says nothing any more once it is stopped", async () => {
    await untilAnnounced();
    stop();
    await sleep(50);
    const before = heads;

    await mine();
    await sleep(100);

    expect(heads).to.equal(before);
  });
});

async function until(isMet: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !(await isMet()); await sleep(20)) {
    if (performance.now() > endMs) throw new TypeError("waited in vain");
  }
}
