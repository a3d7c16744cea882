import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { listen } from "../protocol/listen.ts";
import { Children } from "./children.ts";
import { languageRuntime } from "./host.ts";

const children = new Children();
const server = new grpc.Server();
server.addService(services.LanguageRuntimeService, languageRuntime(children));
await listen(server, () => children.stop());
