import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { SAMPLE_APP } from './sample-app.ts';

/** Gives the sample service's container at a version; a bad one has a broken checkout. */
export type SampleContainer = (version: string, isGood: boolean) => ContainerDefinition;

/** The sample service as a process of this machine's Node: its image is a name only. */
export const processContainer: SampleContainer = (version, isGood) => ({
  name: 'web',
  image: `demo/web:${version}`,
  memory: 128,
  command: [process.execPath, '-e', SAMPLE_APP],
  portMappings: [{ containerPort: 8080 }],
  environment: [
    { name: 'VERSION', value: version },
    { name: 'CHECKOUT', value: isGood ? 'works' : 'broken' },
  ],
});
