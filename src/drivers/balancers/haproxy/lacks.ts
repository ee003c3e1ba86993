/** What HAProxy cannot do of a config, as far as this driver knows; said at start. */
export const LACKS: readonly string[] = [
  'requests that HAProxy cannot read get its own pages: 400, also for CONNECT and unknown codings, or 431 for a long URL',
  'a request has room for about 31 KiB of headers, not 64',
  'headers that a request names in Connection are passed on to targets',
  'the desync mitigation mode monitor does what defensive does',
  'the weight of a target in slow start grows in twenty steps',
  'load balancers that share a port share timeouts, TLS settings, and all counters but requests',
  'a request with both Content-Length and chunked coding is served by its chunks (the length is dropped), not refused',
  'of a superseded worker that a later Teal finds, the last log lines are lost when another reload comes before it ends',
  'gRPC health checks see a status in the headers only, not in trailers behind a body',
  'response times below 1 ms include the time to connect',
];
