import { expect, test } from "vitest";
import { publicText } from "../../src/core/public-text.ts";

test.each([
  ["See https://platform.example/keys?org=1 for more", "See [link] for more"],
  ["upstream api.internal.example:8443 said no", "upstream [host] said no"],
  ["connect to 10.0.0.7:8000 failed", "connect to [host] failed"],
  ["mail ops@example.com", "mail [account]"],
  ["two\n lines\tof  text ", "two lines of text"],
  [
    "Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_1.",
    "Your request was rejected by the safety system.",
  ],
  [
    "The server had an error. Sorry about that! You can contact us through our help center at help.openai.com if you keep seeing this. (Please include the request ID req_1 in your message.)",
    "The server had an error. Sorry about that!",
  ],
  [
    "Quota exceeded. For more information read the docs: https://a.example/errors .  Try again.",
    "Quota exceeded. Try again.",
  ],
  ["Contact us at help.openai.com.", "Contact us at [host]."],
  [
    "The worker at 10.0.0.7 is out of memory. Help!",
    "The worker at [host] is out of memory. Help!",
  ],
  ["Invalid size '1x1' for fox.png, n=0.5", "Invalid size '1x1' for fox.png, n=0.5"],
])("%j becomes %j", (text, clean) => {
  expect(publicText(text)).toBe(clean);
});

test("a message is cut at 500 characters", () => {
  expect(publicText("a".repeat(600))).toHaveLength(500);
  expect(publicText("a".repeat(500))).toBe("a".repeat(500));
});
