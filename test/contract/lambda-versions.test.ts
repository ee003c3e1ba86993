import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFunction, invoke, settled, updateCode } from '../support/functions.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

const answers = (text: string) => `exports.handler = async (event, context) =>
  ({ text: '${text}', version: context.functionVersion, arn: context.invokedFunctionArn });`;
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${teal.account}:function:${name}`;
const publish = (FunctionName: string, more = {}) =>
  teal.lambda.send(new PublishVersionCommand({ FunctionName, ...more }));
const refusal = (name: string, message: string) => ({ name, message: expect.stringContaining(message) as string });

it('publishes versions that keep their code and configuration while $LATEST goes on', async () => {
  await createFunction(teal.lambda, 'kept', answers('one'), { Description: 'first' });
  const one = await publish('kept');
  await waitUntilPublishedVersionActive(
    { client: teal.lambda, maxWaitTime: 60, minDelay: 1 },
    { FunctionName: 'kept', Qualifier: '1' },
  );
  await updateCode(teal.lambda, 'kept', answers('two'));
  await teal.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'kept', Timeout: 9 }));
  await settled(teal.lambda, 'kept');

  const shown = await teal.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'kept', Qualifier: '1' }));
  const [first, latest] = [await invoke(teal.lambda, 'kept', {}, '1'), await invoke(teal.lambda, arnOf('kept'))];

  expect(one).toMatchObject({ Version: '1', FunctionArn: `${arnOf('kept')}:1`, State: 'Pending' });
  expect(one.$metadata.httpStatusCode).toBe(201);
  expect(shown).toMatchObject({ Version: '1', Timeout: 30, Description: 'first', CodeSha256: one.CodeSha256 });
  expect(shown).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
  expect(first).toMatchObject({ version: '1', result: { text: 'one', version: '1', arn: `${arnOf('kept')}:1` } });
  expect(latest).toMatchObject({ version: '$LATEST', result: { text: 'two', version: '$LATEST', arn: arnOf('kept') } });
});

it('publishes nothing new while nothing has changed, and gives the newest version instead', async () => {
  await createFunction(teal.lambda, 'same', answers('one'));
  await publish('same');
  const one = await settled(teal.lambda, 'same:1');

  const again = await publish('same', { Description: 'other words' });

  expect(again).toMatchObject({ Version: '1', RevisionId: one.RevisionId, Description: '' });
});

it('publishes on creation and with an update of the code, and never uses a number again', async () => {
  const created = await createFunction(teal.lambda, 'counted', answers('one'), { Publish: true });
  const updated = await updateCode(teal.lambda, 'counted', answers('two'), { Publish: true });
  await teal.lambda.send(new DeleteFunctionCommand({ FunctionName: 'counted', Qualifier: '2' }));
  const third = await publish('counted');
  await teal.lambda.send(new DeleteFunctionCommand({ FunctionName: 'counted' }));
  const anew = await createFunction(teal.lambda, 'counted', answers('three'), { Publish: true });

  expect(created).toMatchObject({ Version: '1', FunctionArn: `${arnOf('counted')}:1` });
  expect(updated).toMatchObject({ Version: '2', FunctionArn: `${arnOf('counted')}:2` });
  expect(third.Version).toBe('3');
  expect(anew.Version).toBe('4');
});

it('refuses to publish other code or another revision than the caller saw', async () => {
  const { CodeSha256 } = await createFunction(teal.lambda, 'seen', answers('one'));
  const { RevisionId } = await settled(teal.lambda, 'seen');

  await expect(publish('seen', { CodeSha256: 'other' })).rejects.toMatchObject(
    refusal('InvalidParameterValueException', `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (`),
  );
  await expect(publish('seen', { RevisionId: 'other' })).rejects.toMatchObject({
    ...refusal('PreconditionFailedException', 'does not match the latest Revision Id'),
    $metadata: { httpStatusCode: 412 },
  });
  await expect(publish('nobody')).rejects.toMatchObject(
    refusal('ResourceNotFoundException', `Function not found: ${arnOf('nobody')}`),
  );
  expect(await publish('seen', { CodeSha256, RevisionId })).toMatchObject({ Version: '1' });
});

it('lists versions in order and in pages, of one function and of all', async () => {
  await createFunction(teal.lambda, 'listed', answers('0'), { Publish: true });
  for (let version = 2; version <= 11; version++)
    await updateCode(teal.lambda, 'listed', answers(String(version)), { Publish: true });

  const first = await teal.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'listed', MaxItems: 10 }));
  const rest = await teal.lambda.send(
    new ListVersionsByFunctionCommand({ FunctionName: 'listed', Marker: first.NextMarker }),
  );
  const all = await teal.lambda.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));

  const versions = [...(first.Versions ?? []), ...(rest.Versions ?? [])];
  expect(versions.map(({ Version }) => Version)).toEqual([
    '$LATEST',
    ...Array.from({ length: 11 }, (_, n) => `${n + 1}`),
  ]);
  expect(versions[0]?.FunctionArn).toBe(`${arnOf('listed')}:$LATEST`);
  expect(rest.NextMarker).toBeUndefined();
  expect(all.Functions?.filter(({ FunctionName }) => FunctionName === 'listed')).toEqual(versions);
  await expect(
    teal.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'listed', Marker: 'nonsense' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

it('keeps an alias that is moved from version to version, and runs what it names', async () => {
  await createFunction(teal.lambda, 'moved', answers('one'), { Publish: true });
  await updateCode(teal.lambda, 'moved', answers('two'), { Publish: true });
  const alias = { FunctionName: 'moved', Name: 'live' };

  const created = await teal.lambda.send(
    new CreateAliasCommand({ ...alias, FunctionVersion: '1', Description: 'what users see' }),
  );
  const before = await invoke(teal.lambda, 'moved:live');
  const { RevisionId } = created;
  const updated = await teal.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2', RevisionId }));
  const after = await invoke(teal.lambda, 'moved', {}, 'live');
  const stale = teal.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1', RevisionId }));

  expect(created).toMatchObject({
    AliasArn: `${arnOf('moved')}:live`,
    Name: 'live',
    FunctionVersion: '1',
    Description: 'what users see',
    RevisionId: expect.any(String) as string,
    $metadata: { httpStatusCode: 201 },
  });
  expect(before).toMatchObject({ version: '1', result: { text: 'one', arn: `${arnOf('moved')}:live` } });
  expect(updated).toMatchObject({ FunctionVersion: '2', Description: 'what users see' });
  expect(after).toMatchObject({ version: '2', result: { text: 'two', version: '2' } });
  await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  const shown = await teal.lambda.send(new GetFunctionCommand({ FunctionName: `${arnOf('moved')}:live` }));
  expect(shown.Configuration).toMatchObject({ FunctionArn: `${arnOf('moved')}:live`, Version: '2' });
});

it('sends the share of an alias to its second version', async () => {
  await createFunction(teal.lambda, 'split', answers('one'), { Publish: true });
  await updateCode(teal.lambda, 'split', answers('two'), { Publish: true });
  const alias = { FunctionName: 'split', Name: 'live' };
  await teal.lambda.send(
    new CreateAliasCommand({
      ...alias,
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
    }),
  );

  const seen = new Set<string | undefined>();
  for (let call = 0; call < 60 && seen.size < 2; call++) seen.add((await invoke(teal.lambda, 'split:live')).version);
  const split = await teal.lambda.send(new GetAliasCommand(alias));
  await teal.lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { 2: 1 } } }));
  const shifted = await invoke(teal.lambda, 'split:live');
  const whole = await teal.lambda.send(
    new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: {} } }),
  );

  expect([...seen].sort()).toEqual(['1', '2']);
  expect(split.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.5 } });
  expect(shifted.version).toBe('2');
  expect(whole.RoutingConfig).toBeUndefined();
});

it('lists aliases, of one version too, and forgets one that is deleted', async () => {
  await createFunction(teal.lambda, 'named', answers('one'), { Publish: true });
  for (const [Name, FunctionVersion] of [
    ['b', '1'],
    ['a', '$LATEST'],
    ['c', '1'],
  ])
    await teal.lambda.send(new CreateAliasCommand({ FunctionName: 'named', Name, FunctionVersion }));
  const list = async (more = {}) => {
    const { Aliases, NextMarker } = await teal.lambda.send(new ListAliasesCommand({ FunctionName: 'named', ...more }));
    return { names: Aliases?.map(({ Name }) => Name), NextMarker };
  };

  const { names, NextMarker: Marker } = await list({ MaxItems: 2 });

  expect(names).toEqual(['a', 'b']);
  expect(await list({ Marker })).toEqual({ names: ['c'] });
  expect((await list({ FunctionVersion: '1' })).names).toEqual(['b', 'c']);
  const gone = { FunctionName: 'named', Name: 'b' };
  for (const _ of [1, 2])
    expect((await teal.lambda.send(new DeleteAliasCommand(gone))).$metadata.httpStatusCode).toBe(204);
  await expect(teal.lambda.send(new GetAliasCommand(gone))).rejects.toMatchObject(
    refusal('ResourceNotFoundException', `Cannot find alias arn: ${arnOf('named')}:b`),
  );
  await expect(teal.lambda.send(new UpdateAliasCommand(gone))).rejects.toMatchObject(
    refusal('ResourceNotFoundException', `Alias not found: ${arnOf('named')}:b`),
  );
  await expect(invoke(teal.lambda, 'named:b')).rejects.toMatchObject(
    refusal('ResourceNotFoundException', `Function not found: ${arnOf('named')}:b`),
  );
});

it('keeps a version that an alias sends to, and forgets all with the function', async () => {
  await createFunction(teal.lambda, 'held', answers('one'), { Publish: true });
  await updateCode(teal.lambda, 'held', answers('two'), { Publish: true });
  const alias = { FunctionName: 'held', Name: 'live' };
  const RoutingConfig = { AdditionalVersionWeights: { 1: 0.1 } };
  await teal.lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '2', RoutingConfig }));
  const remove = (Qualifier?: string) =>
    teal.lambda.send(new DeleteFunctionCommand({ FunctionName: 'held', Qualifier }));

  for (const version of ['1', '2'])
    await expect(remove(version)).rejects.toMatchObject({
      ...refusal(
        'ResourceConflictException',
        'Unable to delete version because the following aliases reference it: [live]',
      ),
      $metadata: { httpStatusCode: 409 },
    });
  await expect(remove('$LATEST')).rejects.toMatchObject(
    refusal('InvalidParameterValueException', '$LATEST version cannot be deleted without deleting the function.'),
  );
  await expect(remove('live')).rejects.toMatchObject(
    refusal('InvalidParameterValueException', 'Deletion of aliases is not currently supported.'),
  );
  await remove();
  await createFunction(teal.lambda, 'held', answers('three'));
  expect((await teal.lambda.send(new ListAliasesCommand({ FunctionName: 'held' }))).Aliases).toEqual([]);
  expect((await teal.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'held' }))).Versions).toHaveLength(
    1,
  );
});

it('refuses aliases that lead nowhere, and makes none', async () => {
  await createFunction(teal.lambda, 'refused', answers('one'), { Publish: true });
  await updateCode(teal.lambda, 'refused', answers('two'), { Publish: true });
  const create = (Name: string, FunctionVersion: string, weights?: Record<string, number>) =>
    teal.lambda.send(
      new CreateAliasCommand({
        FunctionName: 'refused',
        Name,
        FunctionVersion,
        ...(weights && { RoutingConfig: { AdditionalVersionWeights: weights } }),
      }),
    );
  const invalid = (message: string) => refusal('InvalidParameterValueException', message);
  const unknown = refusal('ResourceNotFoundException', `Function not found: ${arnOf('refused')}:7`);

  await expect(create('a', '7')).rejects.toMatchObject(unknown);
  await expect(create('a', '1', { 7: 0.1 })).rejects.toMatchObject(unknown);
  await expect(create('a', '1', { 1: 0.1 })).rejects.toMatchObject(
    invalid('is already included in routing configuration'),
  );
  await expect(create('a', '$LATEST', { 1: 0.1 })).rejects.toMatchObject(
    invalid('$LATEST is not supported for an alias'),
  );
  await expect(create('a', '1', { 1: 0.1, 2: 0.1 })).rejects.toMatchObject(invalid('cannot be greater than 1'));
  await expect(create('a', '1', { 2: 1.5 })).rejects.toMatchObject(
    refusal('ValidationException', 'less than or equal to 1'),
  );
  await expect(create('a', '1', { live: 0.5 })).rejects.toMatchObject(refusal('ValidationException', '[0-9]+'));
  await expect(create('7', '1')).rejects.toMatchObject(refusal('ValidationException', "Value '7' at 'name'"));
  expect((await teal.lambda.send(new ListAliasesCommand({ FunctionName: 'refused' }))).Aliases).toEqual([]);
  await create('live', '1');
  await expect(create('live', '2')).rejects.toMatchObject(
    refusal('ResourceConflictException', `Alias already exists: ${arnOf('refused')}:live`),
  );
});

it('changes only $LATEST: a version or an alias cannot be updated', async () => {
  await createFunction(teal.lambda, 'fixed', answers('one'), { Publish: true });

  await expect(
    teal.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'fixed:1', Timeout: 5 })),
  ).rejects.toMatchObject(refusal('ResourceNotFoundException', `Function not found: ${arnOf('fixed')}:1`));
});
