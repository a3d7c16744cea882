import { editorSchema, referencePage } from "../../components/config";
import { expectGolden } from "../support/golden";

test("docs/configuration.md is what the schema says", () => {
  expectGolden("docs/configuration.md", referencePage());
});

test("docs/stack.schema.json is what the schema says", () => {
  expectGolden("docs/stack.schema.json", `${JSON.stringify(editorSchema(), null, 2)}\n`);
});
