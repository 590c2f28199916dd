import { joinInstructionSignatures, type SignedInstruction } from "../../../domain/desk/instruction.ts";
import type { Eid } from "../../../domain/eid.ts";
import type { Hex } from "../../../domain/hex.ts";
import { RelayerError } from "../../../errors.ts";
import type { Desk } from "../../../ports/desk.ts";
import { pinnedRead } from "../pinned-read.ts";
import { isRevert } from "../rpc-error.ts";
import type { RpcPool } from "../rpc-pool.ts";
import type { Submitter } from "../submitter.ts";
import { Count, parseAnswer } from "../wire.ts";
import { deskInterface } from "./desk-abi.ts";
import { instructionStruct } from "./instruction-digest.ts";
import { readDeskReport, readIsUsed } from "./read-desk.ts";

/** A quarter more than was needed when it was tried: the state may have moved by the time it is mined. */
const GAS_MARGIN_PERCENT = 125;

export interface EvmDeskOptions {
  readonly name: string;
  readonly eid: Eid;
  readonly desk: Hex;
  readonly pool: RpcPool;
  /** Null when observing. */
  readonly submitter: Submitter | null;
}

/** A `Desk` on JSON-RPC nodes of an EVM chain. */
export function createEvmDesk({ name, eid, desk, pool, submitter }: EvmDeskOptions): Desk {
  return {
    name,
    eid,
    look: ({ market, operation }, at, signal) =>
      pool.run(
        (session) =>
          pinnedRead(session, at, async (blockTag) => {
            const pinned = { session, blockTag };
            const [report, isUsed] = await Promise.all([
              readDeskReport(pinned, desk, market),
              readIsUsed(pinned, desk, operation),
            ]);
            return { report, isUsed };
          }),
        signal,
      ),
    async submit(signed, signal) {
      if (submitter === null) throw new RelayerError("WALLET_MISSING", `no wallet to send to ${name} from`, { name });
      const data = encode(signed);
      const gasLimit = await tryOut({ pool, name, call: { from: submitter.address, to: desk, data } }, signal);
      return { txHash: await submitter.send({ to: desk, data, gasLimit }, signal) };
    },
  };
}

function encode(signed: SignedInstruction): string {
  const signatures = joinInstructionSignatures(signed);
  return deskInterface.encodeFunctionData("execute", [instructionStruct(signed.instruction), signatures]);
}

interface Trying {
  readonly pool: RpcPool;
  readonly name: string;
  readonly call: { readonly from: Hex; readonly to: Hex; readonly data: string };
}

/** @returns gas that it may take. @throws RelayerError `INSTRUCTION_REFUSED` */
async function tryOut({ pool, name, call }: Trying, signal: AbortSignal): Promise<number> {
  const tried = await pool.run(async (session) => {
    try {
      return parseAnswer(Count, await session.call("eth_estimateGas", [call, "pending"]), "eth_estimateGas");
    } catch (error) {
      // An answer like any other: the node has done nothing wrong.
      if (error instanceof RelayerError && isRevert(error)) return String(error.facts["nodeMessage"]);
      throw error;
    }
  }, signal);
  if (typeof tried === "number") return Math.ceil((tried * GAS_MARGIN_PERCENT) / 100);
  const text = `the desk of ${name} would refuse the instruction: ${tried}`;
  throw new RelayerError("INSTRUCTION_REFUSED", text, { chain: name, nodeMessage: tried });
}
