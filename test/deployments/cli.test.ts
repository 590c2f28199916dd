import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Contract } from "ethers";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { connectionsFile, writeConnections } from "../../deployments/connections.ts";
import { addressOf } from "../../deployments/network-record.ts";
import { placeholderAddress } from "../../deployments/placeholder.ts";
import { type Localnet, startLocalnet } from "../../localnet/start-localnet.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The key of the deployer on a live network: one that is nobody's. */
const KEY = `0x${"5e".repeat(32)}`;
const SECRET_URL = "http://user:passphrase@127.0.0.1:1/v3/apikey";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cordon(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 10_000_000 };
    execFile(process.execPath, ["deployments/main.ts", ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe("the verbs deploy, wire and verify", function () {
  this.timeout(240_000);

  let dir: string;

  before(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "cordon-deployments-"));
  });

  after(() => rmSync(dir, { recursive: true, force: true }));

  describe("on a running local network", () => {
    let localnet: Localnet;
    let record: string;
    const on = (verb: string, ...more: string[]) => cordon([verb, "--network", "local", "--record", record, ...more]);

    before(async () => {
      localnet = await startLocalnet({ chains: 2, relayers: 0, keeper: { isStarted: false }, dir });
      record = path.join(dir, "record.json");
      const plain = (value: string) => ({ type: "plain" as const, value });
      writeConnections(record, {
        deployerKey: plain(localnet.chains[0]!.wallet("deployer").privateKey),
        chains: Object.fromEntries(localnet.chains.map(({ name, rpcUrl }) => [name, plain(rpcUrl)])),
      });
    });

    after(() => localnet.stop());

    it("verify finds nothing, and deploy and wire send nothing, where all is as it should be", async () => {
      const verified = await on("verify");
      const deployed = await on("deploy", "--json");
      const wired = await on("wire", "--json");

      expect(verified).to.deep.equal({ code: 0, stdout: "Everything is as it should be.\n", stderr: "" });
      expect(deployed.code).to.equal(0);
      expect(JSON.parse(deployed.stdout)).to.deep.equal(localnet.record);
      expect(wired.code).to.equal(0);
      expect(JSON.parse(wired.stdout)).to.deep.equal({ network: "local", sent: [], withheld: [] });
      expect(readdirSync(dir)).to.not.include("record.json.lock");
    });

    it("verify prints what differs and ends with 3; wire sets it right", async () => {
      const [chain] = localnet.chains;
      const { abi } = readCompiledContract("hub", "IncidentHub");
      const own = localnet.record.chains[0]!;
      const hub = new Contract(addressOf(own, "IncidentHub"), abi, chain!.wallet("deployer"));
      const stranger = chain!.wallet("user").address;
      await (await hub.getFunction("setOperator").send(stranger, true)).wait();

      const table = await on("verify");
      const json = await on("verify", "--json");
      const plan = await on("wire", "--plan");
      const still = await on("verify", "--json");
      const wired = await on("wire");
      const mended = await on("verify");

      expect(table.code).to.equal(3);
      expect(table.stdout).to.match(/^chain +what +expected +actual\nchain-a +operators +\[0x.*\n\n1 differ\.\n$/s);
      expect(json.code).to.equal(3);
      expect(JSON.parse(json.stdout)).to.have.nested.property("differences[0].what", "operators");
      expect(plan.code).to.equal(0);
      expect(plan.stdout).to.contain(`setOperator(${stranger.toLowerCase()}, false)`).and.to.contain("1, none sent.");
      expect(still.code).to.equal(3);
      expect(wired).to.have.property("code", 0);
      expect(wired.stdout).to.contain("1 sent.");
      expect(mended.code).to.equal(0);
    });

    it("takes turns with another process", async () => {
      writeFileSync(`${record}.lock`, `${process.pid}\n`);

      const refused = await on("wire");
      writeFileSync(`${record}.lock`, "999999999\n");
      const taken = await on("wire");

      expect(refused.code).to.equal(75);
      expect(refused.stderr).to.contain(`Process ${process.pid} is already at work`);
      expect(taken.code).to.equal(0);
    });

    it("names the chain that does not answer", async () => {
      const plain = (value: string) => ({ type: "plain" as const, value });
      const copy = path.join(dir, "unreachable.json");
      writeFileSync(copy, JSON.stringify(localnet.record));
      const chains = { "chain-a": plain("http://127.0.0.1:1"), "chain-b": plain(localnet.chains[1]!.rpcUrl) };
      writeConnections(copy, { deployerKey: plain(KEY), chains });

      const { code, stdout } = await cordon(["verify", "--network", "local", "--record", copy, "--json"]);

      expect(connectionsFile(copy)).to.equal(path.join(dir, "unreachable.connections.json"));
      expect(code).to.equal(3);
      const { differences } = JSON.parse(stdout) as { differences: { chain: string; what: string }[] };
      expect(differences.map(({ chain, what }) => `${chain}: ${what}`)).to.deep.equal(["chain-a: connection"]);
    });
  });

  describe("for a live network", () => {
    it("plan without a key, a node or the network's people, and send nothing", async () => {
      const offline = { CORDON_DEPLOYER_KEY: "", CORDON_RPC_SEPOLIA: "" };
      const table = await cordon(["deploy", "--network", "testnet", "--plan"], offline);
      const json = await cordon(["deploy", "--network", "testnet", "--plan", "--json"], offline);

      expect(table.code).to.equal(0);
      expect(table.stdout).to.match(
        /create +PriceBandSensor +<ethereum-sepolia\/IncidentHub>, <ethereum-sepolia\/Price/,
      );
      expect(table.stdout).to.match(
        /send +<avalanche-fuji\/IncidentHub> +setPeer\(40161, <ethereum-sepolia\/IncidentHub>\)/,
      );
      expect(table.stdout).to.match(/\d+ contracts and \d+ transactions after them\. Nothing was sent\.\n$/);
      const { chains } = JSON.parse(json.stdout) as { chains: { chain: string; creates: { name: string }[] }[] };
      expect(chains.map(({ chain }) => chain)).to.have.lengthOf(4);
      // Nothing of a devnet goes there.
      expect(chains.flatMap(({ creates }) => creates.map(({ name }) => name))).to.not.include.members(["GuardedVenue"]);
      expect(chains[0]!.creates.map(({ name }) => name)).to.include("IncidentHub");
    });

    it("refuse to deploy for people who are not named", async () => {
      const { code, stderr } = await cordon(["deploy", "--network", "testnet"]);

      expect(code).to.equal(78);
      expect(stderr).to.match(
        /placeholders that nobody has the key of: operators\.0, .*council\.members\.2, .*governance\.root/,
      );
      expect(placeholderAddress("testnet", "owner")).to.match(/^0x[0-9a-fA-F]{40}$/);
    });

    it("name the variable that is not set, and never show one that is", async () => {
      const record = path.join(dir, "testnet.json");
      writeFileSync(record, JSON.stringify({ ...EMPTY_RECORD }));
      const run = (env: NodeJS.ProcessEnv) => cordon(["verify", "--network", "testnet", "--record", record], env);
      const unset = Object.fromEntries(RPC_VARIABLES.map((name) => [name, ""]));
      const set = Object.fromEntries(RPC_VARIABLES.map((name) => [name, SECRET_URL]));

      const missing = await run(unset);
      const wrong = await run({ ...set, CORDON_RPC_FUJI: "passphrase" });
      const unreachable = await run(set);

      expect(missing.code).to.equal(78);
      expect(missing.stderr).to.match(
        /chains\.ethereum-sepolia\.rpcUrl: environment variable CORDON_RPC_SEPOLIA is not set/,
      );
      expect(wrong.stderr).to.match(/chains\.avalanche-fuji\.rpcUrl: is no HTTP URL/);
      expect(unreachable.code).to.equal(3);
      for (const { stdout, stderr } of [missing, wrong, unreachable]) {
        expect(stdout + stderr).to.not.match(/passphrase|apikey/);
      }
    });
  });

  describe("help and mistakes", () => {
    for (const verb of ["deploy", "wire", "verify"]) {
      it(`${verb} explains itself and its exit codes`, async () => {
        const { code, stdout } = await cordon([verb, "--help"]);

        expect(code).to.equal(0);
        expect(stdout).to.contain("--network <name>").and.to.contain("--json").and.to.contain("Exit codes:");
        expect(stdout.includes("--plan")).to.equal(verb !== "verify");
      });

      it(`${verb} without a network is a mistake of usage`, async () => {
        const { code, stderr } = await cordon([verb]);

        expect(code).to.equal(2);
        expect(stderr).to.contain("--network");
      });
    }

    it("a network that was not deployed is said to be so", async () => {
      const { code, stderr } = await cordon(["verify", "--network", "local", "--record", path.join(dir, "none.json")]);

      expect(code).to.equal(78);
      expect(stderr).to.contain('There is no record of "local"').and.to.contain("./cordon deploy");
    });

    it("a network that there is not names the file", async () => {
      const { code, stderr } = await cordon(["deploy", "--network", "nowhere", "--plan"]);

      expect(code).to.equal(78);
      expect(stderr).to.match(/networks\/nowhere\.json cannot be read/);
    });
  });
});

const RPC_VARIABLES = [
  "CORDON_RPC_SEPOLIA",
  "CORDON_RPC_ARBITRUM_SEPOLIA",
  "CORDON_RPC_OPTIMISM_SEPOLIA",
  "CORDON_RPC_FUJI",
];

const CALM = { breaker: "caution", margin: "m1" };
const EMPTY_RECORD = {
  version: 1,
  network: "testnet",
  meshId: `0x${"11".repeat(32)}`,
  leases: { caution: 43_200, reduceOnly: 10_800, halted: 3_600, m1: 86_400, m2: 28_800, m3: 10_800, m4: 3_600 },
  limits: { peerCeiling: CALM, soloCeiling: CALM, quorumCeiling: CALM, quorum: 2 },
  operators: [],
  chains: [],
};
