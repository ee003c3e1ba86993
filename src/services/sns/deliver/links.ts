/** No signature stands in these links, so the API's version must: it tells whose action it is. */
const VERSION = '2010-03-31';

const link = (endpoint: string, action: string, parameters: Readonly<Record<string, string>>): string =>
  `${endpoint}/?${new URLSearchParams({ Action: action, ...parameters, Version: VERSION }).toString()}`;

export const subscribeUrl = (endpoint: string, topicArn: string, token: string): string =>
  link(endpoint, 'ConfirmSubscription', { TopicArn: topicArn, Token: token });

export const unsubscribeUrl = (endpoint: string, subscriptionArn: string): string =>
  link(endpoint, 'Unsubscribe', { SubscriptionArn: subscriptionArn });

/** Where the server shows the certificate of the key that signs messages. */
export const SIGNING_CERTIFICATE_PATH = '/_teal/sns/SimpleNotificationService.pem';
