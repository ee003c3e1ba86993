import { clientError } from '../faults.ts';

/** CPU units from `256`, `.25 vCPU` or `1 vcpu`, as ECS stores them. @throws {ClientException} */
export const parseCpu = (text: string | undefined): string | undefined => parse(text, 'cpu', 'vcpu');

/** MiB from `512`, `0.5GB` or `1 GB`, as ECS stores them. @throws {ClientException} */
export const parseMemory = (text: string | undefined): string | undefined => parse(text, 'memory', 'gb');

function parse(text: string | undefined, setting: 'cpu' | 'memory', unit: string): string | undefined {
  if (text === undefined) return undefined;
  const match = /^\s*(\d*\.?\d+)\s*([a-z]*)\s*$/i.exec(text);
  const [, amount = '', given = ''] = match ?? [];
  const factor = given === '' ? 1 : given.toLowerCase() === unit ? 1024 : undefined;
  const value = Number(amount) * (factor ?? NaN);
  if (!match || !Number.isInteger(value) || value <= 0) throw clientError(`Invalid '${setting}' setting for task.`);
  return String(value);
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** Source: ECS developer guide, Fargate task sizes. */
const FARGATE_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: range(1024, 4096, 1024),
  1024: range(2048, 8192, 1024),
  2048: range(4096, 16384, 1024),
  4096: range(8192, 30720, 1024),
  8192: range(16384, 61440, 4096),
  16384: range(32768, 122880, 8192),
};

/** @throws {ClientException} unless Fargate offers the size */
export function checkFargateSize(cpu: string | undefined, memory: string | undefined): void {
  for (const [name, value] of [
    ['cpu', cpu],
    ['memory', memory],
  ] as const)
    if (value === undefined) throw clientError(`Fargate requires that '${name}' be defined at the task level.`);
  if (!FARGATE_SIZES[Number(cpu)]?.includes(Number(memory)))
    throw clientError(
      `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the Amazon ECS documentation for the valid values.`,
    );
}
