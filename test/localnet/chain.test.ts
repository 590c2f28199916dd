import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { type LocalChain, startChain } from "../../localnet/chains/start-chain.ts";

const GENESIS = 1_584_000_000;
const ONE_ETHER = 10n ** 18n;

describe("startChain", function () {
  this.timeout(60_000);

  let dir: string;
  let chain: LocalChain;

  const pay = async (value: bigint) => {
    const sent = await chain.wallet("user").sendTransaction({ to: chain.wallet("keeper").address, value });
    return sent.wait();
  };

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), "cordon-chain-test-"));
    chain = await startChain({ index: 1, dir, genesisTime: GENESIS });
  });

  afterEach(async () => {
    await chain.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("has the name, ids and clock of its place in the network", async () => {
    expect(chain).to.include({ name: "chain-b", eid: 50_902, chainId: 31_001 });
    expect(Number(await chain.provider.send("eth_chainId", []))).to.equal(31_001);
    expect((await chain.provider.getBlock(0))?.timestamp).to.equal(GENESIS);
  });

  it("listens on this machine only", () => {
    expect(chain.rpcUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(chain.wsUrl).to.equal(chain.rpcUrl.replace("http", "ws"));
  });

  describe("when its clock is moved", () => {
    it("stamps a block with the time asked for, and goes on from there", async () => {
      await chain.advanceTo(GENESIS + 3_600);
      const reached = await chain.now();
      await chain.advanceBy(600);

      expect(reached).to.equal(GENESIS + 3_600);
      expect(await chain.now()).to.be.within(GENESIS + 4_200, GENESIS + 4_202);
    });

    it("does not move it back", async () => {
      await chain.advanceTo(GENESIS + 3_600);
      const head = await chain.provider.getBlockNumber();

      await chain.advanceTo(GENESIS + 60);

      expect(await chain.provider.getBlockNumber()).to.equal(head);
    });
  });

  describe("when it mines", () => {
    it("makes blocks final four blocks later", async () => {
      await chain.mine(9);

      expect((await chain.provider.getBlock("finalized"))?.number).to.equal(5);
    });

    it("makes one a second when told to, and one for each transaction when told so again", async () => {
      await chain.setBlockTime(1);
      const paid = await pay(ONE_ETHER);
      await chain.setBlockTime(0);
      const head = await chain.provider.getBlockNumber();
      await pay(ONE_ETHER);

      expect(paid?.blockNumber).to.be.at.least(1);
      expect(await chain.provider.getBlockNumber()).to.equal(head + 1);
    });
  });

  describe("when it is stopped and started", () => {
    it("refuses connections in between, and has state, logs, clock and history afterwards", async () => {
      await chain.advanceTo(GENESIS + 86_400);
      const paid = await pay(ONE_ETHER);
      await chain.mine(3);
      const before = { head: await chain.provider.getBlockNumber(), time: await chain.now() };

      await chain.stop();
      const failure: unknown = await chain.provider.getBlockNumber().catch((error: unknown) => error);
      const wasRunning = chain.isRunning();
      await chain.start();
      await chain.mine();

      const keeper = chain.wallet("keeper").address;
      expect(failure).to.have.property("code", "ECONNREFUSED");
      expect(wasRunning).to.be.false;
      expect(await chain.provider.getBlockNumber()).to.equal(before.head + 1);
      expect(await chain.now()).to.be.within(before.time, before.time + 30);
      expect((await chain.provider.getTransactionReceipt(paid?.hash ?? ""))?.blockHash).to.equal(paid?.blockHash);
      const gained =
        (await chain.provider.getBalance(keeper, "finalized")) - (await chain.provider.getBalance(keeper, 0));
      expect(gained).to.equal(ONE_ETHER);
    });

    it("goes on making blocks at its pace", async () => {
      await chain.setBlockTime(1);
      await chain.stop();
      await chain.start();

      const paid = await pay(ONE_ETHER);

      expect(paid?.status).to.equal(1);
      expect(await chain.provider.send("anvil_getIntervalMining", [])).to.equal(1);
    });
  });

  describe("when it is paused", () => {
    it("takes connections and answers nothing until it is resumed", async () => {
      chain.pause();
      const answer = chain.provider.send("eth_blockNumber", []);
      const isSilent = await Promise.race([answer.then(() => false), silence(300)]);
      chain.resume();

      expect(isSilent).to.be.true;
      expect(await answer).to.equal("0x0");
    });
  });
});

/** Nothing to wait for: that nothing happens for a while is what is asserted. */
function silence(ms: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(true), ms));
}
