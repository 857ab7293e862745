import type { ErrorBody } from "../core/error-body.ts";
import type { ErrorCode } from "../core/errors.ts";

/**
 * Codes and types that OpenAI, its imitators and other makers use, by what they mean here; written in
 * lower case and without marks, as they are compared. Sources: clouds.md §0.6, §1, §2.1;
 * asia-and-local.md §0.7.
 */
const exactCodes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["imagegenerationusererror", "moderation_blocked"],
  ["safety", "moderation_blocked"],
  ["imagesafety", "moderation_blocked"],
  ["unsupportedcountryregionterritory", "upstream_credentials"],
  ["accountdeactivated", "upstream_credentials"],
  ["authenticationerror", "upstream_credentials"],
  ["permissionerror", "upstream_credentials"],
  ["insufficientquota", "upstream_credentials"],
  ["insufficientbalance", "upstream_credentials"],
  ["insufficientfunds", "upstream_credentials"],
  ["insufficientusequota", "upstream_credentials"],
  ["accountoverdueerror", "upstream_credentials"],
  ["arrearage", "upstream_credentials"],
  ["accessdenied", "upstream_credentials"],
  ["modelaccessdenied", "upstream_credentials"],
  ["ratelimiterror", "upstream_rate_limited"],
  ["toomanyrequests", "upstream_rate_limited"],
  ["requestbursttoofast", "upstream_rate_limited"],
  ["serveroverloaded", "upstream_busy"],
  ["overloadederror", "upstream_busy"],
  ["engineoverloaded", "upstream_busy"],
  ["modelnotfound", "upstream_model_missing"],
  ["modelnotopen", "upstream_model_missing"],
  ["unsupportedmodel", "upstream_model_missing"],
  ["deploymentnotfound", "upstream_model_missing"],
  ["unknownparameter", "unsupported_parameter"],
  ["unsupportedparameter", "unsupported_parameter"],
  ["missingrequiredparameter", "missing_required_parameter"],
  ["missingparameter", "missing_required_parameter"],
  ["stringabovemaxlength", "string_above_max_length"],
  ["invalidimage", "invalid_image"],
  ["invalidimagefile", "invalid_image"],
  ["invalidimageformat", "invalid_image"],
  ["invalidimagemode", "invalid_image"],
  ["invalidimageurl", "invalid_image"],
  ["invalidbase64image", "invalid_image"],
  ["emptyimagefile", "invalid_image"],
  ["imageparseerror", "invalid_image"],
  ["imageloaderror", "invalid_image"],
  ["imagetoosmall", "invalid_image"],
  ["unsupportedimagemediatype", "invalid_image"],
  ["imagetoolarge", "image_too_large"],
  ["imagefiletoolarge", "image_too_large"],
]);

/** Parts by which families of codes are known: `InputTextSensitiveContentDetected.PolicyViolation`, `Throttling.RateQuota`. */
const codeParts: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /moderat|contentfilter|contentpolicy|responsibleai|sensitivecontent|riskdetection|policyviolation|privacyinformation|datainspectionfailed|ipinfringement|illegaldetected|prohibitedcontent|contentblocked|nsfw|unsafecontent|safetyviolation/,
    "moderation_blocked",
  ],
  [/^invalidapikey|^authfailure|^billing/, "upstream_credentials"],
  [/^ratelimit|^throttling|^requestlimitexceeded/, "upstream_rate_limited"],
  [/^invalidendpointormodel/, "upstream_model_missing"],
];

/** Codes and types that blame the request and say no more. */
const callerCodes: ReadonlySet<string> = new Set([
  "badrequest",
  "badrequesterror",
  "integerabovemaxvalue",
  "integerbelowminvalue",
  "decimalabovemaxvalue",
  "decimalbelowminvalue",
  "stringbelowminlength",
  "arrayabovemaxlength",
  "invalidargument",
  "invalidinput",
  "invalidparameter",
  "invalidparametervalue",
  "invalidprompt",
  "invalidrequest",
  "invalidrequesterror",
  "invalidsize",
  "invalidtype",
  "invalidvalue",
  "unprocessableentityerror",
  "unsupportedvalue",
  "validationerror",
  "valueerror",
]);

