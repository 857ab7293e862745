import { describe, expect, test } from "vitest";
import { readBucket } from "../../src/config/bucket.ts";
import { faultsOf, read } from "./provider-stand-ins.ts";

const none = {};

describe("a bucket's URL", () => {
  test("at Amazon's names the region, and the bucket is in the host's name", () => {
    expect(readBucket("s3://pictures?region=eu-central-1", none)).toEqual({
      name: "pictures",
      prefix: "",
      region: "eu-central-1",
      endpoint: undefined,
      publicEndpoint: undefined,
      isPathStyle: false,
    });
  });

  test("elsewhere has an endpoint, and the bucket is in the path", () => {
    const url =
      "s3://pictures/team/a/?endpoint=http://minio:9000/&public_endpoint=https%3A%2F%2Fcdn.example.com";
    expect(readBucket(url, none)).toMatchObject({
      name: "pictures",
      prefix: "team/a/",
      region: "us-east-1",
      endpoint: "http://minio:9000",
      publicEndpoint: "https://cdn.example.com",
      isPathStyle: true,
    });
  });

  test("takes the region of the environment, and the style that is said", () => {
    expect(readBucket("s3://a.b.c", { AWS_DEFAULT_REGION: "eu-west-1" })).toMatchObject({
      region: "eu-west-1",
      isPathStyle: true,
    });
    const url = "s3://abc?endpoint=https://r2.example.com&path_style=false&region=auto";
    expect(readBucket(url, { AWS_REGION: "x" })).toMatchObject({
      region: "auto",
      isPathStyle: false,
    });
  });

  test.each([
    ["s3://", /begin with s3:\/\/ and a bucket's name/],
    ["s3://Pictures?region=a", /bucket's name/],
    ["s3://user:secret@bucket", /bucket's name/],
    ["s3://pictures", /names no region/],
    ["s3://pictures/a b?region=a", /between slashes/],
    ["s3://pictures/../x?region=a", /between slashes/],
    ["s3://pictures?regoin=eu-central-1", /no option `regoin`; did you mean `region`/],
    ["s3://pictures?region=a&region=b", /`region` twice/],
    ["s3://pictures?region=EU West", /region of `images.url` must be/],
    ["s3://pictures?endpoint=minio:9000", /`endpoint` of `images.url` must be an http/],
    ["s3://pictures?endpoint=http://u:p@minio", /`endpoint` of/],
    ["s3://pictures?endpoint=http://minio/base", /`endpoint` of/],
    ["s3://pictures?region=a&path_style=yes", /`path_style` of `images.url` must be true or false/],
  ])("%s is at fault", (url, words) => {
    expect(readBucket(url, none)).toMatch(words);
  });
});

describe("images on S3", () => {
  const url = "s3://pictures?region=eu-central-1";

  test("have the headers that are set, and no others", async () => {
    const bare = (await read({ env: { PINHOLE_IMAGES_URL: url } })).images;
    expect(bare).toMatchObject({ kind: "s3", serve: "gateway", bucket: { putHeaders: {} } });
    const file = [
      "images:",
      `  url: "${url}"`,
      "  serve: redirect",
      "  recovery: none",
      '  s3: { encryption: "aws:kms", encryption_key: k1, acl: private, tags: { team: a b, x: "&" } }',
    ].join("\n");
    expect((await read({ file })).images).toMatchObject({
      serve: "redirect",
      recoveryBytes: 0,
      bucket: {
        putHeaders: {
          "x-amz-server-side-encryption": "aws:kms",
          "x-amz-server-side-encryption-aws-kms-key-id": "k1",
          "x-amz-acl": "private",
          "x-amz-tagging": "team=a%20b&x=%26",
        },
      },
    });
  });

  test("take credentials from the file, else the environment, else where that says they are", async () => {
    const own = `images: { url: "${url}", s3: { access_key_id: F, secret_access_key: sf } }`;
    const keys = { AWS_ACCESS_KEY_ID: "E", AWS_SECRET_ACCESS_KEY: "se", AWS_SESSION_TOKEN: "t" };
    const credentials = async (input: Parameters<typeof read>[0]) => {
      const { images } = await read(input);
      return images.kind === "s3" ? images.credentials : undefined;
    };
    expect(await credentials({ file: own, env: keys })).toMatchObject({ accessKeyId: "F" });
    const env = { PINHOLE_IMAGES_URL: url, ...keys };
    const given = await credentials({ env });
    expect(given).toMatchObject({ kind: "static", accessKeyId: "E" });
    expect(JSON.stringify(given)).not.toContain('"se"');
    const pod = {
      PINHOLE_IMAGES_URL: url,
      AWS_ROLE_ARN: "arn:aws:iam::1:role/a",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/token",
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    expect(await credentials({ env: pod })).toEqual({
      kind: "chain",
      chain: {
        webIdentity: {
          roleArn: "arn:aws:iam::1:role/a",
          tokenFile: "/token",
          sessionName: "pinhole",
          endpoint: "https://sts.eu-central-1.amazonaws.com",
        },
        container: {
          url: "http://169.254.170.2/v2/credentials/1",
          token: undefined,
          tokenFile: undefined,
        },
        instance: undefined,
      },
    });
  });

  test.each([
    [`{ url: "${url}", quota: 1GB }`, /images.quota` cannot be counted on S3/],
    [`{ url: "${url}", s3: { access_key_id: a } }`, /both, or neither/],
    [`{ url: "${url}", s3: { secret_access_key: a } }`, /both, or neither/],
    [`{ url: "${url}", s3: { encryption_key: a } }`, /needs `images.s3.encryption: aws:kms`/],
    ["{ serve: redirect }", /needs images on S3/],
    ['{ url: "s3://x" }', /bucket's name/],
    ['{ url: "gs://pictures" }', /must be file: and a folder/],
  ])("%s is a fault", async (images, words) => {
    const faults = await faultsOf({ file: `images: ${images}` });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(words);
  });
});
