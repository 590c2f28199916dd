import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { computeAddress } from "ethers";
import { expect } from "chai";

import { loadConfig } from "../../relayer/config.ts";
import type { ConfigInput } from "../../relayer/config/schema.ts";
import { failureOf } from "../support/failure-of.ts";

const keyOf = (byte: string) => `0x${byte.repeat(32)}`;
const plain = (value: string) => ({ type: "plain", value }) as const;
const peer = (name: string, byte: string, url = `https://${name}.example/SECRETKEY`) => {
  return { name, operator: computeAddress(keyOf(byte)), url: plain(url) };
};
const chain = (of: number) => ({
  eid: 50_901 + of,
  chainId: 31_000 + of,
  hub: `0x${"ab".repeat(20)}`,
  startBlock: 0,
  rpcUrls: [plain(`http://127.0.0.1:${8_545 + of}`)],
});

const CONFIG = {
  name: "node-a",
  mode: "tighten-only",
  meshId: `0x${"c0".repeat(32)}`,
  network: "devnet",
  chains: { "chain-a": chain(0), "chain-b": chain(1) },
  wallet: plain(keyOf("b1")),
  operatorKeys: [plain(keyOf("a1"))],
  quorum: { peers: [peer("node-b", "a2"), peer("node-c", "a3")] },
  redis: { url: plain("redis://127.0.0.1:6379/0") },
  journal: { dir: "journal" },
} satisfies ConfigInput;

describe("loadConfig, of an operators' quorum", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cordon-config-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const load = async (config: unknown) => {
    const file = join(dir, "relayer.json");
    await writeFile(file, JSON.stringify(config));
    return loadConfig(file, {});
  };
  const faultOf = async (config: unknown) => {
    const failure = await failureOf(load(config));
    expect(failure.message).to.not.contain("SECRETKEY");
    return failure.facts["paths"];
  };

  it("names the other nodes, and listens on this machine only unless told otherwise", async () => {
    const { config } = await load(CONFIG);

    expect(config.quorum?.listen).to.deep.equal({ host: "127.0.0.1", port: 8090 });
    expect(config.quorum?.peers.map(({ name, operator }) => [name, operator])).to.deep.equal([
      ["node-b", computeAddress(keyOf("a2")).toLowerCase()],
      ["node-c", computeAddress(keyOf("a3")).toLowerCase()],
    ]);
    expect(config.quorum?.peers[0]?.url.reveal()).to.equal("https://node-b.example/SECRETKEY");
    expect(JSON.stringify(config)).to.not.contain("SECRETKEY");
  });

  it("asks nobody when it observes", async () => {
    const { config } = await load({ ...CONFIG, mode: "observe" });

    expect(config.quorum).to.equal(null);
  });

  it("acts alone without the section", async () => {
    const { quorum: _, ...alone } = CONFIG;

    expect((await load(alone)).config.quorum).to.equal(null);
  });

  const wrong: readonly { what: string; differs: object; paths: readonly string[] }[] = [
    { what: "no peers", differs: { quorum: { peers: [] } }, paths: ["quorum.peers"] },
    {
      what: "two keys on one node",
      differs: { operatorKeys: [plain(keyOf("a1")), plain(keyOf("a4"))] },
      paths: ["operatorKeys"],
    },
    {
      what: "this node among its peers",
      differs: { quorum: { peers: [peer("node-b", "a1")] } },
      paths: ["quorum.peers.0.operator"],
    },
    {
      what: "one operator as two peers",
      differs: { quorum: { peers: [peer("node-b", "a2"), peer("node-c", "a2")] } },
      paths: ["quorum.peers.1.operator"],
    },
    {
      what: "one name for two peers",
      differs: { quorum: { peers: [peer("node-b", "a2"), peer("node-b", "a3", "https://other.example")] } },
      paths: ["quorum.peers.1.name"],
    },
    {
      what: "two peers at one address",
      differs: { quorum: { peers: [peer("node-b", "a2", "http://x:1"), peer("node-c", "a3", "http://x:1")] } },
      paths: ["quorum.peers.1.url"],
    },
    {
      what: "a peer that is no URL",
      differs: { quorum: { peers: [peer("node-b", "a2", "node-b:8090")] } },
      paths: ["quorum.peers.0.url"],
    },
  ];
  for (const { what, differs, paths } of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await faultOf({ ...CONFIG, ...differs })).to.deep.equal(paths);
    });
  }
});
