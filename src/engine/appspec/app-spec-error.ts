/** An AppSpec that cannot be deployed; the message is written for the person who wrote the file. */
export class AppSpecError extends Error {
  override readonly name = 'AppSpecError';
}

/** A short form of a value for messages. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};
