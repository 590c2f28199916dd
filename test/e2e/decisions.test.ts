import { expect } from "chai";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { HALTED_M3, type TestHub } from "../localnet/support/hubs.ts";
import { runRelayerVerb as relayer } from "./support/relayer-verb.ts";
import { RENEW_SECONDS, type Scenario, TEST_TIMEOUT_MS } from "./support/scenario.ts";
import { useNetwork } from "./support/use-scenario.ts";

describe("decisions on real chains", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let config: string;
  let url: string;
  let journal: string;

  useNetwork("decisions", { chains: 3 }, async (started) => {
    scene = started;
    config = scene.relayer.configFile;
    url = scene.relayer.url ?? "";
    journal = path.join(path.dirname(config), "journal");
    await scene.useFaults(["withhold"]);
    await scene.raiseDirectly(scene.hubs[0] as TestHub, 1, HALTED_M3);
    await scene.finalise();
    await scene.pass(RENEW_SECONDS);
    await scene.settle();
  });

  const decisions = async (): Promise<readonly string[]> => {
    const [{ id } = { id: "" }] = JSON.parse((await relayer("query", "incidents", "--url", url, "--json")).out) as {
      id: string;
    }[];
    const page = await fetch(new URL(`/v1/incidents/${id}`, url));
    return ((await page.json()) as { decisions: string[] }).decisions;
  };

  it("are made again from the chains alone, byte for byte, and not when they were changed (P14)", async () => {
    const hashes = await decisions();
    expect(hashes.length).to.be.greaterThan(0);

    for (const hash of hashes) {
      const verified = await relayer("verify", "-c", config, "--decision", hash);
      expect(verified).to.deep.equal({ code: 0, out: `${hash}  same, byte for byte\n` });
    }

    const page = await fetch(new URL(`/v1/decisions/${hashes[0] ?? ""}`, url));
    const { text } = (await page.json()) as { text: string };
    const file = path.join(path.dirname(config), "decision.json");
    await writeFile(
      file,
      text.replace(/"deadline":(\d+)/, (_, at: string) => `"deadline":${String(Number(at) + 1)}`),
    );
    const forged = await relayer("verify", "-c", config, "--decision", file);
    expect(forged.code).to.equal(3);
    expect(forged.out).to.contain("different").and.to.contain("+ directives");
  });

  it("carry their hash on chain with every directive", async () => {
    const hashes = await decisions();
    const accepted = await Promise.all(
      scene.hubs.slice(1).map(async ({ hub }) => {
        const events = await Promise.all(["Merged", "SoloMerged"].map((name) => hub.queryFilter(name)));
        return events.flat().map(({ topics }) => topics[3]);
      }),
    );

    for (const onChain of accepted) expect(onChain).to.include.members([hashes[0]]);
  });

  it("are replayed from the journal, twice the same bytes, and a journal that was changed is refused", async () => {
    const [first, second] = [await relayer("replay", "-c", config), await relayer("replay", "-c", config)];
    expect(first.code, first.out).to.equal(0);
    expect(first.out)
      .to.match(/^inc-\d+-\d+ {2}chain/)
      .and.to.match(/0x[0-9a-f]{64} {2}same\n/);
    expect(first.out).to.not.contain("different");
    expect(second.out.startsWith(first.out.slice(0, 200))).to.equal(true);

    const name = (await readdir(journal)).toSorted().find((file) => file.endsWith(".jsonl")) ?? "";
    const text = await readFile(path.join(journal, name), "utf8");
    await writeFile(path.join(journal, name), text.replace(/"atMs":(\d)/, '"atMs":9$1'));
    const refused = await relayer("replay", "-c", config);
    expect(refused.code).to.equal(1);
    expect(refused.out).to.contain("CRD-510").and.to.contain("line 2");
  });

  it("show in every verb that asks the running relayer", async () => {
    const status = await relayer("status", "--url", url);
    const convergence = await relayer("convergence", "--url", url, "--json");
    const diff = await relayer("diff", "--url", url);
    const nonces = await relayer("query", "nonces", "--url", url, "--json");

    expect(status.code, status.out).to.equal(0);
    expect(status.out).to.contain("halt readiness 1.00");
    expect([convergence.code, diff.code]).to.deep.equal([0, 0]);
    expect(diff.out).to.equal("3 chains agree\n");
    expect((JSON.parse(nonces.out) as { haltsLeft: number }[]).every(({ haltsLeft }) => haltsLeft > 100)).to.equal(
      true,
    );
  });
});
