import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { endOnSignal } from "../process.ts";
import { cacheFolder } from "../tools/cache.ts";

// Half of the start of a Node program is compiling. What this one and all those that it starts have compiled (the plugins, the
// policies, the program) is kept for the next run; what they load must come after this.
process.env.NODE_COMPILE_CACHE ||= join(cacheFolder(), "node-code");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

endOnSignal();
const { main } = await import("./commands.ts");
process.exitCode = await main(process.argv.slice(2));
