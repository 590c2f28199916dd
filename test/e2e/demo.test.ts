import { expect } from "chai";
import path from "node:path";

import { waitUntil } from "../../localnet/wait-until.ts";
import { DATA_DIR, type DemoReport, RECORDED, parseReport, startDemo } from "./support/demo-process.ts";
import { PATIENCE_MS, TEST_TIMEOUT_MS } from "./support/scenario.ts";

const CHAINS = ["chain-a", "chain-b", "chain-c"];
const [SOURCE, ...OTHERS] = CHAINS;
const ARGS = ["--json", "--chains", String(CHAINS.length), "--data", RECORDED];
const RECORDED_FROM = Date.UTC(2020, 2, 12, 10, 20) / 1_000;
const RECORDED_TO = Date.UTC(2020, 2, 12, 11, 20) / 1_000;
/** The lowest and the highest price of the recording. */
const PRICES = [5_600, 7_300] as const;
const INTERRUPTED = 130;

/** The whole staircase, up and down, as the recording climbs it. */
const STAGES = [
  "before",
  "during caution/m1",
  "during reduce-only/m2",
  "recovery caution/m2",
  "recovery caution/m1",
  "recovery normal/m1",
  "after",
];

describe("the demo", function () {
  this.timeout(TEST_TIMEOUT_MS);

  describe("when it replays an hour of 12 March 2020 on three chains", () => {
    it("converges, and prints one object that says how", async () => {
      const { exitCode, stdout, stderr, leftovers } = await startDemo(ARGS).ended;

      expect(exitCode, stderr).to.equal(0);
      expect(stdout.trim().split("\n")).to.have.lengthOf(1);
      const report = parseReport(stdout);
      expect(report).to.deep.include({ verdict: "converged", faults: [], seed: 1, data: path.basename(RECORDED) });
      expectSameStory(report);
      for (const { direct, layerzero } of listTimes(report)) {
        expect(direct).to.be.greaterThan(0);
        expect(layerzero).to.be.greaterThan(0);
      }
      const { broadcasts, verifications, commits, executions, directives } = report.transactions;
      const packets = broadcasts * OTHERS.length;
      expect({ verifications, commits, executions }).to.deep.equal({
        verifications: 2 * packets,
        commits: packets,
        executions: packets,
      });
      expect(directives).to.be.at.least(report.trips.length * OTHERS.length);
      expect(leftovers).to.deep.equal([]);
    });

    it("converges by the direct path alone when LayerZero delivers nothing", async () => {
      const { exitCode, stdout, stderr, leftovers } = await startDemo([...ARGS, "--fault", "withhold"]).ended;

      expect(exitCode, stderr).to.equal(0);
      const report = parseReport(stdout);
      expect(report).to.deep.include({ verdict: "converged", faults: ["withhold"] });
      expectSameStory(report);
      for (const { direct, layerzero } of listTimes(report)) {
        expect(direct).to.be.greaterThan(0);
        expect(layerzero).to.equal(null);
      }
      const { broadcasts, verifications, commits, executions } = report.transactions;
      expect({ verifications, commits, executions }).to.deep.equal({
        verifications: broadcasts * OTHERS.length,
        commits: 0,
        executions: 0,
      });
      expect(leftovers).to.deep.equal([]);
    });
  });

  describe("when it is interrupted", () => {
    it("ends with what it started", async () => {
      const demo = startDemo(ARGS);
      await waitUntil(() => demo.stderr().includes("feeding"), {
        what: "the replay to begin",
        timeoutMs: PATIENCE_MS,
        giveUp: () => expect(demo.child.exitCode, demo.stderr()).to.equal(null),
      });

      demo.child.kill("SIGINT");
      const { exitCode, stdout, leftovers } = await demo.ended;

      expect({ exitCode, stdout, leftovers }).to.deep.equal({ exitCode: INTERRUPTED, stdout: "", leftovers: [] });
    });
  });

  describe("when it is told something wrong", () => {
    const cases = [
      { why: "an unknown fault", args: ["--fault", "gremlins"], code: 2, says: /no fault "gremlins".*withhold/ },
      { why: "one chain", args: ["--chains", "1"], code: 2, says: /--chains.*from 2 to 20/ },
      { why: "an unknown option", args: ["--turbo"], code: 2, says: /unknown option '--turbo'/ },
      { why: "no such file", args: ["--data", "nowhere.csv"], code: 78, says: /nowhere\.csv.*Give --data/ },
      {
        why: "a file of something else",
        args: ["--data", path.join(DATA_DIR, "README.md")],
        code: 78,
        says: /README\.md has the columns.*It needs ts_ms/,
      },
    ];
    for (const { why, args, code, says } of cases) {
      it(`says so in one line, ends with code ${code} and has started nothing: ${why}`, async () => {
        const { exitCode, stdout, stderr, leftovers } = await startDemo(["--json", ...args]).ended;

        expect(exitCode).to.equal(code);
        expect(stderr.trim().split("\n")).to.have.lengthOf(1);
        expect(stderr).to.match(says);
        expect({ stdout, leftovers }).to.deep.equal({ stdout: "", leftovers: [] });
      });
    }
  });
});

