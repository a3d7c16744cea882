import { serve } from "../protocol/index.ts";
import { tls } from "./provider.ts";

await serve(tls);
