import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { ContainerSpec, TaskSpec } from '../runtime.ts';

/** The exact arguments a container definition runs: nothing is split and no shell is added. */
export const argvOf = (container: ContainerSpec): readonly string[] => [
  ...(container.entryPoint ?? []),
  ...(container.command ?? []),
];

/** Says why this machine cannot run a container as a process, or `undefined`. */
export function whyNotRun(task: TaskSpec): string | undefined {
  for (const container of task.containers) {
    const lacks = lacking(container);
    if (lacks)
      return `the process runtime has no ${lacks}, which container '${container.name}' asks for; start Teal with --runtime docker`;
  }
  if (task.pidMode ?? task.ipcMode)
    return 'the process runtime has no pidMode and no ipcMode; start Teal with --runtime docker';
  const without = task.containers.find((container) => argvOf(container).length === 0);
  if (!without) return undefined;
  return (
    `the process runtime runs a container definition's command, and container '${without.name}' has none ` +
    `(image '${without.image}' is not unpacked); give it a command, or start Teal with --runtime docker`
  );
}

/** Log drivers whose lines go no further than this machine. */
const OWN_DRIVERS = ['awslogs', 'json-file', 'none'];

/** What a program would miss; limits it would merely not feel are no reason. */
function lacking(container: ContainerSpec): string | undefined {
  const { linux = {}, log } = container;
  const wanted: readonly (readonly [string, boolean | undefined])[] = [
    ['volumes', Boolean(container.mounts?.length) || Boolean(container.volumesFrom?.length)],
    ['links', Boolean(container.links?.length)],
    ['host names and name servers of its own', Boolean(namesOf(container).length)],
    ['kernel settings of its own (systemControls)', Object.keys(container.sysctls ?? {}).length > 0],
    ['privileges (privileged)', container.privileged],
    ['terminals (pseudoTerminal, interactive)', container.pseudoTerminal ?? container.interactive],
    ['isolated network (disableNetworking)', container.disableNetworking],
    ['devices', Boolean(linux.devices?.length)],
    ['tmpfs', Boolean(linux.tmpfs?.length)],
    ['capabilities to add', Boolean(linux.addedCapabilities?.length)],
    [`log driver '${log?.driver}'`, log !== undefined && !OWN_DRIVERS.includes(log.driver)],
  ];
  return wanted.find(([, isWanted]) => isWanted)?.[0];
}

const namesOf = ({ hostname, extraHosts = [], dnsServers = [], dnsSearchDomains = [] }: ContainerSpec): string[] => [
  ...(hostname === undefined ? [] : [hostname]),
  ...extraHosts,
  ...dnsServers,
  ...dnsSearchDomains,
];

/** Says why a container would fail at its first step, or `undefined`. */
export function whyNotStart(container: ContainerSpec, workingDirectory: string, path: string): string | undefined {
  if (!isFolder(workingDirectory)) {
    return `the working directory '${workingDirectory}' of container '${container.name}' is no folder of this machine`;
  }
  const [program = ''] = argvOf(container);
  if (findProgram(program, workingDirectory, path)) return undefined;
  return `the command '${program}' of container '${container.name}' was not found on this machine`;
}

function findProgram(program: string, workingDirectory: string, path: string): boolean {
  if (isAbsolute(program)) return isExecutable(program);
  if (program.includes('/')) return isExecutable(resolve(workingDirectory, program));
  return path.split(delimiter).some((folder) => isExecutable(join(resolve(workingDirectory, folder), program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
