import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { expect } from "chai";

import { type LoadedConfig, loadConfig } from "../../relayer/config.ts";
import type { ConfigInput } from "../../relayer/config/schema.ts";
import { failureOf } from "../support/failure-of.ts";

const keyOf = (byte: string) => `0x${byte.repeat(32)}`;
const plain = (value: string) => ({ type: "plain", value }) as const;
const fromEnv = (value: string) => ({ type: "env", value }) as const;

const CONFIG: ConfigInput = {
  name: "relayer-0",
  mode: "tighten-only",
  meshId: `0x${"C0".repeat(32)}`,
  network: "devnet",
  chains: {
    "chain-a": {
      eid: 50_901,
      chainId: 31_000,
      hub: "0x52908400098527886E0F7030069857D2E4169EE7",
      startBlock: 10,
      rpcUrls: [plain("http://127.0.0.1:8545"), plain("https://backup.example/v2/SECRETKEY")],
      wsUrl: plain("ws://127.0.0.1:8545"),
      finality: { depth: 4 },
      pollMs: 250,
    },
    "chain-b": {
      eid: 50_902,
      chainId: 31_001,
      hub: `0x${"ab".repeat(20)}`,
      startBlock: 0,
      rpcUrls: [plain("http://127.0.0.1:8546")],
    },
  },
  wallet: plain(keyOf("a1")),
  operatorKeys: [plain(keyOf("a2")), plain("a3".repeat(32))],
  redis: { url: plain("redis://127.0.0.1:6379/0") },
  journal: { dir: "journal" },
};
const [CHAIN_A, CHAIN_B] = [CONFIG.chains["chain-a"], CONFIG.chains["chain-b"]];

