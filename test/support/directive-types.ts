/** What an operator signs of a directive, as EIP-712 describes it. */
export const DIRECTIVE_TYPES = {
  Directive: [
    { name: "decision", type: "bytes32" },
    { name: "deadline", type: "uint64" },
    { name: "entries", type: "bytes" },
  ],
};
