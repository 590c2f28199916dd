import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { computeAddress, parseEther } from "ethers";

import { type RedisServer, startRedis } from "../../localnet/redis/start-redis.ts";
import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import type { ConfigInput } from "../../relayer/config/schema.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { HALTED_M4 } from "../support/builders.ts";
import { call, deployInProcessHub, type InProcessHub, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { type RelayerProcess, spawnRelayer, until } from "../support/relayer-process.ts";
import { type RpcServer, startRpcServer } from "../support/rpc-server.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const WALLET_KEY: Hex = `0x${"b1".repeat(32)}`;
const PLANTED = "SECRETKEY";
const plain = (value: string) => ({ type: "plain", value }) as const;

describe("relayer process", function () {
  this.timeout(60_000);

  let hubs: readonly InProcessHub[];
  let nodes: readonly RpcServer[];
  let redis: RedisServer;
  let dir: string;
  let running: RelayerProcess[] = [];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "cordon-process-"));
    redis = await startRedis({ dir: join(dir, "redis"), log: () => undefined });
    const { operators } = createDirectiveSigner(MESH_ID, OPERATOR_KEYS);
    hubs = await Promise.all((["chain0", "chain1"] as const).map((chain) => deployInProcessHub({ chain, operators })));
    for (const { owner } of hubs) {
      await (await owner.sendTransaction({ to: computeAddress(WALLET_KEY), value: parseEther("10") })).wait();
    }
  });
  after(async () => {
    await Promise.all(hubs.map((hub) => hub.close()));
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });

  let calm: readonly unknown[];

  beforeEach(async () => {
    calm = await Promise.all(hubs.map((hub) => hub.request("evm_snapshot", [])));
    nodes = await Promise.all(hubs.map((hub) => startRpcServer(({ method, params }) => hub.request(method, params))));
  });
  afterEach(async () => {
    for (const relayer of running) relayer.signal("SIGKILL");
    await Promise.all(running.map(({ exit }) => exit));
    running = [];
    await Promise.all(nodes.map((node) => node.close()));
    await Promise.all(hubs.map((hub, index) => hub.request("evm_revert", [calm[index]])));
  });

  const configWith = (differs: Partial<ConfigInput> = {}): ConfigInput => ({
    name: "relayer-0",
    mode: "tighten-only",
    meshId: MESH_ID,
    network: "devnet",
    chains: Object.fromEntries(hubs.map((_, index) => [`chain-${"ab"[index]}`, chainConfig(index)])),
    wallet: plain(WALLET_KEY),
    operatorKeys: OPERATOR_KEYS.slice(0, 2).map(plain),
    redis: { url: plain(redis.url), prefix: `{process-${process.pid}-${Date.now()}}` },
    journal: { dir: join(dir, `journal-${Date.now()}`) },
    server: { port: 0 },
    ...differs,
  });

  const chainConfig = (index: number): ConfigInput["chains"][string] => {
    const [hub, node] = [hubs[index], nodes[index]];
    if (hub === undefined || node === undefined) throw new TypeError(`no chain ${index}`);
    return {
      eid: hub.eid,
      chainId: hub.chainId,
      hub: hub.address,
      startBlock: hub.startBlock,
      rpcUrls: [plain(`${node.url}/v2/${PLANTED}`)],
      finality: { depth: 2 },
      pollMs: 50,
    };
  };

  async function start(config: unknown, args: readonly string[] = []): Promise<RelayerProcess> {
    const file = join(dir, "relayer.json");
    await writeFile(file, JSON.stringify(config));
    const relayer = spawnRelayer(["--config", file, ...args]);
    running.push(relayer);
    return relayer;
  }

  describe("when all is well", () => {
    it("says that it is ready and on which port, serves its pages, and stops clean on SIGTERM", async () => {
      const relayer = await start(configWith());

      const { name, port, away } = await relayer.line("relayer ready");
      const pages = await Promise.all(
        ["/live", "/ready", "/health", "/status", "/v1/convergence", "/v1/actions", "/metrics", "/nothing"].map(
          async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).status,
        ),
      );
      relayer.signal("SIGTERM");

      expect([name, away]).to.deep.equal(["relayer-0", []]);
      expect(pages).to.deep.equal([200, 200, 200, 200, 200, 200, 200, 404]);
      expect(await relayer.exit).to.equal(0);
      expect(relayer.lines.at(-1)).to.include({ msg: "relayer stopped", code: 0 });
    });

    it("carries a halt from one chain to the other, with one transaction, and shows the planted key nowhere", async () => {
      const relayer = await start(configWith({ logLevel: "trace" }));
      const { port } = await relayer.line("relayer ready");
      const [source, destination] = hubs;

      await call(source?.hub as never, "assertRungs", [1, HALTED_M4]);
      await relayer.line("directive sent");
      const page = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());
      await until(async () => (JSON.parse(await page("/v1/actions")) as Actions).actions[0]?.state !== "open");
      const pages = await Promise.all(["/ready", "/status", "/v1/convergence", "/v1/actions", "/metrics"].map(page));
      relayer.signal("SIGINT");
      await relayer.exit;

      expect(await destination?.hub.getFunction("postureNow")()).to.equal(
        await source?.hub.getFunction("postureNow")(),
      );
      expect(await sentBy(WALLET_KEY, destination)).to.equal(1);
      expect(await sentBy(WALLET_KEY, source)).to.equal(0);
      const printed = [relayer.output(), ...pages, await journalText(relayer)].join("\n");
      expect(printed).to.not.contain(PLANTED).and.to.not.contain(WALLET_KEY.slice(2));
      expect(pages.at(-1)).to.match(/cordon_time_to_first_chain_seconds_count\{path="direct"\} 1/);
    });

    it("lets no secret out: not in a log, a page, a metric, a verb's words or the journal", async () => {
      // Beside the node that answers, one that refuses and one whose name does not resolve: errors are where URLs leak.
      const leaky = (index: number) => {
        const { rpcUrls, ...chain } = chainConfig(index);
        const dead = [
          `http://127.0.0.1:9/v2/${PLANTED}/${index}`,
          `https://user${index}:${PLANTED}@nowhere.invalid/rpc`,
        ];
        return { ...chain, rpcUrls: [...dead.map(plain), ...rpcUrls], wsUrl: plain(`ws://127.0.0.1:9/${PLANTED}`) };
      };
      const relayer = await start(
        configWith({ chains: { "chain-a": leaky(0), "chain-b": leaky(1) }, logLevel: "trace" }),
      );
      const { port } = await relayer.line("relayer ready");
      const url = `http://127.0.0.1:${String(port)}`;
      await call(hubs[0]?.hub as never, "assertRungs", [1, HALTED_M4]);
      await relayer.line("action closed");
      const { id, decisions } = await incidentAt(url);

      const paths = ["/live", "/ready", "/metrics", "/status", "/v1/chains", "/v1/deployments", "/v1/convergence"];
      const more = ["/v1/actions", "/v1/exposure", "/v1/nonces", "/v1/readiness", "/v1/incidents", "/nothing"];
      const items = [`/v1/incidents/${id}`, `/v1/decisions/${decisions[0] ?? ""}`];
      const pages = await Promise.all(
        [...paths, ...more, ...items].map(async (path) => (await fetch(`${url}${path}`)).text()),
      );
      const file = join(dir, "relayer.json");
      const asked = ["status", "diff", "convergence"].map((verb) => [verb, "--url", `${url}/?key=${PLANTED}`]);
      const lists = ["pending", "oldest", "exposure", "incidents", "nonces"].map((of) => ["query", of, "--url", url]);
      const offline = [
        ["replay", "-c", file],
        ["verify", "-c", file, "--decision", decisions[0] ?? ""],
        ["verify", "-c", file, "--decision", decisions[0] ?? "", "--rpc", `50901=http://127.0.0.1:9/${PLANTED}`],
        ["--config", file, "--check"],
      ];
      const said: string[] = [];
      for (const args of [...asked, ...lists, ...offline]) {
        const verb = spawnRelayer(args);
        running.push(verb);
        await verb.exit;
        said.push(verb.output() + verb.stderr());
      }

      const everything = [relayer.output(), relayer.stderr(), ...pages, ...said, await journalText(relayer)].join("\n");
      expect(said.join("\n")).to.contain("same, byte for byte").and.to.contain("halt readiness");
      expect(everything).to.not.contain(PLANTED);
      for (const key of [WALLET_KEY, ...OPERATOR_KEYS]) expect(everything).to.not.contain(key.slice(2));
    });

    it("holds no key when it observes, and sends nothing", async () => {
      const { wallet: _, operatorKeys: __, ...config } = configWith({ mode: "observe" });
      const relayer = await start(config);
      await relayer.line("relayer ready");

      await call(hubs[0]?.hub as never, "assertRungs", [1, HALTED_M4]);
      const { port } = await relayer.line("relayer ready");
      await until(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/v1/convergence`);
        return ((await answer.json()) as { isConverged: boolean }).isConverged === false;
      });
      relayer.signal("SIGTERM");

      expect(await relayer.exit).to.equal(0);
      expect(await sentBy(WALLET_KEY, hubs[1])).to.equal(0);
    });

    it("checks everything and ends", async () => {
      const relayer = await start(configWith(), ["--check"]);

      expect(await relayer.exit).to.equal(0);
      const outcomes = relayer
        .output()
        .trim()
        .split("\n")
        .map((line) => line.split(/\s{2,}/).at(-1));
      expect(outcomes).to.deep.equal(["ok", "ok", "ok", "ok", "ok", "ok"]);
    });
  });

  describe("when something is away", () => {
    it("starts without Redis, tightens, and says so", async () => {
      const proxy = await startTcpProxy(Number(new URL(redis.url).port));
      await proxy.cut();
      const redisConfig = { url: plain(`redis://127.0.0.1:${proxy.port}/0`) };
      const relayer = await start(configWith({ redis: redisConfig }));
      await relayer.line("relayer ready");

      await call(hubs[0]?.hub as never, "assertRungs", [1, HALTED_M4]);
      await relayer.line("directive sent");

      relayer.signal("SIGTERM");
      expect(await relayer.exit).to.equal(0);
      expect(await sentBy(WALLET_KEY, hubs[1])).to.equal(1);
    });

    it("starts with one chain away, and catches up with it later", async () => {
      const proxy = await startTcpProxy(nodes[1]?.port ?? 0);
      await proxy.cut();
      const chains = {
        "chain-a": chainConfig(0),
        "chain-b": { ...chainConfig(1), rpcUrls: [plain(`http://127.0.0.1:${proxy.port}`)] },
      };
      const relayer = await start(configWith({ chains }));

      const ready = await relayer.line("relayer ready");
      await call(hubs[0]?.hub as never, "assertRungs", [1, HALTED_M4]);
      await proxy.restore();
      await relayer.line("directive sent");
      relayer.signal("SIGTERM");
      await relayer.exit;
      await proxy.close();

      expect(ready).to.deep.include({ chains: ["chain-a"], away: ["chain-b"] });
      expect(await sentBy(WALLET_KEY, hubs[1])).to.equal(1);
    });

    it("ends as temporary when no chain can be reached, with the cause", async () => {
      await Promise.all(nodes.map((node) => node.close()));

      const relayer = await start(configWith());

      expect(await relayer.exit).to.equal(75);
      expect(relayer.stderr())
        .to.match(/^CRD-203 .*check rpcUrls/)
        .and.to.contain("chain-b");
      expect(relayer.output()).to.not.contain(PLANTED);
    });
  });

  describe("when the configuration is wrong", () => {
    it("names the fault and ends with 78", async () => {
      const relayer = await start({ ...configWith(), mode: "fast" });

      expect(await relayer.exit).to.equal(78);
      expect(relayer.stderr()).to.match(
        /^CRD-100 .*\n {2}mode: must be "observe", "shadow", "tighten-only" or "full"\n$/,
      );
    });

    it("halts on another chain behind a URL, naming both", async () => {
      const chains = {
        "chain-a": chainConfig(0),
        "chain-b": { ...chainConfig(1), rpcUrls: [plain(`${nodes[0]?.url}/x`)] },
      };

      const relayer = await start(configWith({ chains }));

      expect(await relayer.exit).to.equal(78);
      expect(relayer.stderr()).to.match(/^CRD-201 chain-b: .*serves chain 31000, the configuration says 31001/);
    });

    it("halts on an address that holds no hub", async () => {
      const chains = { "chain-a": chainConfig(0), "chain-b": { ...chainConfig(1), hub: `0x${"12".repeat(20)}` } };

      const relayer = await start(configWith({ chains }));

      expect(await relayer.exit).to.equal(78);
      expect(relayer.stderr()).to.match(/^CRD-202 chain-b: .*is no hub/);
    });

    it("says which port is in use, as a temporary fault", async () => {
      const relayer = await start(configWith({ server: { port: nodes[0]?.port ?? 0 } }));

      expect(await relayer.exit).to.equal(75);
      expect(relayer.stderr()).to.match(
        new RegExp(`^CRD-102 port ${nodes[0]?.port} on 127.0.0.1 is in use; .*server.port`),
      );
    });

    it("finds a key that no hub knows when it checks", async () => {
      const relayer = await start(configWith({ operatorKeys: [plain(`0x${"ee".repeat(32)}`)] }), ["--check"]);

      expect(await relayer.exit).to.equal(3);
      expect(relayer.output()).to.match(
        /chain-a operators +the hub does not know 0x[0-9a-f]{40}; add it with setOperator/,
      );
    });
  });

  describe("when the command line is wrong", () => {
    it("ends with 2 and says what is missing", async () => {
      const relayer = spawnRelayer([]);

      expect(await relayer.exit).to.equal(2);
      expect(relayer.stderr()).to.contain("--config <file>");
    });

    it("shows help", async () => {
      const relayer = spawnRelayer(["--help"]);

      expect(await relayer.exit).to.equal(0);
      expect(relayer.output()).to.contain("--check").and.to.contain("Exit codes");
    });
  });

  async function journalText(relayer: RelayerProcess): Promise<string> {
    const { config } = { config: JSON.parse(await readFile(join(dir, "relayer.json"), "utf8")) as ConfigInput };
    expect(relayer.lines).to.not.be.empty;
    return readFile(join(config.journal.dir, "journal-00000000.jsonl"), "utf8");
  }
});

interface Actions {
  readonly actions: readonly { readonly state: string }[];
}

async function sentBy(key: Hex, hub: InProcessHub | undefined): Promise<number> {
  return Number(await hub?.request("eth_getTransactionCount", [computeAddress(key), "latest"]));
}

/** The one incident that the relayer at `url` tells of. */
async function incidentAt(url: string): Promise<{ readonly id: string; readonly decisions: readonly string[] }> {
  const page = await fetch(`${url}/v1/incidents`);
  const { incidents } = (await page.json()) as { incidents: { id: string; decisions: string[] }[] };
  return incidents[0] ?? { id: "", decisions: [] };
}