describe("loadConfig", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cordon-config-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  describe("when the file is right", () => {
    it("names chains, resolves secrets and fills in defaults", async () => {
      const { config, warnings } = await load(CONFIG);

      expect(config.chains.map(({ name, eid }) => [name, eid])).to.deep.equal([
        ["chain-a", 50_901],
        ["chain-b", 50_902],
      ]);
      expect(config.chains[0]?.rpcUrls.map((url) => url.reveal())[1]).to.equal("https://backup.example/v2/SECRETKEY");
      expect(config.chains[1]).to.deep.include({
        finality: { tag: "finalized" },
        pollMs: 1_000,
        maxLogRange: 2_000,
        quorum: 1,
        finalityStallSeconds: 3_600,
        wsUrl: null,
      });
      expect(config).to.deep.include({
        server: { host: "127.0.0.1", port: 8_080 },
        policy: { mirror: { renewBelowSeconds: 480, reconcileAfterSeconds: 300 } },
        logLevel: "info",
      });
      expect(config.redis.prefix).to.equal("{cordon}");
      expect(warnings).to.deep.equal([]);
    });

    it("writes hex in lower case and keys with their prefix", async () => {
      const { config } = await load(CONFIG);

      expect(config.meshId).to.equal(`0x${"c0".repeat(32)}`);
      expect(config.chains[0]?.hub).to.equal("0x52908400098527886e0f7030069857d2e4169ee7");
      expect(config.operatorKeys.map((key) => key.reveal())).to.deep.equal([keyOf("a2"), keyOf("a3")]);
    });

    it("starts relative paths at the file", async () => {
      await writeSecret("wallet.key", keyOf("b1"), 0o600);

      const { config } = await load({ ...CONFIG, wallet: { type: "file", value: "wallet.key" } });

      expect(config.wallet?.reveal()).to.equal(keyOf("b1"));
      expect(config.journal.dir).to.equal(join(dir, "journal"));
    });

    it("lists every secret for the log filter, and shows none when printed", async () => {
      const { config, secrets } = await load(CONFIG);

      expect(secrets).to.include.members([keyOf("a1"), keyOf("a2"), "https://backup.example/v2/SECRETKEY"]);
      const printed = [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.wallet}`].join("\n");
      expect(secrets.filter((secret) => printed.includes(secret))).to.deep.equal([]);
    });

    it("holds no key when it observes, and does not even read them", async () => {
      const { config } = await load({
        ...CONFIG,
        mode: "observe",
        wallet: fromEnv("NOT_SET"),
        operatorKeys: [fromEnv("NOR_THIS")],
      });

      expect([config.wallet, config.operatorKeys]).to.deep.equal([null, []]);
    });

    it("warns of a secret file that others can read", async () => {
      await writeSecret("wallet.key", keyOf("b1"), 0o644);

      const { warnings } = await load({ ...CONFIG, wallet: { type: "file", value: "wallet.key" } });

      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/^wallet: .*chmod 600/);
    });
  });

  describe("when the file cannot be read", () => {
    it("says which one, and how to name another", async () => {
      const failure = await failureOf(loadConfig(join(dir, "none.json"), {}));

      expect(failure.code).to.equal("CRD-101");
      expect(failure.message).to.contain("none.json").and.to.contain("--config");
    });

    it("says where the JSON breaks, without quoting what stands there", async () => {
      const failure = await failureOf(loadText(`{"wallet": {"type": "plain", "value": "${keyOf("a1")} }`));

      expect(failure.code).to.equal("CRD-101");
      expect(failure.message).to.contain("is not JSON");
      expect(failure.message).to.not.contain("a1a1");
    });
  });

  describe("when the file has faults", () => {
    const faulty: readonly { why: string; file: unknown; paths: readonly string[] }[] = [
      { why: "an unknown key", file: { ...CONFIG, modus: 1 }, paths: ["modus"] },
      { why: "an unknown key in a chain", file: withChainA({ rpcUrl: "x" }), paths: ["chains.chain-a.rpcUrl"] },
      { why: "a missing field", file: { ...CONFIG, meshId: undefined }, paths: ["meshId"] },
      {
        why: "everything missing",
        file: {},
        paths: ["chains", "journal", "meshId", "mode", "name", "network", "redis"],
      },
      { why: "not an object", file: [], paths: [""] },
      { why: "an address that is too short", file: withChainA({ hub: "0x12" }), paths: ["chains.chain-a.hub"] },
      {
        why: "an address whose checksum is wrong",
        file: withChainA({ hub: "0x52908400098527886E0F7030069857D2E4169Ee7" }),
        paths: ["chains.chain-a.hub"],
      },
      {
        why: "numbers out of bounds",
        file: withChainA({ pollMs: 1, maxLogRange: 0 }),
        paths: ["chains.chain-a.maxLogRange", "chains.chain-a.pollMs"],
      },
      {
        why: "a finality that is neither",
        file: withChainA({ finality: { tag: "finalized", depth: 3 } }),
        paths: ["chains.chain-a.finality"],
      },
      { why: "one chain alone", file: { ...CONFIG, chains: { "chain-a": CHAIN_A } }, paths: ["chains"] },
      { why: "no RPC URL", file: withChainA({ rpcUrls: [] }), paths: ["chains.chain-a.rpcUrls"] },
      {
        why: "a lease renewal as long as a provisional life",
        file: { ...CONFIG, policy: { mirror: { renewBelowSeconds: 600 } } },
        paths: ["policy.mirror.renewBelowSeconds"],
      },
      {
        why: "a prefix without braces",
        file: { ...CONFIG, redis: { ...CONFIG.redis, prefix: "cordon" } },
        paths: ["redis.prefix"],
      },
      { why: "an endpoint id used twice", file: withChainB({ eid: 50_901 }), paths: ["chains.chain-b.eid"] },
      { why: "a chain id used twice", file: withChainB({ chainId: 31_000 }), paths: ["chains.chain-b.chainId"] },
      {
        why: "a chain's name in capitals",
        file: { ...CONFIG, chains: { A: CHAIN_A, b: CHAIN_B } },
        paths: ["chains.A"],
      },
      { why: "no wallet to tighten with", file: { ...CONFIG, wallet: undefined }, paths: ["wallet"] },
      { why: "no operator key to tighten with", file: { ...CONFIG, operatorKeys: [] }, paths: ["operatorKeys"] },
      { why: "a wallet that is no key", file: { ...CONFIG, wallet: plain("0x1234") }, paths: ["wallet"] },
      { why: "a key that is not on the curve", file: { ...CONFIG, wallet: plain(keyOf("ff")) }, paths: ["wallet"] },
      {
        why: "an operator key that is the wallet's",
        file: { ...CONFIG, operatorKeys: [plain("A1".repeat(32))] },
        paths: ["operatorKeys.0"],
      },
      {
        why: "an operator key used twice",
        file: { ...CONFIG, operatorKeys: [plain(keyOf("a2")), plain(keyOf("a2"))] },
        paths: ["operatorKeys.1"],
      },
      {
        why: "a URL of another kind",
        file: withChainA({ rpcUrls: [plain("ws://x.example")] }),
        paths: ["chains.chain-a.rpcUrls.0"],
      },
      {
        why: "the same URL twice",
        file: withChainB({ rpcUrls: CHAIN_A?.rpcUrls.slice(0, 1) }),
        paths: ["chains.chain-b.rpcUrls.0"],
      },
      { why: "a variable that is not set", file: { ...CONFIG, wallet: fromEnv("NOT_SET") }, paths: ["wallet"] },
      {
        why: "a file that is not there",
        file: { ...CONFIG, wallet: { type: "file", value: "none.key" } },
        paths: ["wallet"],
      },
      {
        why: "a reference of an unknown type",
        file: { ...CONFIG, wallet: { type: "vault", value: "x" } },
        paths: ["wallet.type"],
      },
    ];

    for (const { why, file, paths } of faulty) {
      it(`names the path: ${why}`, async () => {
        const failure = await failureOf(load(file));

        expect([failure.code, failure.fate]).to.deep.equal(["CRD-100", "halt"]);
        expect((failure.facts["paths"] as string[]).toSorted()).to.deep.equal(paths);
        for (const path of paths) expect(failure.message).to.contain(`  ${path === "" ? "(whole file)" : path}: `);
      });
    }

    it("reports faults of every kind together, in order", async () => {
      const failure = await failureOf(
        load({ ...withChainB({ eid: 50_901, hub: 7 }), wallet: fromEnv("NOT_SET"), extra: 1, name: undefined }),
      );

      expect(
        failure.message
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(":")[0]),
      ).to.deep.equal(["chains.chain-b.eid", "chains.chain-b.hub", "extra", "name", "wallet"]);
      expect(failure.message).to.contain("has 5 faults");
    });

    it("says what to write instead", async () => {
      const failure = await failureOf(load({ ...CONFIG, mode: "fast", meshId: undefined }));

      expect(failure.message).to.contain('mode: must be "observe", "shadow", "tighten-only" or "full"');
      expect(failure.message).to.contain("meshId: is missing; write the mesh id");
    });

    it("refuses plain secrets outside a devnet, each of them", async () => {
      const failure = await failureOf(load({ ...CONFIG, network: "live" }));

      expect(failure.facts["paths"]).to.have.length(8);
      expect(failure.message).to.contain("devnet only");
    });

    it("never shows a secret", async () => {
      const failure = await failureOf(
        load({
          ...withChainA({
            rpcUrls: [plain("http://x.example/SECRETKEY"), plain("http://x.example/SECRETKEY"), plain("SECRETKEY")],
          }),
          wallet: plain(keyOf("a2")),
        }),
      );

      expect(`${failure.message}${JSON.stringify(failure.facts)}${failure.stack}`).to.not.match(/SECRETKEY|a2a2/);
    });

    it("finds a chain that is written twice, which JSON alone would hide", async () => {
      const text = JSON.stringify(CONFIG).replace('"chain-b":', '"chain-a":{},"chain-b":');

      const failure = await failureOf(loadText(text));

      expect(failure.facts["paths"]).to.include("chains.chain-a");
      expect(failure.message).to.contain("written twice");
    });
  });

  function load(file: unknown, env: Record<string, string> = {}): Promise<LoadedConfig> {
    return loadText(JSON.stringify(file), env);
  }

  async function loadText(text: string, env: Record<string, string> = {}): Promise<LoadedConfig> {
    const path = join(dir, "relayer.json");
    await writeFile(path, text);
    return loadConfig(path, env);
  }

  async function writeSecret(name: string, text: string, mode: number): Promise<void> {
    await writeFile(join(dir, name), `${text}\n`);
    await chmod(join(dir, name), mode);
  }
});

function withChainA(differs: object): object {
  return { ...CONFIG, chains: { "chain-a": { ...CHAIN_A, ...differs }, "chain-b": CHAIN_B } };
}

function withChainB(differs: object): object {
  return { ...CONFIG, chains: { "chain-a": CHAIN_A, "chain-b": { ...CHAIN_B, ...differs } } };
}
