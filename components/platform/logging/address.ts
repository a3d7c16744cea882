/** Where Loki takes and answers: the chart names its Service after the Release. */
export const LOKI_URL = "http://loki.logging.svc.cluster.local:3100";
