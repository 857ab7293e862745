import type { Finding } from "../../core/examination.ts";
import { createPlainHttp } from "../../net/egress.ts";
import { egressOptions } from "../egress-options.ts";
import type { ExaminedParts } from "./parts.ts";

/** Time for the address to answer, milliseconds. */
const answerMsMax = 10_000;
/** Of a stranger's page no more is read. */
const bodyCharactersMax = 10_000;
/** A signature that is good for this long is enough to ask with. */
const askMs = 60_000;

/** Proxies by a header of their answers, and after how many seconds of silence they end a request unless they are told otherwise. */
const proxies: readonly {
  readonly name: string;
  readonly header: string;
  readonly is: RegExp;
  readonly endsAfter: number;
  readonly setting: string;
}[] = [
  {
    name: "Cloudflare",
    header: "cf-ray",
    is: /./,
    endsAfter: 100,
    setting: "no plan but Enterprise lets it be longer",
  },
  {
    name: "nginx",
    header: "server",
    is: /^(nginx|openresty)/i,
    endsAfter: 60,
    setting: "proxy_read_timeout and proxy_send_timeout",
  },
  {
    name: "an AWS load balancer",
    header: "server",
    is: /^awselb/i,
    endsAfter: 60,
    setting: "its idle timeout",
  },
  {
    name: "Google's front end",
    header: "via",
    is: /google/i,
    endsAfter: 30,
    setting: "the backend service's timeout",
  },
];

/** The public URL: does it lead back here, and does what stands in front wait as long as a picture may take. */
export async function examinePublicUrl(parts: ExaminedParts): Promise<readonly Finding[]> {
  const { publicUrl } = parts.config.server;
  const name = "public URL";
  if (publicUrl === undefined) {
    const said =
      "server.public_url is not set: URLs of pictures begin with the host that each client called.";
    return [{ name, state: "ok", said }];
  }
  // A picture that there is not, with a signature that only who has this secret can make and read.
  const at = parts.now() + askMs;
  const path = parts.signer.path({ id: parts.newBlobId(), format: "png" }, at);
  let answer: Answer;
  try {
    answer = await ask(parts, new URL(publicUrl.replace(/\/$/, "") + path));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const said = `${publicUrl} cannot be reached from here: ${why}. Clients may reach it all the same; look from where they are.`;
    return [{ name, state: "warning", said }];
  }
  const { status, headers, body } = answer;
  const isHere = status === 410 && body.includes("result_expired");
  const said = isHere
    ? `${publicUrl} leads back here.`
    : `${publicUrl} does not lead to a gateway with this secret: it answered ${status}. Correct server.public_url or the proxy in front.`;
  return [{ name, state: isHere ? "ok" : "fault", said }, ...proxyFindings(parts, headers)];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of it. */
  readonly body: string;
}

async function ask({ config, now }: ExaminedParts, url: URL): Promise<Answer> {
  const { proxy } = egressOptions(config);
  const http = createPlainHttp({ now, userAgent: "pinhole", proxy });
  try {
    const times = { connectMs: answerMsMax, headMs: answerMsMax, wholeMs: answerMsMax };
    const answer = await http.open({ method: "GET", url, headers: {}, ...times });
    let body = "";
    for await (const chunk of answer.body) {
      body += chunk.toString("utf8");
      if (body.length > bodyCharactersMax) break;
    }
    return { status: answer.status, headers: answer.headers, body };
  } finally {
    await http.close();
  }
}

function proxyFindings(
  parts: ExaminedParts,
  headers: Readonly<Record<string, string>>,
): readonly Finding[] {
  const proxy = proxies.find(({ header, is }) => is.test(headers[header] ?? ""));
  if (proxy === undefined) return [];
  const longest = Math.max(0, ...parts.channels().map(({ channel }) => channel.timeout.totalMs));
  const seconds = Math.round(longest / 1000);
  const isShort = proxy.endsAfter < seconds;
  const said = `${proxy.name} stands in front, which ends what is silent for ${proxy.endsAfter} s unless it was told otherwise; a channel may take ${seconds} s.`;
  const remedy = ` Raise it (${proxy.setting}), or set server.interim_102 where it passes 102 on; streams are kept open by server.heartbeat.`;
  const state = isShort ? "warning" : "ok";
  return [{ name: "proxy", state, said: isShort ? said + remedy : said }];
}
