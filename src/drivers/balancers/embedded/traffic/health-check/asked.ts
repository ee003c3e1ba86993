/** What a target is asked. */
export interface Asked {
  readonly host: string;
  readonly port: number;
  /** Host and port as in a URL. */
  readonly authority: string;
  readonly path: string;
  readonly tls: boolean;
}

export const USER_AGENT = 'ELB-HealthChecker/2.0';
