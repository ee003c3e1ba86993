/** What HAProxy cannot do of a config, as far as this driver knows; said at start. */
export const LACKS: readonly string[] = [
  'requests with more than about 31 KiB of headers, too long URLs and unknown HTTP versions are all answered with 400',
  'headers that a request names in Connection are passed on to targets',
  'desync mitigation is always strict: the modes monitor and defensive do what strictest does',
  'load balancers that share a port share timeouts, TLS settings, and all counters but requests',
  'gRPC health checks see a status in the headers only, not in trailers behind a body',
  'requests in flight while listeners, rules or groups change are counted, but missing in access logs',
  'response times below 1 ms include the time to connect',
];
