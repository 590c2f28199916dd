/** The layering of docs/architecture.md, as a test. Part of `npm run check`. */
const inside = (layer) => `^relayer/${layer}/`;

module.exports = {
  forbidden: [
    {
      name: "domain-is-pure",
      comment: "The domain decides; it never waits, reads, logs or asks the time.",
      severity: "error",
      from: { path: inside("domain") },
      to: { pathNot: inside("domain") },
    },
    {
      name: "ports-name-domain-types-only",
      comment: "A port says what is needed in our words, not what a library offers.",
      severity: "error",
      from: { path: inside("ports") },
      to: { pathNot: [inside("ports"), inside("domain")] },
    },
    {
      name: "app-sees-no-adapter",
      comment: "Use cases talk to ports, so each can be tested with fakes.",
      severity: "error",
      from: { path: inside("app") },
      to: { path: inside("adapters") },
    },
    {
      name: "adapters-do-not-see-each-other",
      comment: "Two adapters that know each other are one adapter.",
      severity: "error",
      from: { path: "^relayer/adapters/([^/]+)/" },
      to: { path: inside("adapters"), pathNot: "^relayer/adapters/$1/" },
    },
    {
      name: "relayer-stands-alone",
      comment: "What runs at an operator's knows nothing of the local network, of deployment or of tests.",
      severity: "error",
      from: { path: "^relayer/" },
      to: { path: "^(localnet|deployments|test|scripts)/" },
    },
    {
      name: "nothing-ships-a-test",
      comment: "Test doubles stay in tests.",
      severity: "error",
      from: { path: "^(localnet|deployments|scripts)/" },
      to: { path: "^test/" },
    },
    {
      name: "only-main-builds",
      comment: "Nothing imports a composition root.",
      severity: "error",
      from: {},
      to: { path: "^(relayer|deployments|localnet|localnet/demo)/main\\.ts$" },
    },
    {
      name: "wiring-is-for-main",
      comment: "What builds a relayer is asked for by its composition root alone.",
      severity: "error",
      from: { pathNot: ["^relayer/main\\.ts$", inside("wiring")] },
      to: { path: inside("wiring") },
    },
    {
      name: "no-cycles",
      comment: "A cycle is one module in two files.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
