// index.ts: the gateway's face: what a program imports from "mayfly/gateway". Apart from "mayfly", which needs neither HTTP nor schemas.
export { type LoadedConfig, loadServeConfig } from "./config/load-config.js";
export { type ParseOptions, parseServeConfig } from "./config/parse-config.js";
export type { Overrides } from "./config/place.js";
export type { FunctionConfig, RouteConfig, ServeConfig } from "./config/serve-config.js";
export { Gateway, type GatewayOptions } from "./gateway.js";
export {
  type GatewayConfig,
  loadGatewayConfig,
  parseGatewayConfig,
} from "./gateway-config.js";
export { humanLog } from "./human-log.js";
export { jsonLog } from "./json-log.js";
export type { OnRequest, RequestRecord } from "./request-record.js";
