export { authorize } from "./authorize.ts";
export { readAzureError } from "./errors.ts";
export { entraHosts, entraOrigins, hasOneSignIn, oneSignIn, signInSettings } from "./sign-in.ts";
