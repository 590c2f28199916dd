import tseslint from "typescript-eslint";

/** What the domain must not reach for: dependency-cruiser sees imports, not globals. */
const IMPURE_GLOBALS = [
  "Date",
  "process",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "fetch",
  "performance",
  "crypto",
];

export default tseslint.config(
  { ignores: ["node_modules/", "artifacts/", "cache/", ".cache/", ".local/", "coverage/"] },
  ...tseslint.configs.strict,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", ".dependency-cruiser.cjs"] } },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "ThrowStatement > Literal", message: "Throw a typed error, never a string." },
      ],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 80, IIFEs: true }],
      "max-depth": ["error", 3],
      "max-params": ["error", 4],
      eqeqeq: "error",
    },
  },
  {
    files: ["relayer/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ThrowStatement > Literal", message: "Throw a typed error, never a string." },
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: "Throw a RelayerError with a code and a fate.",
        },
      ],
    },
  },
  {
    files: ["relayer/domain/**"],
    rules: {
      "no-restricted-globals": ["error", ...IMPURE_GLOBALS],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "The domain is deterministic." },
      ],
    },
  },
  {
    files: ["test/**"],
    rules: {
      "max-lines": ["error", 600],
      // A describe block is a list of cases, not a function.
      "max-lines-per-function": "off",
      // chai asserts by property: expect(x).to.be.true.
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["*.js", "*.cjs"], ...tseslint.configs.disableTypeChecked },
);
