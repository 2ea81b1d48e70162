// index.ts: the gateway's face: what a program imports from "mayfly/gateway". Apart from "mayfly", which needs neither HTTP nor schemas.
export { type GatewayConfig, parseGatewayConfig, type RouteConfig, type RouteLimits } from "./config.js";
export { loadGatewayConfig } from "./config-file.js";
export { Gateway, type GatewayOptions } from "./gateway.js";
export { humanLog } from "./human-log.js";
export { jsonLog } from "./json-log.js";
export type { OnRequest, RequestRecord } from "./request-record.js";
