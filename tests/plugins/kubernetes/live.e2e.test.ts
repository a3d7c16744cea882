import { Live } from "./live/cluster.ts";
import { creating } from "./live/create.ts";
import { previewing } from "./live/preview.ts";
import { deleting, reading } from "./live/read-and-delete.ts";
import { updating } from "./live/update.ts";

/** Milliseconds; long enough for a first run, which builds the control plane. */
const FIRST_RUN = 1_200_000;
jest.setTimeout(120_000);

let live: Live;
beforeAll(async () => {
  live = await Live.start();
}, FIRST_RUN);
afterAll(() => live.stop());

describe("create", () => {
  creating(() => live);
});
describe("update", () => {
  updating(() => live);
});
describe("read", () => {
  reading(() => live);
});
describe("preview", () => {
  previewing(() => live);
});
describe("delete", () => {
  deleting(() => live);
});
