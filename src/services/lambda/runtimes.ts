import type { Functions } from '../../drivers/functions/functions.ts';
import { invalidParameter } from './faults.ts';

/** What AWS lets create today. Source: Lambda runtimes; spec, Lambda. */
const CURRENT =
  'nodejs18.x nodejs20.x nodejs22.x nodejs24.x nodejs26.x python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 python3.15 java8.al2 java11 java17 java21 java25 ruby3.2 ruby3.3 ruby3.4 ruby4.0 dotnet8 dotnet10 provided.al2 provided.al2023'.split(
    ' ',
  );
const RETIRED =
  /^(nodejs(4\.3|6\.10|8\.10|1[0246]\.x)?|python(2\.7|3\.[678])|java8|ruby2\.[57]|dotnet(core)?[1-6](\.\d)?|go1\.x|provided)$/;

/** @throws InvalidParameterValueException when the runtime does not exist, is retired, or cannot run on this machine */
export function checkRuntime(runtime: string, functions: Functions): void {
  if (RETIRED.test(runtime)) {
    const [, family = ''] = /^(nodejs|python|java|ruby|dotnet|go|provided)/.exec(runtime) ?? [];
    const newest = CURRENT.findLast((name) => name.startsWith(family)) ?? 'provided.al2023';
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use ${newest} while creating or updating functions.`,
    );
  }
  if (!CURRENT.includes(runtime)) {
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${CURRENT.join(', ')}] or be a valid ARN`,
    );
  }
  const reason = functions.refuse(runtime);
  if (reason) throw invalidParameter(`Teal cannot run '${runtime}': ${reason}`);
}
