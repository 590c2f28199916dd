import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { computeAddress, id, parseEther } from "ethers";
import { z } from "zod";

import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import type { ConfigInput } from "../../relayer/config/schema.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { HALTED_M4 } from "../support/builders.ts";
import { ONE } from "../../scripts/venue-study/house.ts";
import { deployInProcessHouse, type InProcessHouse } from "../support/in-process-house.ts";
import { call, deployInProcessHub, type InProcessHub, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { type RelayerProcess, spawnRelayer, until } from "../support/relayer-process.ts";
import { type RpcServer, startRpcServer } from "../support/rpc-server.ts";

const WALLET_KEY: Hex = `0x${"b1".repeat(32)}`;
const CONTRIBUTED = id("Contributed(uint8,address,uint256)");
const LOTS = 10_000n;
const FINALITY_DEPTH = 2;
const WATCHED_MS = 6_000;
const plain = (value: string) => ({ type: "plain", value }) as const;

const Exposure = z.object({
  exposure: z.array(
    z.object({ block: z.number(), markets: z.array(z.object({ insurance: z.string(), openInterest: z.string() })) }),
  ),
});
const Ready = z.object({
  isReady: z.boolean(),
  components: z.array(z.object({ name: z.string(), health: z.string(), reason: z.string().optional() })),
});
const LogFilter = z.object({ address: z.union([z.string(), z.array(z.string())]), fromBlock: z.string() });
const LogEntry = z.looseObject({ topics: z.array(z.string()) });

/** The process, on real contracts: what it does while a house's events and views differ, and with what it had read. */
describe("relayer process with a clearing house", function () {
  this.timeout(120_000);

  let hubs: readonly [InProcessHub, InProcessHub];
  let house: InProcessHouse;
  let nodes: readonly RpcServer[];
  let dir: string;
  let relayer: RelayerProcess;
  let url: string;
  /** Whether the node keeps to itself what was contributed to insurance. */
  let hides = false;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "cordon-venue-process-"));
    const { operators } = createDirectiveSigner(MESH_ID, OPERATOR_KEYS);
    const [first, second] = await Promise.all(
      (["chain0", "chain1"] as const).map((chain) => deployInProcessHub({ chain, operators })),
    );
    hubs = [first!, second!];
    house = await deployInProcessHouse(hubs[0]);
    for (const { owner } of hubs) {
      await (await owner.sendTransaction({ to: computeAddress(WALLET_KEY), value: parseEther("10") })).wait();
    }
    nodes = await Promise.all(hubs.map((hub, index) => startRpcServer((asked) => answer(hub, index === 0, asked))));
    await house.trade(LOTS);
    await finalise();
    await start();
    await until(async () => (await exposure()) !== null);
  });
  after(async () => {
    relayer.signal("SIGKILL");
    await relayer.exit;
    await Promise.all(nodes.map((node) => node.close()));
    await Promise.all(hubs.map((hub) => hub.close()));
    await rm(dir, { recursive: true, force: true });
  });

  async function answer(
    hub: InProcessHub,
    isLying: boolean,
    { method, params }: { readonly method: string; readonly params: readonly unknown[] },
  ): Promise<unknown> {
    const result = await hub.request(method, params);
    if (!isLying || !hides || method !== "eth_getLogs") return result;
    return z
      .array(LogEntry)
      .parse(result)
      .filter(({ topics }) => topics[0] !== CONTRIBUTED);
  }
  const config = (): ConfigInput => ({
    name: "relayer-0",
    mode: "tighten-only",
    meshId: MESH_ID,
    network: "devnet",
    chains: Object.fromEntries(
      hubs.map((hub, index) => {
        const { eid, chainId, address, startBlock } = hub;
        const venue = { address: house.address, startBlock: house.startBlock, desk: house.deskAddress };
        const reached = { rpcUrls: [plain(nodes[index]!.url)], finality: { depth: FINALITY_DEPTH }, pollMs: 50 };
        const chain = { eid, chainId, hub: address, startBlock, ...reached };
        return [`chain-${"ab"[index]}`, index === 0 ? { ...chain, venue } : chain];
      }),
    ),
    wallet: plain(WALLET_KEY),
    operatorKeys: OPERATOR_KEYS.slice(0, 2).map(plain),
    // Nobody is there: what is shown here needs no queue.
    redis: { url: plain("redis://127.0.0.1:9/0"), prefix: "{venue-process}" },
    journal: { dir: join(dir, "journal") },
    server: { port: 0 },
    policy: { mirror: {}, coverage: {} },
  });
  const configFile = () => join(dir, "relayer.json");
  async function start(): Promise<void> {
    await writeFile(configFile(), JSON.stringify(config()));
    relayer = spawnRelayer(["--config", configFile()]);
    const { port } = await relayer.line("relayer ready");
    url = `http://127.0.0.1:${String(port)}`;
  }
  async function stop(): Promise<void> {
    relayer.signal("SIGTERM");
    expect(await relayer.exit).to.equal(0);
  }
  const page = async (path: string): Promise<unknown> => (await fetch(url + path)).json();
  const metric = async (sample: string): Promise<number | null> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${sample} `));
    return line === undefined ? null : Number(line.slice(sample.length));
  };
  /** What is published of the house; null where nothing is. */
  const exposure = async () => {
    const [first] = Exposure.parse(await page("/v1/exposure")).exposure;
    return first === undefined ? null : { block: first.block, ...first.markets[0]! };
  };
  const venueComponent = async () => {
    const { isReady, components } = Ready.parse(await page("/ready"));
    return { isReady, ...components.find(({ name }) => name === "venue:chain-a") };
  };
  const finalise = () => hubs[0].request("hardhat_mine", [`0x${(FINALITY_DEPTH + 1).toString(16)}`]);
  const contribute = async (units: bigint): Promise<void> => {
    await house.publish();
    await call(house.house, "contribute", [1, units]);
    await finalise();
  };
  const sentTo = async (hub: InProcessHub): Promise<number> =>
    Number(await hub.request("eth_getTransactionCount", [computeAddress(WALLET_KEY), "latest"]));
  const postureOf = async ({ hub }: InProcessHub) => (await hub.getFunction("posture")()) as bigint;
  /** First blocks of the ranges of the house's logs that its node was asked for. */
  const askedFrom = (): readonly number[] =>
    nodes[0]!.requests.flatMap(({ method, params: [filter] }) => {
      const asked = method === "eth_getLogs" ? LogFilter.parse(filter) : null;
      return asked?.address === house.address ? [Number(asked.fromBlock)] : [];
    });

  describe("when the rebuilt book and the contract's views differ at the same block", () => {
    let earlier: NonNullable<Awaited<ReturnType<typeof exposure>>>;

    before(async () => {
      earlier = (await exposure())!;
      hides = true;
      await contribute(5n * ONE);
      await relayer.line("venue contradicts its events, reading it anew");
    });

    it("raises the alarm: the check's metric, a finding, a component that is degraded, an error that says what differs", async () => {
      await until(async () => (await metric('cordon_venue_check_ok{chain="chain-a",check="views"}')) === 0);

      expect(await metric('cordon_findings_total{chain="chain-a",kind="disagreement"}')).to.be.at.least(1);
      expect(await metric('cordon_failures_total{where="chain-a",code="CRD-600"}')).to.be.at.least(1);
      const component = await venueComponent();
      expect(component).to.deep.include({ health: "degraded", reason: "views differ: no figures are published" });
      // What is urgent does not need figures.
      expect(component.isReady).to.equal(true);
      const said = relayer.lines.find(({ msg }) => msg === "venue contradicts its events, reading them again");
      expect(said).to.deep.include({ level: "error", chain: "chain-a", check: "views", code: "CRD-600" });
      expect(JSON.stringify(said)).to.contain('"what":"fund"');
    });

    it("publishes no figures, however long that lasts", async () => {
      await finalise();
      await sleep(WATCHED_MS);

      expect(await exposure()).to.deep.equal(earlier);
    });

    it("goes on tightening, with one transaction, and loosens nothing", async () => {
      const [first, second] = hubs;
      const sent = await Promise.all(hubs.map(sentTo));
      await call(first.hub, "assertRungs", [1, HALTED_M4]);
      await until(async () => (await postureOf(second)) === (await postureOf(first)));
      await sleep(WATCHED_MS);

      expect(await Promise.all(hubs.map(sentTo))).to.deep.equal([sent[0], sent[1]! + 1]);
      const inForce = await Promise.all(hubs.map(async (hub) => Number(((await postureOf(hub)) >> 8n) & 0x3fn)));
      expect(inForce).to.deep.equal([HALTED_M4, HALTED_M4]);
      for (const { hub } of hubs) {
        for (const name of ["Lifted", "Voided"]) expect(await hub.queryFilter(name)).to.deep.equal([]);
      }
      expect(await exposure()).to.deep.equal(earlier);
    });

    it("publishes again once they agree, and takes the alarm back", async () => {
      hides = false;
      await contribute(1n * ONE);
      await until(async () => ((await exposure())?.block ?? 0) > earlier.block);

      expect(BigInt((await exposure())!.insurance) - BigInt(earlier.insurance) > 0n).to.equal(true);
      expect(await metric('cordon_venue_check_ok{chain="chain-a",check="views"}')).to.equal(1);
      expect(await venueComponent()).to.deep.include({ health: "healthy" });
    });
  });

  describe("when it is started again", () => {
    const file = () => join(dir, "journal", "checkpoints", "venue-chain-a");
    /** The lowest block of the house that was asked for by a new process, and what it says of the house. */
    const restart = async (): Promise<{ readonly from: number; readonly openInterest: string | undefined }> => {
      const asked = askedFrom().length;
      await house.publish();
      await finalise();
      await start();
      await until(async () => (await exposure()) !== null);
      return { from: Math.min(...askedFrom().slice(asked)), openInterest: (await exposure())?.openInterest };
    };

    it("reads nothing again of the house that it had read", async () => {
      const openInterest = (await exposure())?.openInterest;
      await until(async () =>
        access(file()).then(
          () => true,
          () => false,
        ),
      );
      await stop();

      const again = await restart();
      const taken = relayer.lines.filter(({ msg }) => msg === "goes on from its checkpoint");

      expect(taken.map(({ what }) => what).toSorted()).to.deep.equal(["packets", "packets", "venue"]);
      expect(again.from).to.equal(Number(taken.find(({ what }) => what === "venue")?.["block"]) + 1);
      expect(again.openInterest).to.equal(openInterest);
      expect(relayer.output()).to.not.contain("CRD-507");
    });

    it("reads all of it again when a byte of what was kept is another, and says so", async () => {
      await stop();
      await writeFile(file(), "{}\n", { flag: "a" });

      expect((await restart()).from).to.equal(house.startBlock);
      expect(relayer.output()).to.contain("CRD-507");
    });

    it("reads all of it again after a rescan, while it runs", async () => {
      const asked = askedFrom().length;
      const head = Number(await hubs[0].request("eth_blockNumber", []));
      const range = ["--from", String(hubs[0].startBlock), "--to", String(head)];
      const verb = spawnRelayer(["rescan", "--chain", "chain-a", ...range, "--config", configFile()]);
      expect(await verb.exit).to.equal(0);
      expect(verb.output()).to.contain("2 checkpoints of chain-a taken away");
      await finalise();

      await until(() => askedFrom().slice(asked).includes(house.startBlock));
      await until(async () =>
        access(file()).then(
          () => true,
          () => false,
        ),
      );
      expect(relayer.lines.map(({ msg }) => msg)).to.include("checkpoint was taken away, reading anew");
    });
  });
});
