import { type ContractReader } from "./contract-reader.ts";
import { type FactGroup, type Stage, type Step, equalEach, pickEach, sameSet, write } from "./fact.ts";
import { listOf } from "./hub-facts.ts";
import { pack } from "./pack.ts";

export interface StructFact {
  readonly stage: Stage;
  /** What the fields are called in a difference: this and their names. */
  readonly prefix: string;
  readonly fields: object;
  readonly contract: ContractReader;
  /** View and leading arguments that return the struct. */
  readonly view: readonly [string, ...unknown[]];
  /** Setter and leading arguments; left out where nothing sets it any more. */
  readonly setter?: readonly [string, ...unknown[]];
  readonly holdsAtCreation?: boolean;
}

/** A struct of parameters that one view returns and one setter takes whole. */
export function structFact(fact: StructFact): FactGroup {
  const { stage, prefix, contract, view, setter, holdsAtCreation = false } = fact;
  const fields = pack(fact.fields);
  const [method, ...keys] = view;
  const group: FactGroup = {
    stage,
    holdsAtCreation,
    expected: equalEach(prefix, fields),
    read: async () => pickEach(prefix, fields, await contract.ask(method, ...keys)),
  };
  if (setter === undefined) return group;
  const [set, ...leading] = setter;
  return { ...group, mend: () => [contract.step(set, ...leading, fields)] };
}

export interface ListFact {
  readonly stage: Stage;
  readonly what: string;
  readonly expected: readonly string[];
  readonly contract: ContractReader;
  readonly view: string;
  /** Takes one of the list, and whether it shall be in it. */
  readonly setter: string;
}

/** A list of addresses that one setter adds to and takes from. What should not be there goes first, to make room. */
export function listFact({ stage, what, expected, contract, view, setter }: ListFact): FactGroup {
  return {
    stage,
    expected: { [what]: sameSet(expected) },
    read: async () => ({ [what]: await contract.ask(view) }),
    mend({ actual }): Step[] {
      const there = listOf(actual[what]);
      const wanted = expected.map(write);
      return [
        ...there.filter((one) => !wanted.includes(one)).map((one) => contract.step(setter, one, false)),
        ...wanted.filter((one) => !there.includes(one)).map((one) => contract.step(setter, one, true)),
      ];
    },
  };
}