/** What the recording makes happen, whatever is done to one of the paths. */
function expectSameStory(report: DemoReport): void {
  expect(report.chains.map(({ name }) => name)).to.deep.equal(CHAINS);
  expect(report.trips.map(({ rung, margin }) => `${rung}/${margin}`)).to.deep.equal(["caution/m1", "reduce-only/m2"]);
  for (const { chain, market, price, time } of report.trips) {
    expect({ chain, market }).to.deep.equal({ chain: SOURCE, market: 1 });
    expect(Number(price)).to.be.within(...PRICES);
    expect(time).to.be.within(RECORDED_FROM, RECORDED_TO);
  }
  expect(report.trip).to.include({ chain: SOURCE, market: 1, rung: "reduce-only", margin: "m2" });

  expect(Object.keys(report.digests)).to.deep.equal(STAGES);
  for (const [stage, byChain] of Object.entries(report.digests)) {
    expect(Object.keys(byChain), stage).to.deep.equal(CHAINS);
    expect(new Set(Object.values(byChain)).size, stage).to.equal(1);
  }
  expectHouses(report);
  expect(new Set(Object.values(report.digests).map((byChain) => byChain[SOURCE!])).size).to.be.at.least(3);
  for (const [stage, byChain] of Object.entries(report.postures)) {
    const { rung, margin } = byChain[SOURCE!]!;
    for (const posture of Object.values(byChain)) expect(posture, stage).to.deep.equal({ rung, margin });
    expect(["before", "after"].includes(stage) ? "normal/base" : stage.split(" ")[1]).to.equal(`${rung}/${margin}`);
  }
}

/** Of deposits, what may leave in an hour, by breaker rung: deployments/networks/local.json. */
const WITHDRAWABLE_PPM: Readonly<Record<string, number>> = {
  normal: 1_000_000,
  caution: 200_000,
  "reduce-only": 50_000,
};

/** The real house of every chain, at every stage: what it refused, and what it went on doing. */
function expectHouses(report: DemoReport): void {
  expect(Object.keys(report.houses)).to.deep.equal(STAGES);
  for (const [stage, byChain] of Object.entries(report.houses)) {
    const { rung } = report.postures[stage]![SOURCE!]!;
    const answer = {
      opens: rung !== "reduce-only",
      closes: true,
      deposits: true,
      withdrawablePpm: WITHDRAWABLE_PPM[rung],
    };
    expect(byChain, stage).to.deep.equal(Object.fromEntries(CHAINS.map((chain) => [chain, answer])));
  }
}

/** Of every trip and of every other chain. */
function listTimes(report: DemoReport): readonly { direct: number | null; layerzero: number | null }[] {
  for (const { timeToTightenMs } of [report, ...report.trips]) {
    expect(Object.keys(timeToTightenMs)).to.deep.equal(OTHERS);
  }
  return [report, ...report.trips].flatMap(({ timeToTightenMs }) => Object.values(timeToTightenMs));
}
