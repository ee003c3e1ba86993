/** Where this machine puts containers, and how those reach Teal. */
export interface Placement {
  readonly instance: string;
  /** The network for modes `awsvpc` and `bridge`. */
  readonly network: string;
  /** Teal's address as a container sees it. */
  readonly endpoint: string;
  /** The same in network mode `host`. */
  readonly hostEndpoint: string;
  /** Whether this machine reaches containers at their own addresses; else ports are published. */
  readonly isRouted: boolean;
  /** Entries every container gets in its hosts file. */
  readonly hosts: string[];
  /** Teal at 169.254.170.2, where containers could be given that address. */
  readonly linkLocal?: { readonly url: string; readonly hasUsualPort: boolean } | undefined;
  /** What the Engine's machine has; it refuses limits beyond that. */
  readonly cpus: number;
  /** The control group of the task, where it has one. */
  readonly cgroupParent?: string | undefined;
}
