/** One server as `show servers state` has it. */
export interface ServerState {
  readonly backend: string;
  readonly server: string;
  readonly inMaintenance: boolean;
  readonly isChecked: boolean;
}

const FORCED_MAINTENANCE = 1;
const CHECK_ENABLED = 4;

/** Reads `show servers state`, by `BACKEND/SERVER`. */
export function readServerStates(text: string): Map<string, ServerState> {
  const states = new Map<string, ServerState>();
  const lines = text.split('\n');
  const names = (lines.find((line) => line.startsWith('# be_id')) ?? '').slice(2).split(' ');
  for (const line of lines) {
    if (!/^\d+ \S+ \d+ /.test(line)) continue;
    const values = line.split(' ');
    const field = (name: string) => values[names.indexOf(name)] ?? '';
    const [backend, server] = [field('be_name'), field('srv_name')];
    states.set(`${backend}/${server}`, {
      backend,
      server,
      inMaintenance: (Number(field('srv_admin_state')) & FORCED_MAINTENANCE) !== 0,
      isChecked: (Number(field('srv_check_state')) & CHECK_ENABLED) !== 0,
    });
  }
  return states;
}

/** What a new worker is told of servers it starts with. */
export interface StartState {
  readonly backend: string;
  readonly server: string;
  readonly host: string;
  readonly port: number;
  /** `rise + fall - 1` of its checks. */
  readonly fullHealth: number;
  readonly isUp: boolean;
  /** Whether requests go over TLS; the state overrules the server's line. */
  readonly tls: boolean;
}

const COLUMNS =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight ' +
  'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state ' +
  'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr ' +
  'srv_agent_addr srv_agent_port';

/** A state file in version 1: who is up and who is down, with nothing counted yet. */
export function stateFile(states: readonly StartState[]): string {
  const lines = states.map(({ backend, server, host, port, fullHealth, isUp, tls }) => {
    const health = isUp ? `2 0 100 100 1 15 3 ${fullHealth} 6` : '0 0 100 100 1 1 0 0 6';
    return `0 ${backend} 0 ${server} ${host} ${health} 0 0 0 - ${port} - ${tls ? 1 : 0} 0 - - 0`;
  });
  return ['1', `# ${COLUMNS}`, ...lines, ''].join('\n');
}
