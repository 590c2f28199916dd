import { expect } from "chai";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { type Localnet, startLocalnet } from "../../localnet/start-localnet.ts";

describe("relayers of a local network", function () {
  this.timeout(90_000);

  let localnet: Localnet;
  const relayer = (index: number) => localnet.relayers[index]!;
  const ownDir = (index: number) => path.dirname(relayer(index).configFile);

  before(async () => {
    localnet = await startLocalnet({ chains: 2, relayers: 2, blockTimeSeconds: 1, keeper: { isStarted: false } });
  });

  after(() => localnet.stop());

  it("are ready, each with pages of its own", async () => {
    const ready = await Promise.all(localnet.relayers.map((of) => of.status("/ready")));
    const metrics = await relayer(0).metrics();

    expect(ready).to.have.lengthOf(2);
    for (const page of ready) expect(page).to.have.property("isReady", true);
    expect(relayer(0).url).to.not.equal(relayer(1).url);
    expect(metrics).to.match(/^# TYPE cordon_/m);
  });

  it("hold different keys, in files that nobody else may read", () => {
    const keysOf = (index: number) => readdirSync(ownDir(index)).filter((file) => file.endsWith(".key"));
    const read = (index: number) => keysOf(index).map((file) => readFileSync(path.join(ownDir(index), file), "utf8"));
    const modes = [0, 1].flatMap((index) =>
      keysOf(index).map((file) => statSync(path.join(ownDir(index), file)).mode & 0o777),
    );

    expect(keysOf(0)).to.deep.equal(["operator-0.key", "wallet.key"]);
    expect(keysOf(1)).to.deep.equal(["operator-1.key", "wallet.key"]);
    expect(new Set([...read(0), ...read(1)]).size).to.equal(4);
    expect(new Set(modes)).to.deep.equal(new Set([0o600]));
  });

  it("keep keys out of configuration and log", () => {
    const key = readFileSync(path.join(ownDir(0), "wallet.key"), "utf8").trim();

    for (const file of [relayer(0).configFile, relayer(0).logFile]) {
      expect(readFileSync(file, "utf8")).to.not.include(key.slice(2));
    }
  });

  describe("when one is killed and started again", () => {
    it("is ready again, while the other has gone on", async () => {
      await relayer(0).kill();
      const wasRunning = [relayer(0).isRunning(), relayer(1).isRunning()];
      const refused: unknown = await relayer(0)
        .metrics()
        .catch((error: unknown) => error);

      await relayer(0).start();
      await relayer(0).waitReady();

      expect(wasRunning).to.deep.equal([false, true]);
      expect(refused).to.have.property("exitCode", 75);
      expect(await relayer(0).status("/ready")).to.have.property("isReady", true);
    });
  });

  describe("when its configuration is wrong", () => {
    it("ends with the kind of failure that the relayer's exit code says", async () => {
      const { configFile } = relayer(1);
      const good = readFileSync(configFile, "utf8");
      await relayer(1).stop();
      writeFileSync(configFile, good.replace('"tighten-only"', '"dance"'));

      await relayer(1).start();
      const failure: unknown = await relayer(1)
        .waitReady()
        .catch((error: unknown) => error);
      writeFileSync(configFile, good);

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/relayer-1 ended before it was ready/);
    });
  });

  describe("when the network stops", () => {
    it("end with it", async () => {
      const { dir } = localnet;
      await localnet.stop();

      expect(localnet.relayers.map((of) => of.isRunning())).to.deep.equal([false, false]);
      expect(localnet.chains.map((chain) => chain.isRunning())).to.deep.equal([false, false]);
      expect(localnet.redis.isRunning()).to.be.false;
      expect(() => rmSync(dir)).to.throw(/ENOENT/);
    });
  });
});
