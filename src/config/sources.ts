/** A setting that can also be given outside the file. Flags win over variables, which win over the file. */
export interface SettingSource {
  readonly setting: string;
  /** The first that is set and not empty counts. */
  readonly variables: readonly string[];
  /** The flag of `pinhole serve` and `pinhole check`, with a word for its value: `--port <number>`. */
  readonly flag?: string;
  /** For `--help`. */
  readonly help: string;
}

/** The flag and the variable that name the file itself. */
export const fileSource = {
  variables: ["PINHOLE_CONFIG"],
  flag: "--config <file>",
  help: "configuration file (default: pinhole.yaml in this folder, where there is one)",
} as const;

export const settingSources: readonly SettingSource[] = [
  {
    setting: "server.host",
    variables: ["PINHOLE_HOST"],
    flag: "--host <address>",
    help: "address to listen on",
  },
  {
    setting: "server.port",
    variables: ["PINHOLE_PORT", "PORT"],
    flag: "--port <number>",
    help: "port to listen on; 0 is any free one",
  },
  {
    setting: "server.public_url",
    variables: ["PINHOLE_PUBLIC_URL"],
    flag: "--public-url <url>",
    help: "how clients reach this gateway",
  },
  {
    setting: "data",
    variables: ["PINHOLE_DATA"],
    flag: "--data <folder>",
    help: "folder of the database, the secret and the images",
  },
  {
    setting: "database.url",
    variables: ["DATABASE_URL"],
    flag: "--database-url <url>",
    help: "database, for example sqlite:./data/pinhole.db",
  },
  {
    setting: "images.url",
    variables: ["PINHOLE_IMAGES_URL"],
    flag: "--images-url <url>",
    help: "where images are kept, for example file:./data/images",
  },
  {
    setting: "logs.level",
    variables: ["LOG_LEVEL"],
    flag: "--log-level <level>",
    help: "fatal, error, warn, info, debug, trace or silent",
  },
  {
    setting: "logs.format",
    variables: ["PINHOLE_LOG_FORMAT"],
    flag: "--log-format <format>",
    help: "auto, json or pretty",
  },
  {
    setting: "redis.url",
    variables: ["REDIS_URL"],
    help: "Redis, in which several gateways count limits together",
  },
  {
    setting: "traces.endpoint",
    variables: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    help: "collector of OpenTelemetry, by OTLP over HTTP",
  },
  {
    setting: "secret",
    variables: ["PINHOLE_SECRET"],
    help: "signs URLs and digests keys",
  },
  {
    setting: "secret_previous",
    variables: ["PINHOLE_SECRET_PREVIOUS"],
    help: "the secret of before, while a change of secrets is under way",
  },
  {
    setting: "admin_token",
    variables: ["PINHOLE_ADMIN_TOKEN"],
    help: "guards the admin routes",
  },
];

/** `--port` of `--port <number>`. */
export function flagName(flag: string): string {
  return flag.split(" ")[0] ?? flag;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of these variables that is set and not empty. */
export function readVariable(
  env: Environment,
  names: readonly string[],
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    // Kubernetes sets PINHOLE_PORT=tcp://10.0.0.1:80 in every pod beside a service named pinhole.
    if (name === "PINHOLE_PORT" && /^(tcp|udp|sctp):\/\//.test(value)) continue;
    return { name, value };
  }
  return undefined;
}

/** The environment of commands that talk to a running gateway. */
export interface ClientEnvironment {
  readonly url: string;
  readonly key: string | undefined;
  readonly adminToken: string | undefined;
}

/** `PINHOLE_URL`, `PINHOLE_KEY` and `PINHOLE_ADMIN_TOKEN`, for the commands that talk to a running gateway. */
export function clientEnvironment(env: Environment): ClientEnvironment {
  return {
    url: readVariable(env, ["PINHOLE_URL"])?.value ?? "http://127.0.0.1:8080",
    key: readVariable(env, ["PINHOLE_KEY"])?.value,
    adminToken: readVariable(env, ["PINHOLE_ADMIN_TOKEN"])?.value,
  };
}
