import { expect } from "chai";
import type { z } from "zod";

import { keccakHasher } from "../../../relayer/adapters/evm/hasher.ts";
import { convergenceVerb } from "../../../relayer/cli/convergence.ts";
import { diffVerb } from "../../../relayer/cli/diff.ts";
import type { AskPage } from "../../../relayer/cli/pages.ts";
import { queryVerb } from "../../../relayer/cli/query.ts";
import { replayVerb } from "../../../relayer/cli/replay.ts";
import { statusVerb } from "../../../relayer/cli/status.ts";
import type { Verb } from "../../../relayer/cli/verb.ts";
import { verifyVerb } from "../../../relayer/cli/verify.ts";
import { RelayerError } from "../../../relayer/errors.ts";
import { runVerb } from "../../../relayer/verbs.ts";
import { failureOf } from "../../support/failure-of.ts";
import { FakeMesh, MIRROR } from "../../support/fake-mesh.ts";

/** Runs a verb and keeps what it prints. */
async function run(verb: Verb, ...args: string[]) {
  const printed = { out: "", err: "" };
  const code = await verb(args, { out: (text) => (printed.out += text), err: (text) => (printed.err += text) });
  return { code, ...printed };
}

describe("operators' verbs", () => {
  let mesh: FakeMesh;

  before(async () => {
    mesh = new FakeMesh();
    mesh.balances = [10n, 3n, 8n];
    await mesh.start();
    mesh.trip(mesh.chain(0));
    await mesh.run(5_000);
  });

  after(() => mesh.stop());

  /** Pages as the server would print them. */
  const ask: AskPage = (path, schema) => {
    const status = mesh.status!;
    const pages: Record<string, () => unknown> = {
      "/status": () => ({ chains: status.chains() }),
      "/ready": () => status.ready(),
      "/v1/readiness": () => status.readiness(),
      "/v1/deployments": () => ({ deployments: status.deployments() }),
      "/v1/convergence": () => status.convergence(),
      "/v1/actions": () => ({ actions: status.actions() }),
      "/v1/exposure": () => ({ exposure: status.exposure() }),
      "/v1/incidents": () => ({ incidents: status.incidents() }),
      "/v1/nonces": () => ({ nonces: status.nonces() }),
    };
    return Promise.resolve(schema.parse(JSON.parse(JSON.stringify(pages[path]?.()))) as z.output<typeof schema>);
  };
  const pages = () => Promise.resolve(ask);
  const journal = { append: () => Promise.resolve(), close: () => Promise.resolve(), replay: () => replayed() };
  const replayed = () => ReadableStream.from(mesh.journal.entries);

  describe("status", () => {
    it("prints chains, components and halt readiness, or one JSON object", async () => {
      const { code, out } = await run(statusVerb(pages));
      const asJson = await run(statusVerb(pages), "--json");

      expect(code).to.equal(0);
      expect(out).to.match(/^chain +eid +head +final/);
      expect(out).to.contain("chain-50902").and.to.contain("halt readiness 1.00, halts left 1");
      expect(JSON.parse(asJson.out)).to.have.keys(["chains", "ready", "readiness"]);
    });

    it("ends with 3 when a component is not ready", async () => {
      const notReady: AskPage = async (path, schema) => {
        const page = await ask(path, schema);
        return path === "/ready" ? ({ ...(page as object), isReady: false } as never) : page;
      };

      expect((await run(statusVerb(() => Promise.resolve(notReady)))).code).to.equal(3);
    });
  });

  describe("diff and convergence", () => {
    it("name what is not the same everywhere, and end with 3", async () => {
      // The direct path backdates what is not final yet: words differ until they are reconciled.
      const diff = await run(diffVerb(pages));
      const convergence = await run(convergenceVerb(pages));

      expect([diff.code, convergence.code]).to.deep.equal([3, 3]);
      expect(
        diff.out
          .split("\n")
          .slice(1, 4)
          .map((line) => line.split(/ +/).slice(0, 3)),
      ).to.deep.equal(mesh.chains.map(({ name }) => ["1", name, "halted/m4"]));
      expect(convergence.out).to.match(/apart\n$/);
    });
  });

  describe("query", () => {
    it("prints each list as a table and as JSON", async () => {
      const incidents = await run(queryVerb(pages), "incidents");
      const nonces = await run(queryVerb(pages), "nonces", "--json");
      const pending = await run(queryVerb(pages), "pending");

      expect(incidents.out).to.contain("inc-50901-").and.to.contain("halted/m4");
      expect((JSON.parse(nonces.out) as { haltsLeft: number }[]).map(({ haltsLeft }) => haltsLeft)).to.deep.equal([
        5, 1, 4,
      ]);
      expect(pending.out).to.equal("action  kind  eid  deadline  sent\n");
      expect((await run(queryVerb(pages), "exposure")).code).to.equal(0);
      expect((await run(queryVerb(pages), "oldest")).code).to.equal(0);
    });

    it("ends with 2 for what there is no list of", async () => {
      const { code, err } = await run(queryVerb(pages), "weather");

      expect(code).to.equal(2);
      expect(err).to.contain("pending, oldest, exposure, incidents, nonces");
    });
  });

  describe("replay", () => {
    const ports = { openJournal: () => Promise.resolve(journal), hasher: keccakHasher };

    it("tells an incident and its decisions, twice the same bytes", async () => {
      const id = mesh.status?.incidents()[0]?.id ?? "";
      const first = await run(replayVerb(ports), "-c", "x", "--incident", id);
      const second = await run(replayVerb(ports), "-c", "x", "--incident", id);

      expect(first.code).to.equal(0);
      expect(first.out)
        .to.contain(`${id}  chain 50901  market 1`)
        .and.to.match(/0x[0-9a-f]{64} {2}same\n/);
      expect(second).to.deep.equal(first);
    });

    it("chooses by time, and ends with 3 for an incident that is not there", async () => {
      const later = await run(replayVerb(ports), "-c", "x", "--from", "2999-01-01T00:00:00Z");
      const nothing = await run(replayVerb(ports), "-c", "x", "--incident", "inc-0-0");
      const noTime = await run(replayVerb(ports), "-c", "x", "--from", "yesterday");

      expect(later).to.deep.equal({ code: 0, out: "", err: "" });
      expect([nothing.code, noTime.code]).to.deep.equal([3, 2]);
    });

    it("refuses a journal that is broken", async () => {
      const broken = new RelayerError("JOURNAL_BROKEN", "line 3");
      const openJournal = () => Promise.resolve({ ...journal, replay: () => failing(broken) });

      expect((await failureOf(run(replayVerb({ ...ports, openJournal }), "-c", "x"))).name).to.equal("JOURNAL_BROKEN");
    });
  });

  describe("verify", () => {
    const open = () =>
      Promise.resolve({
        rules: { mirror: MIRROR },
        journal,
        connect: () => ({
          chains: new Map(mesh.chains.map((chain) => [chain.eid, chain])),
          venues: new Map(),
          hasher: keccakHasher,
          signal: new AbortController().signal,
        }),
        close: () => Promise.resolve(),
      });
    const verb = verifyVerb({ open, hasher: keccakHasher });

    it("finds a decision by the beginning of its hash, and ends with 0 when it is the same", async () => {
      const [hash = ""] = mesh.status?.incidents()[0]?.decisions ?? [];
      const { code, out } = await run(verb, "-c", "x", "--decision", hash.slice(0, 12));

      expect([code, out]).to.deep.equal([0, `${hash}  same, byte for byte\n`]);
    });

    it("says what is wrong with what it was asked", async () => {
      const unknown = await failureOf(run(verb, "-c", "x", "--decision", "0xffffffff"));
      const noFile = await failureOf(run(verb, "-c", "x", "--decision", "/nowhere/decision.json"));
      const badRpc = await run(verb, "-c", "x", "--decision", "0xffff", "--rpc", "here");

      expect([unknown.name, noFile.name, badRpc.code]).to.deep.equal(["DECISION_INVALID", "DECISION_INVALID", 2]);
    });
  });

  describe("all of them", () => {
    it("show help with 0, and name a mistake with 2", async () => {
      const print = { out: () => undefined, err: () => undefined };
      for (const name of ["status", "diff", "query", "convergence", "replay", "verify"]) {
        expect(await runVerb([name, "--help"], print), name).to.equal(0);
        expect(await runVerb([name, "--nonsense"], print), name).to.equal(2);
      }
      expect(await runVerb(["--config", "x"], print)).to.equal(null);
      expect(await runVerb(["constructor"], print)).to.equal(null);
    });

    it("end with 75 where no relayer answers", async () => {
      let said = "";
      const print = { out: () => undefined, err: (text: string) => void (said += text) };

      expect(await runVerb(["status", "--url", "http://127.0.0.1:9/?key=SECRETKEY"], print)).to.equal(75);
      expect(said).to.contain("CRD-110").and.to.not.contain("SECRETKEY");
    });
  });
});

async function* failing(error: RelayerError): AsyncGenerator<never, void> {
  throw error;
}
