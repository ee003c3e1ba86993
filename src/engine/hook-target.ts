/**
 * What an AppSpec names as a hook: a Lambda function (name, partial ARN or ARN, each with or without a qualifier), or,
 * as Teal's own extension, the address of an endpoint.
 */
export const isWebhook = (target: string): boolean => /^https?:\/\//i.test(target);

/** Words for messages: `function NAME` or `endpoint URL`. */
export const describeHook = (target: string): string => `${isWebhook(target) ? 'endpoint' : 'function'} ${target}`;
