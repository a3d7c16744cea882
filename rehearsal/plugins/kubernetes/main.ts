import { serve } from "../protocol/index.ts";
import { createProvider } from "./provider.ts";

await serve(createProvider(process.env));
