import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/node_modules", ".rehearsal", ".state", "apps/backend", "jest.config.js", "eslint.config.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An Output printed into a string is a bug that types do not catch.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // It does not end on recursive types such as JSON's.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A method may be async because its interface is.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Resources are registered by construction.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 12],
    },
  },
  {
    // Jest types its matchers (`expect.any`) as any.
    files: ["tests/**"],
    rules: { "@typescript-eslint/no-unsafe-assignment": "off" },
  },
);
