import { concat } from "ethers";
import { startGasWorld, stopGasWorld, OPERATORS, HALT } from "./gas/world.ts";
import { send, MESH_START_SECONDS } from "../support/layerzero-mesh.ts";
import { MESH_ID } from "../support/in-process-hub.ts";
const DOMAIN = { name: "Cordon", version: "1", salt: MESH_ID };
const TYPES = { Directive: [ { name: "decision", type: "bytes32" }, { name: "deadline", type: "uint64" }, { name: "entries", type: "bytes" } ] };
describe("trace", function () { this.timeout(100000);
  it("x", async () => {
    const w = await startGasWorld(false); const { hub, provider } = w.home;
    const AT = MESH_START_SECONDS + 1000;
    const e = "0x01" + "00000000" + Array(7).fill(AT.toString(16).padStart(8, "0")).join("");
    const d = { decision: `0x${"d1".repeat(32)}`, deadline: AT + 900, entries: e };
    const sigs = concat(await Promise.all(OPERATORS.slice(0, 3).map((o) => o.signTypedData(DOMAIN, TYPES, d))));
    const hubAddr = (await hub.getAddress()).toLowerCase();
    const trace = async (hash: string, depth: number) => {
      const t: any = await provider.send("debug_traceTransaction", [hash, { disableMemory: true, disableStorage: true, disableStack: true }]);
      const by: Record<string, [number, number]> = {}; let total = 0;
      for (const s of t.structLogs) { if (s.depth !== depth) continue; const k = s.op; by[k] ??= [0, 0]; by[k][0]++; by[k][1] += Number(s.gasCost); total += Number(s.gasCost); }
      console.log("gas", t.gas, "total", total); 
      console.log(Object.entries(by).sort((a, b) => b[1][1] - a[1][1]).slice(0, 30).map(([k, [n, g]]) => `${k} n=${n} g=${g}`).join("\n"));
    };
    provider.setNextBlockTime(AT);
    const r = await send(hub, "submit", [d, sigs]);
    console.log(r.gasUsed); await trace(r.hash, 1);
    const eids = [w.away.eid];
    provider.setNextBlockTime(AT + 10);
    await send(hub, "broadcast", []);
    provider.setNextBlockTime(AT + 100);
    await send(hub, "assertRungs", [0, HALT]);
    const fees = await hub.getFunction("quoteFees").staticCall();
    const b = await send(hub, "broadcastPaying", [[...fees]]);
    console.log(b.gasUsed); await trace(b.hash, 1);
    await stopGasWorld(w);
  });
});
