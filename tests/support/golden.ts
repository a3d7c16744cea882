import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

const ROOT = resolve(__dirname, "../..");

/** Compares text with a committed file, or writes it when `make golden` runs (UPDATE_GOLDEN=1). */
export function expectGolden(path: string, text: string): void {
  const file = resolve(ROOT, path);
  if (process.env["UPDATE_GOLDEN"]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  if (!existsSync(file)) throw new Error(`${relative(ROOT, file)} is missing. Run: make golden`);
  // Jest's diff of both texts is the message; the hint says what to do about it.
  expect({ hint: "if the change is wanted: make golden", text }).toEqual({
    hint: "if the change is wanted: make golden",
    text: readFileSync(file, "utf8"),
  });
}