/** The words for the things that moderation is about, and for what it does: words of both are its own (`safety_tolerance` alone is a field). */
const moderationTopic =
  /\b(safety|moderation|moderated|(content|usage)[ _-]polic(y|ies)|content[ _-]filter\w*|content[ _-]management polic(y|ies)|responsible ai|nsfw|(sensitive|inappropriate|unsafe|prohibited|explicit|illegal|harmful|sexual) (content|information|material|words?)|community guidelines)\b/i;
const moderationAct =
  /\b(reject\w*|block\w*|flag\w*|violat\w*|fail\w*|refus\w*|denied|detect\w*|trigger\w*|filtered|contain\w*|may contain|not (allowed|permitted)|against|moderated)\b/i;
const moderationChinese = /敏感|不安全|违规|违法|审核未通过|内容安全|色情|暴恐/u;

const accountWords =
  /\borgani[sz]ation must be verified\b|\b(insufficient|not enough|out of|no) (account )?(balance|quota|credits?|funds)\b|\bexceeded your current quota\b|\bbilling (hard )?limit\b|\b(balance|account) is (overdue|insufficient|in arrears)\b|\bresource has been temporarily blocked\b|余额不足|欠费/iu;

/**
 * The meaning of an error body's own words, which say more than any status; undefined where they say
 * nothing of their own. The code is more exact than the type, and both more than the message.
 */
export function meaningOfWords({ code, type, message }: ErrorBody): ErrorCode | undefined {
  // First of all: the whole resource is shut or unpaid, whatever this prompt was.
  if (accountWords.test(message)) return "upstream_credentials";
  return (
    meaningOfCode(code) ??
    meaningOfCode(type) ??
    (isModerationText(message) ? "moderation_blocked" : undefined)
  );
}

/** Whether a message is a safety system's: by its words, since many makers have no code for it. */
export function isModerationText(message: string): boolean {
  return (
    (moderationTopic.test(message) && moderationAct.test(message)) ||
    moderationChinese.test(message)
  );
}

function meaningOfCode(word: string): ErrorCode | undefined {
  const plain = plainCode(word);
  if (plain === "") return undefined;
  const exact = exactCodes.get(plain) ?? exactCodes.get(plainCode(word.split(".")[0] ?? ""));
  return exact ?? codeParts.find(([part]) => part.test(plain))?.[1];
}

/** Whether code or type blame the request, in general words. */
export function blamesRequest({ code, type }: ErrorBody): boolean {
  return [code, type, ...[code, type].map((word) => word.split(".")[0] ?? "")].some((word) =>
    callerCodes.has(plainCode(word)),
  );
}

/** `InvalidParameter` and `invalid_parameter` are one word. */
function plainCode(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const requestPart =
  /\b(prompt|size|n|quality|images?|mask|style|background|output_format|response_format|seed|negative_prompt|aspect[ _]ratio|width|height|resolution|sampler|scheduler|steps|parameters?|arguments?|fields?)\b/i;
const mistake =
  /\b(invalid|unsupported|not supported|must (be|have|not)|too (long|large|small|short|many)|out of range|is required|unknown|unrecognized|not allowed)\b/i;
const serverFault =
  /\b(internal|server|upstream|timed? ?out|memory|cuda|gpu|overloaded|unavailable|try again)\b/i;

/**
 * Whether an error without a status of its own speaks of the request: it names a field, or says what
 * is wrong with one. Anything that may be the server's fault is not the caller's.
 */
export function speaksOfRequest(body: ErrorBody): boolean {
  const { message, type, code, param } = body;
  if (serverFault.test(`${message} ${type.replaceAll("_", " ")} ${code.replaceAll("_", " ")}`))
    return false;
  return param !== undefined || (requestPart.test(message) && mistake.test(message));
}

const missingPart =
  /\b(sampler|scheduler|upscaler|style|lora|embedding|image|mask|file|seed|script|preset)\b[^.]*\b(not found|unknown|does not exist|missing)\b|\b(no such|unknown|invalid|(cannot|could not|can't) find( the)?) (sampler|scheduler|upscaler|style|lora|embedding|image|mask|file|script|preset)\b/i;
const operatorsPart = /\b(models?|checkpoint|deployment|endpoint|engine|route|url|path|page)\b/i;

/** Whether a 404 is about something that the request names, not about the model or the address. */
export function missesPartOfRequest({ message, param }: ErrorBody): boolean {
  if (operatorsPart.test(`${message} ${param ?? ""}`)) return false;
  return param !== undefined || missingPart.test(message);
}
