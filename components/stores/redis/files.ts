import { sentinelScript, singleScript, startScript } from "./commands";
import { redisConfig, sentinelConfig, type ServerSettings } from "./configuration";

/** The files of the pods' ConfigMap, mounted at /etc/redis. `domain` is the full name of the headless Service. */
export function configurationFiles(name: string, domain: string, settings: ServerSettings): Record<string, string> {
  if (settings.servers === 1) return { "redis.conf": redisConfig(settings), "start.sh": singleScript() };
  return {
    "redis.conf": redisConfig(settings),
    "start.sh": startScript(name, domain),
    "sentinel.conf": sentinelConfig(`${name}-0.${domain}`),
    "sentinel.sh": sentinelScript(domain),
  };
}
