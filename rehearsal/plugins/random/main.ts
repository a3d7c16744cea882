import { serve } from "../protocol/index.ts";
import { random } from "./provider.ts";

await serve(random);
