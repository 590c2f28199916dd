import { expect } from "chai";

import type { AppContext } from "../../../relayer/app/context.ts";
import { passOnReports } from "../../../relayer/app/hub-reports.ts";
import type { Change } from "../../../relayer/app/ledger.ts";
import type { HubEvent } from "../../../relayer/domain/incident/hub-event.ts";
import { EMPTY_WORD } from "../../../relayer/domain/incident/word.ts";
import { EIDS, T0, aWord } from "../../support/builders.ts";
import { FakeLog } from "../../support/fake-log.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";
import { FakeMetrics } from "../../support/fake-metrics.ts";

const [HERE, PEER] = [EIDS[0]!, EIDS[1]!];
const HASH = `0x${"5a".repeat(32)}` as const;

describe("what hubs report of themselves", () => {
  it("is counted by kind and logged with its code, and what is no trouble is not", () => {
    const [metrics, log] = [new FakeMetrics(), new FakeLog()];
    let tell: (change: Change) => void = () => undefined;
    const ledger = { onChange: (listener: typeof tell) => void (tell = listener) };
    passOnReports({ metrics, log, ledger } as unknown as AppContext, () => "chain-a");
    const refused = { srcEid: PEER, path: "layerzero", seq: 3 } as const;
    const events: readonly HubEvent[] = [
      { kind: "config-differs", seq: 1, srcEid: PEER, theirs: HASH, ours: "0x00" },
      { ...refused, kind: "message-refused", refusal: "unknown-version", messageHash: HASH },
      { ...refused, kind: "lanes-refused", market: 1, refusal: "ahead-of-time", lanes: EMPTY_WORD },
      { kind: "heard", seq: 4, srcEid: PEER, srcSeq: 9, isHeartbeat: true },
      { kind: "send-failed", seq: 5, dstEid: PEER, selector: "0x01020304" },
      { kind: "mirror-failed", seq: 6, mirror: "0x77" },
      { kind: "halt-budget-spent", seq: 7, market: 2 },
    ];
    const logged = events.map((event) => ({ blockNumber: 12, blockHash: HASH, logIndex: 0, txHash: HASH, event }));
    const to = { number: 12, hash: HASH, parentHash: HASH, timestamp: 1 };

    tell({ observation: { kind: "blocks-read", eid: HERE, to, isHead: true, events: logged } } as unknown as Change);

    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== "heard");
    expect(metrics.of("hubReported")).to.deep.equal(kinds.map((kind) => ["chain-a", kind]));
    expect(log.messages("warn")).to.deep.equal(kinds.map(() => "hub reports trouble"));
    expect(log.lines[1]?.facts).to.deep.include({
      code: "CRD-213",
      refusal: "unknown-version",
      srcEid: PEER,
      block: 12,
    });
  });

  it("keeps nothing from going on: a hub that refuses lanes is tightened and watched as before", async () => {
    const mesh = new FakeMesh();
    await mesh.start();
    const far = mesh.chain(1);
    const ahead = { srcEid: mesh.chain(0).eid, srcSeq: 1, isHeartbeat: false };
    far.next((hub, time) => hub.receive({ ...ahead, entries: [{ market: 30, word: aWord({ halted: T0 }) }] }, time));
    far.mine();
    mesh.trip(mesh.chain(0));
    await mesh.run(5_000);

    expect(mesh.metrics.of("hubReported").map(([, kind]) => kind)).to.include("lanes-refused");
    expect(mesh.chains.map(({ mined }) => mined.length)).to.deep.equal([0, 1, 1]);
    await mesh.stop();
  });
});
