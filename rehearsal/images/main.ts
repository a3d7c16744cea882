/** `node rehearsal/images/main.ts` makes every image of the real node and prints where each is. */
import { endOnSignal } from "../process.ts";
import { step } from "../progress.ts";
import { nodeImages } from "./node.ts";
import { platformImages } from "./platform.ts";

endOnSignal();
try {
  const images = await step(
    "images",
    async (note) => [...(await nodeImages(note)), ...(await platformImages(note))],
    (made) => `${made.length}`,
  );
  images.forEach(({ reference, file }) => process.stdout.write(`${reference} ${file}\n`));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
