// index.ts: the gateway's face: what a program imports from "mayfly/gateway". Apart from "mayfly", which needs neither HTTP nor schemas.
export { type AdminHandler, AdminServer } from "./admin/admin-server.js";
export { type LoadedConfig, loadServeConfig } from "./config/load-config.js";
export { type ParseOptions, parseServeConfig } from "./config/parse-config.js";
export type { Overrides } from "./config/place.js";
export type { FunctionConfig, RouteConfig, ServeConfig } from "./config/serve-config.js";
export { type DashboardHandler, dashboardHandler } from "./dashboard/dashboard-handler.js";
export type {
  DashboardSource,
  DashboardState,
  FunctionState,
  ShownChange,
} from "./dashboard/dashboard-state.js";
export { LiveDashboard } from "./dashboard/live-dashboard.js";
export { MergedDashboard } from "./dashboard/merged-dashboard.js";
export { Gateway, type GatewayOptions } from "./gateway.js";
export { humanLog } from "./human-log.js";
export { jsonLog } from "./json-log.js";
export { type MetricFamily, metricFamilies } from "./metrics/families.js";
export { type GatewayLoad, loadFamilies } from "./metrics/load-families.js";
export { METRICS_CONTENT_TYPE, metricsText } from "./metrics/metrics-text.js";
export type { SeenRequest, ShownFailure } from "./observation/failures.js";
export { Observation } from "./observation/observation.js";
export type { OnRequest, RequestRecord } from "./request-record.js";
export { Service, type ServiceEvent, type ServiceOptions } from "./service/service.js";
export type { LogStyle } from "./service/worker-config.js";
